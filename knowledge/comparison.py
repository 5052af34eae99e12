"""Case studies side by side."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial

from wagtail.fields import StreamValue

from access.policy import own_marking_lets, readable_pages
from access.readers import Reader
from knowledge.loading import attach_children, load_files, with_children
from knowledge.models import CaseStudy, KnowledgePage
from knowledge.queries import readable_knowledge

FEWEST, MOST = 2, 3
MOST_OFFERED = 30


@dataclass(frozen=True)
class PartInCase:
    """What one case says in one part."""

    case: CaseStudy
    body: StreamValue


@dataclass(frozen=True)
class PartInCases:
    """One of the six parts: its name in the address, its heading in the active language, each case's text."""

    name: str
    heading: str
    texts: Sequence[PartInCase]


def cases_to_compare(keys: Iterable[int], reader: Reader, language: str) -> list[CaseStudy]:
    """Return the case studies that the reader may read of some pages, each once, in the best language.

    At most four queries, however many: those of the pages asked for, their rows, their images, their documents.
    """
    asked = list(keys)
    readable = readable_pages(KnowledgePage.objects.filter(pk__in=asked), reader)
    pieces = dict(readable.values_list("pk", "translation_key")) if asked else {}
    if not pieces:
        return []
    best = readable_knowledge(reader, language).filter(translation_key__in=set(pieces.values()))
    cases = list(with_children(CaseStudy.objects.filter(pk__in=best.values("pk"))).select_related("locale"))
    for case in cases:
        attach_children(case, reader)
    load_files(*cases, lets=partial(own_marking_lets, reader=reader))
    by_key = {case.translation_key: case for case in cases}
    in_order = dict.fromkeys(pieces[pk] for pk in asked if pk in pieces)
    return [by_key[key] for key in in_order if key in by_key]


def parts_side_by_side(cases: Sequence[CaseStudy]) -> list[PartInCases]:
    """Return the parts that any of the cases has a text in, in their order."""
    parts = [
        PartInCases(
            name,
            str(CaseStudy._meta.get_field(name).verbose_name),
            [PartInCase(case, getattr(case, name)) for case in cases],
        )
        for name in CaseStudy.body_fields
    ]
    return [part for part in parts if any(text.body for text in part.texts)]


def cases_on_offer(reader: Reader, language: str) -> list[KnowledgePage]:
    """Return the latest case studies that the reader may choose from (one query)."""
    cases = readable_knowledge(reader, language).filter(casestudy__isnull=False)
    return list(cases.select_related("locale").order_by("-published_on", "-pk")[:MOST_OFFERED])
