"""Rows of other tables as JSON inside a row: what a page shows, asked in one query instead of one a relation.

Every answer of the site is held to a few queries (`tests/home/test_reading.py`), whatever a page has.
"""

from __future__ import annotations

import datetime
from typing import Any

from django.db.models import JSONField, QuerySet, Subquery
from django.db.models.functions import JSONArray
from django.utils.dateparse import parse_datetime


class JSONRows(Subquery):
    """The rows of a queryset, in its order, as a list of lists.

    Dates and UUIDs come as texts (`uuid.UUID` reads both of the forms that the databases write), booleans of
    SQLite as 0 and 1. Without rows the list is empty.

    Args:
        queryset: may refer to the outer query with `OuterRef`.
        fields: names of columns, lookups or annotations, in the order of each inner list; no JSON fields.
    """

    def __init__(self, queryset: QuerySet, *fields: str) -> None:
        super().__init__(queryset.values(json_row=JSONArray(*fields)), output_field=JSONField())

    def as_sql(self, compiler: Any, connection: Any, template: str | None = None, **extra: Any) -> Any:
        """Aggregate the rows in the database's own words."""
        # SQLite forgets that a text is JSON when it leaves a subquery.
        rows = "json_group_array(json(json_row))" if connection.vendor == "sqlite" else "jsonb_agg(json_row)"
        empty = "json_array()" if connection.vendor == "sqlite" else "'[]'::jsonb"
        wrapped = f"(SELECT COALESCE({rows}, {empty}) FROM (%(subquery)s) AS json_rows)"  # noqa: S608 - constants
        return super().as_sql(compiler, connection, template=wrapped, **extra)


def time_from_json(text: str | None) -> datetime.datetime | None:
    """Read a time as the databases write it into JSON; SQLite does not say that it is in UTC."""
    time = parse_datetime(text) if text else None
    return time.replace(tzinfo=datetime.UTC) if time is not None and time.tzinfo is None else time
