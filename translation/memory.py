"""The translation memory: what was approved before, for texts that are the same or nearly so.

It has no table of its own. Every approved translation is in wagtail-localize's models, and so the memory is never
behind them, and never shows what a page's marking closes: a suggestion is shown only to who may read a page it
stands in. PostgreSQL finds candidates by trigrams (`pg_trgm`, an index over all source texts, made by this app's
migration); Elasticsearch would need a second copy of every text, with its own rights. SQLite compares all texts of
about the same length, which is quick for as many as one would keep there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from uuid import UUID

from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Length
from rapidfuzz import fuzz
from wagtail.models import Locale, Page
from wagtail_localize.models import String, StringSegment, StringTranslation

from access.readers import Reader
from translation.placeholders import editable, plain

# Below this a suggestion costs a translator more than it saves; translation tools begin at 70 to 75 %.
THRESHOLD = 70
# The same in trigrams, where one word changed in ten leaves about two thirds of them.
TRIGRAM_THRESHOLD = 0.45
MOST_CANDIDATES = 200
MOST_MATCHES = 5
WORD = re.compile(r"\w+|[^\w\s]|\s+")


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
    """Return approved translations of texts like a segment's, the most alike first (three queries).

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
    return list(found.values())[:MOST_MATCHES]


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
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('pg_trgm.similarity_threshold', %s, false)", [str(TRIGRAM_THRESHOLD)])
            cursor.execute(
                "SELECT id, data FROM wagtail_localize_string WHERE locale_id = %s AND data %% %s "
                "AND length(data) BETWEEN %s AND %s ORDER BY similarity(data, %s) DESC LIMIT %s",
                [string.locale_id, string.data, *_lengths(string), string.data, MOST_CANDIDATES],
            )
            yield from cursor.fetchall()
        return
    shortest, longest = _lengths(string)
    rows = String.objects.filter(locale=string.locale_id).annotate(size=Length("data"))
    rows = rows.filter(Q(pk=string.pk) | Q(size__gte=shortest, size__lte=longest))
    yield from rows.values_list("pk", "data").iterator()


def _lengths(string: String) -> tuple[int, int]:
    """Return how long a text can be that reaches the threshold, with room for tags."""
    size = len(string.data)
    return int(size * 0.5), int(size * 2) + 20
