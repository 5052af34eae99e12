"""A lookup for membership in many keys: `audience__among=reader.audience_ids`."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from django.db.models import ForeignKey, Lookup


@lru_cache(maxsize=1_000)
def _listed(keys: frozenset[int]) -> str:
    return ",".join(map(str, sorted(map(int, keys))))


@ForeignKey.register_lookup
class Among(Lookup):
    """True where a foreign key is one of a set of numbers, which is sent as one value.

    `__in` sends each by itself, in each of the subqueries that a page asks for its reader: with hundreds of
    audiences, writing and reading the statement takes longer than answering it, and SQLite takes no more than
    32,766 values at once.
    """

    lookup_name = "among"
    prepare_rhs = False

    def __init__(self, lhs: Any, rhs: Iterable[int]) -> None:
        super().__init__(lhs, _listed(frozenset(rhs)))

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple]:
        """Compare with the members of an array."""
        lhs, parameters = self.process_lhs(compiler, connection)
        return f"{lhs} = ANY(%s::bigint[])", (*parameters, f"{{{self.rhs}}}")

    def as_sqlite(self, compiler: Any, connection: Any, **extra: Any) -> tuple[str, tuple]:
        """Compare with the members of a list in JSON; SQLite has no arrays."""
        lhs, parameters = self.process_lhs(compiler, connection)
        members = "IN (SELECT value FROM json_each(%s))"
        return f"{lhs} {members}", (*parameters, f"[{self.rhs}]")
