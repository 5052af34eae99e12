"""How much is translated, how long it waits, and what machines cost: a report for coordinators, by language.

It counts languages, not people: nobody's work is measured by it.
"""

from __future__ import annotations

import csv
import datetime
import statistics
from collections import defaultdict
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Sum
from django.db.models.functions import TruncMonth
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from wagtail_localize.models import Translation

from access.languages import language_name
from members.models import User
from translation.machines import machines
from translation.models import MachineUse, SegmentVersion
from translation.placeholders import plain
from translation.queries import waiting
from translation.roles import ASSIGN
from translation.segments import words_in

PERIODS = (7, 30, 90, 365)
Act, Origin = SegmentVersion.Act, SegmentVersion.Origin


@dataclass
class Throughput:
    """What happened with one language in some days, and what waits in it now.

    Attributes:
        approved: texts that a person approved, one that was approved twice counted twice.
        words: in them.
        written: texts that were written, by origin.
        waiting: translations that somebody should go on with.
        left: texts in them.
        ages: for how many days each of these has waited.
    """

    language: str
    approved: int = 0
    words: int = 0
    written: dict[str, int] = field(default_factory=lambda: dict.fromkeys(Origin.values, 0))
    waiting: int = 0
    left: int = 0
    ages: list[int] = field(default_factory=list)

    @property
    def name(self) -> str:
        """The language, in the active one."""
        return language_name(self.language)

    @property
    def oldest(self) -> int | None:
        """Days that the oldest has waited."""
        return max(self.ages, default=None)

    @property
    def median(self) -> int | None:
        """Days that half of them have waited, or longer."""
        return round(statistics.median(self.ages)) if self.ages else None


def throughput_of(user: User, days: int) -> list[Throughput]:
    """Return what happened in the last days with each language, and what waits (three queries).

    Args:
        user: who asks; what waits is what they may edit.
        days: how far back what happened is counted.
    """
    now = timezone.now()
    found = {code: Throughput(code) for code, _name in settings.LANGUAGES}
    happened = SegmentVersion.objects.filter(
        at__gte=now - datetime.timedelta(days=days), locale__language_code__in=found
    ).values_list("locale__language_code", "act", "origin", "text")
    for language, act, origin, text in happened.iterator():
        row = found[language]
        if act == Act.APPROVED:
            row.approved += 1
            row.words += words_in(plain(text))
        elif act == Act.WRITTEN and origin in row.written:
            row.written[origin] += 1
    for each in waiting(user):
        if each.target_locale.language_code not in found:
            continue
        row = found[each.target_locale.language_code]
        row.waiting += 1
        row.left += each.left
        row.ages.append((now - _since(each)).days)
    return list(found.values())


def _since(translation: Translation) -> datetime.datetime:
    """Return when a translation began to wait: when it was asked for, or when its source changed after that."""
    begun: datetime.datetime = translation.created_at
    published = getattr(translation, "page_published_at", None)
    changed: datetime.datetime = translation.source.last_updated_at
    return changed if published and changed > published else begun


def machine_use(days: int) -> list[dict[str, Any]]:
    """Return what machines were sent in the last days and what it cost, by month, service and language (one query)."""
    names = {name: each.title for name, each in machines().items()}
    uses = MachineUse.objects.filter(at__gte=timezone.now() - datetime.timedelta(days=days))
    rows = (
        uses.annotate(month=TruncMonth("at"))
        .order_by("-month", "service", "language")
        .values("month", "service", "language")
        .annotate(
            requests=Count("pk"),
            texts=Sum("texts"),
            characters=Sum("characters"),
            refused=Sum("refused"),
            cost=Sum("cost"),
        )
    )
    return [{**row, "title": names.get(row["service"], row["service"])} for row in rows]


@never_cache
@require_safe
def throughput(request: HttpRequest) -> HttpResponse:
    """Show throughput and age of every language (coordinators); `export` hands the same out as CSV."""
    user = request.user
    if not isinstance(user, User) or not user.has_perm(ASSIGN):
        raise PermissionDenied
    wanted = request.GET.get("days", "")
    days = int(wanted) if wanted in map(str, PERIODS) else 30
    rows, uses = throughput_of(user, days), machine_use(days)
    if request.GET.get("export"):
        return _spreadsheet(rows, uses)
    totals: dict[str, Decimal | int] = defaultdict(int)
    for use in uses:
        totals["characters"] += use["characters"]
        totals["cost"] += use["cost"] or 0
    return render(
        request,
        "translation/admin/throughput.html",
        {
            "page_title": _("Translation throughput"),
            "header_icon": "time",
            "days": days,
            "periods": PERIODS,
            "rows": [(row, [row.written[origin] for origin in Origin.values]) for row in rows],
            "origins": Origin.labels,
            "uses": uses,
            "totals": dict(totals),
        },
    )


def _spreadsheet(rows: list[Throughput], uses: list[dict[str, Any]]) -> HttpResponse:
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="throughput.csv"'
    # Without it, spreadsheets take the file for another encoding.
    response.write("\ufeff")
    writer = csv.writer(response)
    writer.writerow(
        [
            *(_("Language"), _("Texts approved"), _("Words approved"), *(str(label) for label in Origin.labels)),
            *(_("Waiting"), _("Texts left"), _("Oldest (days)"), _("Median (days)")),
        ]
    )
    for row in rows:
        writer.writerow(
            [
                *(row.name, row.approved, row.words, *row.written.values()),
                *(row.waiting, row.left, row.oldest, row.median),
            ]
        )
    writer.writerow([])
    writer.writerow(
        [
            *(_("Month"), _("Machine"), _("Language"), _("Requests"), _("Texts"), _("Characters")),
            *(_("Thrown away"), _("Cost")),
        ]
    )
    for use in uses:
        writer.writerow(
            [
                *(use["month"].date().isoformat()[:7], use["title"], use["language"], use["requests"], use["texts"]),
                *(use["characters"], use["refused"], use["cost"]),
            ]
        )
    return response
