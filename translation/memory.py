"""The translation memory: what was approved before, for texts that are the same or nearly so.

It has no table of its own. Every approved translation is in wagtail-localize's models, and so the memory is never
behind them, and never shows what a page's marking closes: a suggestion is shown only to who may read a page it
stands in.

PostgreSQL finds candidates by an index over the words of all source texts (this app's migration makes it): a text
that is alike has two of the longest words in common. Trigrams (`pg_trgm`) need an extension, and took fifteen times
as long among 200,000 sentences; Elasticsearch would need a second copy of every text, with its own rights. SQLite
compares all texts of about the same length, which is quick for as many as one would keep there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import combinations
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Exists, Model, OuterRef, Q, QuerySet
from django.db.models.functions import Length
from rapidfuzz import fuzz
from wagtail.models import Locale, Page
from wagtail_localize.models import String, StringSegment, StringTranslation

from access.readers import Reader
from translation.models import MemoryUnit
from translation.placeholders import PLACEHOLDER, editable, plain

# Below this a suggestion costs a translator more than it saves; translation tools begin at 70 to 75 %.
THRESHOLD = 70
# Of the longest words, which are the rarest, this many are looked for, two together.
LONGEST_WORDS = 6
MOST_CANDIDATES = 5000
MOST_MATCHES = 5
WORD = re.compile(r"\w+|[^\w\s]|\s+")
LETTERS = re.compile(r"[^\W\d_]{3,}")


@dataclass(frozen=True)
class Match:
    """A suggestion.

    Attributes:
        percent: how alike the sources are; 100 for the same.
        source: what was translated then, as translators see it.
        text: its translation, as translators type it.
        difference: the pieces from that source to this one: what is kept, what was left out, what is new.
        where: the title of the page it stands in.
    """

    percent: int
    source: str
    text: str
    difference: Sequence[tuple[str, str]]
    where: str


def difference(old: str, new: str) -> list[tuple[str, str]]:
    """Return how a text became another, word by word: pairs of "same", "old" or "new" and the words."""
    before, after = WORD.findall(old), WORD.findall(new)
    pieces: list[tuple[str, str]] = []
    for act, i, j, k, m in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if act == "equal":
            pieces.append(("same", "".join(before[i:j])))
            continue
        if i < j:
            pieces.append(("old", "".join(before[i:j])))
        if k < m:
            pieces.append(("new", "".join(after[k:m])))
    return pieces


def matches_for(segment: StringSegment, target: Locale, reader: Reader) -> list[Match]:
    """Return approved translations of texts like a segment's, the most alike first (four queries).

    Besides what other pages have there is what the segment's own page had before: a paragraph that was moved or
    reworded finds its translation.

    Args:
        segment: with its string and context.
        target: the language of the translation.
        reader: who it is shown to.
    """
    string, context = segment.string, segment.context
    wanted = plain(string.data)
    alike = {
        pk: round(score)
        for pk, data in _candidates(string)
        if (score := 100 if pk == string.pk else min(99, fuzz.ratio(wanted, plain(data)))) >= THRESHOLD
    }
    best = sorted(alike, key=lambda pk: -alike[pk])[: 4 * MOST_MATCHES]
    texts = (
        approved_texts(reader, string.locale_id, target.pk, piece=context.object_id)
        .filter(translation_of__in=best)
        .select_related("translation_of", "context")
        .order_by("-updated_at")
    )
    found: dict[tuple[str, str], Match] = {}
    titles: dict[object, str] = {}
    rows = [each for each in texts if (each.translation_of_id, each.context_id) != (string.pk, context.pk)]
    pieces = {row.context.object_id for row in rows}
    for page in Page.objects.filter(translation_key__in=pieces, locale=string.locale_id):
        titles[page.translation_key] = page.title
    for row in sorted(rows, key=lambda row: -alike[row.translation_of_id]):
        source = row.translation_of.data
        match = Match(
            alike[row.translation_of_id],
            editable(source, source),
            editable(row.data, source),
            difference(editable(source, source), editable(string.data, string.data)),
            titles.get(row.context.object_id, ""),
        )
        found.setdefault((match.source, match.text), match)
    for score, unit in _units_like(string, target, wanted):
        source = editable(string.data, string.data)
        match = Match(score, unit.source, unit.target, difference(unit.source, source), unit.file_name)
        found.setdefault((match.source, match.text), match)
    return sorted(found.values(), key=lambda match: -match.percent)[:MOST_MATCHES]


def _units_like(string: String, target: Locale, wanted: str) -> Iterator[tuple[int, MemoryUnit]]:
    """Yield what files brought for texts like one, with how alike they are (one query)."""
    units = MemoryUnit.objects.filter(source_language=string.locale.language_code, language=target.language_code)
    for unit in _alike(units, "source", string):
        text = PLACEHOLDER.sub("", unit.source)
        score = 100 if text == wanted else min(99, round(fuzz.ratio(wanted, text)))
        if score >= THRESHOLD:
            yield score, unit


def approved_texts(
    reader: Reader, source_locale: int, target_locale: int, piece: UUID | None = None
) -> QuerySet[StringTranslation]:
    """Return the translations that a reader may be shown: approved, and standing in a live page they may read now.

    A page that was not live yet when its texts were taken over may have had others than it shows.

    Args:
        reader: who it is shown to.
        source_locale: key of the language the texts are in.
        target_locale: key of the language they were translated into.
        piece: the translation key of a page whose translation the reader works on: all that it ever had counts.
    """
    open_pages = Page.objects.filter(
        translation_key=OuterRef("source__object_id"),
        locale=source_locale,
        live=True,
        first_published_at__lte=OuterRef("source__last_updated_at"),
        access__audience__among=reader.audience_ids,
    )
    standing = StringSegment.objects.filter(
        Exists(open_pages),
        string=OuterRef("translation_of"),
        context=OuterRef("context"),
        source__locale=source_locale,
    )
    return StringTranslation.objects.filter(
        Q(Exists(standing)) | Q(context__object=piece),
        locale=target_locale,
        translation_of__locale=source_locale,
        has_error=False,
        pending__isnull=True,
    )


def _candidates(string: String) -> Iterator[tuple[int, str]]:
    """Yield texts of the same language that may be alike, and the text itself."""
    yield string.pk, string.data
    rows = String.objects.filter(locale=string.locale_id).exclude(pk=string.pk)
    yield from _alike(rows, "data", string).values_list("pk", "data")


def _alike[Row: Model](rows: QuerySet[Row], column: str, string: String) -> QuerySet[Any, Row]:
    """Limit rows to those whose text may be alike: of about the same length, on PostgreSQL with words in common."""
    size = len(string.data)
    # How long a text can be that reaches the threshold, with room for tags.
    near = rows.annotate(size=Length(column)).filter(size__gte=int(size * 0.5), size__lte=size * 2 + 20)
    if connection.vendor != "postgresql":
        return near
    # `django.contrib.postgres` would ask for the other words of the language, too; the column is one of ours.
    condition = f"to_tsvector('simple', {column}) @@ to_tsquery('simple', %s)"
    return near.extra(where=[condition], params=[_words_together(string)])[:MOST_CANDIDATES]  # noqa: S610


def _words_together(string: String) -> str:
    """Return the condition, in PostgreSQL's terms, that two of the longest words are there, or the only one."""
    words = sorted(set(LETTERS.findall(plain(string.data).lower())), key=lambda word: (-len(word), word))
    words = words[:LONGEST_WORDS]
    pairs = [f"({first} & {second})" for first, second in combinations(words, 2)]
    # A text without a word, such as a number, has only itself.
    return " | ".join(pairs or words or ["-"])
