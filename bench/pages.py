"""What pages cost: SQL queries, and the time of a kept page against that of a page made anew."""

from __future__ import annotations

import statistics
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import quote

from django.core.cache import cache
from django.db import connection
from django.db.models import Count
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from access.generation import start_new_generation
from access.readers import visitor
from bench.figures import Figure
from bench.visits import Visitor, readers
from home.models import StandardPage
from knowledge.models import Article, CaseStudy, KnowledgeIndexPage
from knowledge.queries import readable_knowledge

MOST_QUERIES, MOST_QUERIES_KEPT = 12, 3
# A kept page may take this part of the time of one made anew.
MOST_TIME_KEPT = 0.1
ROUNDS, KEPT_IN_A_ROUND = 12, 4


@dataclass(frozen=True)
class Cost:
    """What one page costs one reader; times are medians in seconds.

    Attributes:
        cold_queries: right after a change of content, in a process that knows nothing yet.
        kept_queries: when the page is kept already.
        changed: the first time after a change of content, which makes everything kept unreachable.
        made: when this page is not kept, but what all pages share is: the frame, the vocabulary, rights.
        kept: when it is kept.
    """

    page: str
    reader: str
    cold_queries: int
    kept_queries: int
    changed: float
    made: float
    kept: float


def addresses() -> dict[str, str]:
    """Return an address of every page type; of pieces of knowledge, the one with most around it."""
    richest: dict[str, str] = {}
    for model in (Article, CaseStudy):
        pages = model.objects.filter(live=True, marking="CLEAR", attachments__isnull=False)
        pages = pages.annotate(number=Count("related_items") + Count("authors")).order_by("-number", "pk")
        for language in ("en", "ar"):
            page = pages.filter(locale__language_code=language).first() or pages[0]
            richest[f"{model._meta.verbose_name} ({language})"] = page.url
    section = KnowledgeIndexPage.objects.filter(locale__language_code="ar").order_by("path")[0]
    untranslated = readable_knowledge(visitor(), "fr").exclude(locale__language_code="fr").order_by("pk")[0]
    standard = StandardPage.objects.filter(locale__language_code="en", live=True).order_by("path")[0]
    return {
        "home page (en)": "/en/",
        "home page (ar)": "/ar/",
        "section (ar)": section.url,
        **richest,
        "standard page (en)": standard.url,
        "not translated (fr)": f"/fr/original/{untranslated.pk}/",
        "search (en)": f"{reverse('search')}?q={quote('storage of chemicals')}",
        "search, no query (en)": reverse("search"),
    }


def measure_pages() -> tuple[list[Figure], list[Cost]]:
    """Measure every page type for a visitor and a member."""
    costs = [cost(name, address, reader) for name, address in addresses().items() for reader in readers()]
    worst = max(costs, key=lambda each: each.kept / each.changed)
    share = max(each.kept / each.made for each in costs)
    figures = [
        Figure(
            "SQL queries of a page in a process that keeps nothing yet, at most",
            max(each.cold_queries for each in costs),
            "queries",
            MOST_QUERIES,
        ),
        Figure(
            "SQL queries of a kept page, at most",
            max(each.kept_queries for each in costs),
            "queries",
            MOST_QUERIES_KEPT,
        ),
        Figure(
            f"time of a kept page / the first after a change, worst: {worst.page}, {worst.reader}",
            worst.kept / worst.changed,
            "×",
            MOST_TIME_KEPT,
        ),
        Figure("time of a kept page / made anew while all else is kept, worst", share, "×"),
        Figure(
            "time of a page, the first after a change, median of page types", _middle(c.changed for c in costs), "ms"
        ),
        Figure("time of a page made anew while all else is kept, same", _middle(c.made for c in costs), "ms"),
        Figure("time of a kept page, same", _middle(c.kept for c in costs), "ms"),
    ]
    return figures, costs


def _middle(seconds: Iterable[float]) -> float:
    return statistics.median(seconds) * 1000


def cost(name: str, address: str, reader: Visitor) -> Cost:
    """Measure one page for one reader."""
    reader.get(address)  # Renditions of images are made once for all time.
    cache.clear()
    start_new_generation()
    cold_queries = _queries(reader, address)
    kept_queries = _queries(reader, address)
    # A parameter that nothing reads makes it another address of the same page.
    mark = "&" if "?" in address else "?"
    changed, made, kept = [], [], []
    for number in range(ROUNDS):  # In turn, so that whatever else the machine does slows all.
        start_new_generation()
        changed.append(reader.get(address))
        made.append(reader.get(f"{address}{mark}visit={number}"))
        kept += [reader.get(address) for _ in range(KEPT_IN_A_ROUND)]
    times = (statistics.median(seconds) for seconds in (changed, made, kept))
    return Cost(name, reader.name, cold_queries, kept_queries, *times)


def _queries(reader: Visitor, address: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        reader.get(address)
    return len(captured)
