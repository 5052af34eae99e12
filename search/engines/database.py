"""Search by the database: SQLite's FTS5 or PostgreSQL's full text over text that `search.analysis` prepared.

Made for hubs of up to some ten thousand pages: what matches is counted in Python, so that both databases give
the same answers in few queries. Rights are asked of `PageAccess` itself, so they are never behind.
"""

from __future__ import annotations

import datetime
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from heapq import merge
from itertools import batched
from typing import Any, NamedTuple

from django.conf import settings
from django.db import connection, transaction
from django.db.models import QuerySet, TextField
from django.db.models.functions import Cast

from access.models import PageAccess
from search.analysis import WORD, codes, fold, index_text, joined, query_groups, stem, tokens, without_stop_words
from search.contract import (
    COMPLETIONS,
    FACET_SIZE,
    FACETS,
    MAX_RESULTS,
    Completion,
    Document,
    Fragment,
    Hit,
    Query,
    Results,
    Sort,
    clean_text,
)
from search.models import SearchEntry

EXCERPT_LENGTH = 260
BATCH = 200
# How much more a word counts in the title, and in summary and labels, than in the body.
TITLE_WEIGHT, SUMMARY_WEIGHT, BODY_WEIGHT = 8.0, 3.0, 1.0
LANGUAGES = [code for code, _name in settings.LANGUAGES]


class _Candidate(NamedTuple):
    """A page that matches and may be read: what facets and order need of it."""

    page_id: int
    values: dict[str, tuple[str, ...]]
    offered_in: tuple[str, ...]
    published_on: datetime.date
    score: float


class DatabaseEngine:
    """Searches with the database alone. The entries are its index, and at once what Elasticsearch is told of."""

    def search(self, query: Query) -> Results:
        """Answer a query in at most three SQL queries."""
        text = without_stop_words(query.text, query.language)
        scores = _matches(text) if text else None
        candidates = _candidates(scores, query.audience_ids)
        found, facets = _narrowed(candidates, query)
        if query.sort is Sort.RELEVANCE and scores is not None:
            found.sort(key=lambda each: (-each.score, -each.published_on.toordinal(), -each.page_id))
        else:
            found.sort(key=lambda each: (each.published_on, each.page_id), reverse=True)
        shown = found[query.offset : min(query.offset + query.size, MAX_RESULTS)]
        return Results(total=len(found), hits=_hits([each.page_id for each in shown], text), facets=facets)

    def complete(self, beginning: str, language: str, audience_ids: frozenset[int]) -> Sequence[Completion]:
        """Return titles with words that begin as typed (two SQL queries)."""
        words = tokens(clean_text(beginning), language)
        scores = _title_matches(words) if words else {}
        if not scores:
            return []
        entries = _only_scored(_readable(audience_ids), scores)
        rows = entries.values_list("page_id", "title", "offered_in")
        found = [
            Completion(page_id, title)
            for page_id, title, offered_in in rows
            if page_id in scores and language in offered_in
        ]
        found.sort(key=lambda each: (-scores[each.page_id], each.title))
        return found[:COMPLETIONS]

    @transaction.atomic
    def put(self, documents: Iterable[Document]) -> None:
        """Write entries and their full text; an older version never replaces a newer one."""
        for batch in batched(documents, BATCH):
            ids = [document.page_id for document in batch]
            versions = dict(SearchEntry.objects.filter(pk__in=ids).values_list("pk", "version"))
            newest = [each for each in batch if each.version >= versions.get(each.page_id, 0)]
            SearchEntry.objects.bulk_create(
                [_entry(document) for document in newest],
                update_conflicts=True,
                update_fields=[field.name for field in SearchEntry._meta.fields if not field.primary_key],
                unique_fields=["page_id"],
            )
            _write_texts(newest)

    @transaction.atomic
    def remove(self, versions: Mapping[int, int]) -> None:
        """Leave of pages only that they are gone, and since which version; nothing is left of what they said."""
        gone = []
        for entry in SearchEntry.objects.filter(pk__in=list(versions)):
            if not entry.is_removed and versions[entry.pk] >= entry.version:
                entry.version, entry.is_removed, entry.is_pushed = versions[entry.pk], True, False
                entry.title = entry.summary = entry.body = entry.labels = ""
                gone.append(entry)
        fields = ["version", "is_removed", "is_pushed", "title", "summary", "body", "labels"]
        SearchEntry.objects.bulk_update(gone, fields, batch_size=BATCH)
        _forget_texts([entry.pk for entry in gone])

    @transaction.atomic
    def rebuild(self, documents: Iterable[Document]) -> int:
        """Write all documents in one transaction, before whose end searches see nothing of it."""
        count = 0
        written: set[int] = set()
        for batch in batched(documents, BATCH):
            self.put(batch)
            written.update(document.page_id for document in batch)
            count += len(batch)
        others = SearchEntry.objects.filter(is_removed=False).values_list("pk", "version")
        self.remove({pk: version + 1 for pk, version in others if pk not in written})
        return count


def _entry(document: Document) -> SearchEntry:
    return SearchEntry(
        page_id=document.page_id,
        version=document.version,
        is_removed=False,
        is_pushed=False,
        language=document.language,
        offered_in=list(document.offered_in),
        type=document.type,
        title=document.title,
        summary=document.summary,
        body=document.body,
        labels=document.labels,
        topics=list(document.topics),
        sectors=list(document.sectors),
        countries=list(document.countries),
        published_on=document.published_on,
    )


def _write_texts(documents: Sequence[Document]) -> None:
    """Write the full text of documents whose entries are there."""
    rows = [
        (
            index_text(document.title, document.language),
            index_text(f"{document.summary} {document.labels}", document.language),
            index_text(document.body, document.language),
            document.page_id,
        )
        for document in documents
    ]
    if connection.vendor == "sqlite":
        _forget_texts([document.page_id for document in documents])
        languages = [f"lang{document.language}" for document in documents]
        with connection.cursor() as cursor:
            cursor.executemany(
                "INSERT INTO search_text (title, summary, body, rowid, language) VALUES (%s, %s, %s, %s, %s)",
                [(*row, language) for row, language in zip(rows, languages, strict=True)],
            )
    else:
        with connection.cursor() as cursor:
            cursor.executemany(
                "UPDATE search_searchentry SET vector = setweight(to_tsvector('simple', %s), 'A') || "
                "setweight(to_tsvector('simple', %s), 'B') || setweight(to_tsvector('simple', %s), 'D') "
                "WHERE page_id = %s",
                rows,
            )


def _forget_texts(page_ids: Sequence[int]) -> None:
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.executemany("DELETE FROM search_text WHERE rowid = %s", [(page_id,) for page_id in page_ids])
        else:
            cursor.execute("UPDATE search_searchentry SET vector = NULL WHERE page_id = ANY(%s)", [list(page_ids)])


def _only_scored(entries: QuerySet[SearchEntry], scores: dict[int, float]) -> QuerySet[SearchEntry]:
    """Ask only for what matched, unless that is so much that all can be asked for as well."""
    return entries.filter(page_id__in=list(scores)) if len(scores) <= MAX_RESULTS else entries


def _readable(audience_ids: frozenset[int]) -> QuerySet[SearchEntry]:
    """Return the entries of live pages that readers with these audiences may read."""
    allowed = PageAccess.objects.filter(audience__among=audience_ids, page__live=True)
    return SearchEntry.objects.filter(is_removed=False, page_id__in=allowed.values("page_id"))


# SQLite's own bm25() weighs a word by how many entries have it, those that the reader may not read among them: their
# order would tell of what is hidden. This counts in each entry alone, as PostgreSQL's ts_rank does.
_SCORES = (
    "SELECT doc, SUM(weight * number / (number + 1.0)) AS score FROM (SELECT doc, COUNT(*) AS number, "
    "CASE col WHEN 'title' THEN %s WHEN 'summary' THEN %s WHEN 'body' THEN %s ELSE 0 END AS weight "
    "FROM temp.search_words WHERE term IN ({terms}) GROUP BY doc, col, term) GROUP BY doc"
)


def open_word_table(connection: Any, **kwargs: Any) -> None:
    """Give a new connection to SQLite the table in which FTS5 shows the words of each entry."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute(
                "CREATE VIRTUAL TABLE IF NOT EXISTS temp.search_words USING fts5vocab(main, search_text, instance)"
            )


def _run(sql: str, parameters: list) -> dict[int, float]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return {page_id: float(score) for page_id, score in cursor.fetchall()}


def _matches(text: str) -> dict[int, float]:
    """Return the pages that have all words of a text in some form, with a score: higher is better (one query).

    The text is read in each language, for the pages of that language.
    """
    by_language = {language: query_groups(text, language) for language in LANGUAGES}
    by_language = {language: groups for language, groups in by_language.items() if groups}
    if not by_language:
        return {}
    if connection.vendor == "sqlite":
        alternatives = []
        for language, groups in by_language.items():
            words = " AND ".join("(" + " OR ".join(f'"{form}"' for form in forms) + ")" for forms in groups)
            alternatives.append(f'(language : "lang{language}" AND ({words}))')
        forms = sorted({form for groups in by_language.values() for group in groups for form in group})
        scores = _SCORES.format(terms=", ".join(["%s"] * len(forms)))
        return _run(
            f"SELECT search_text.rowid, COALESCE(score, 0) FROM search_text LEFT JOIN ({scores}) AS scores "  # noqa: S608
            "ON scores.doc = search_text.rowid WHERE search_text MATCH %s",
            [TITLE_WEIGHT, SUMMARY_WEIGHT, BODY_WEIGHT, *forms, " OR ".join(alternatives)],
        )
    parts, parameters = [], []
    for language, groups in by_language.items():
        words = " & ".join("(" + " | ".join(f"'{form}'" for form in forms) + ")" for forms in groups)
        parts.append(
            "SELECT page_id, ts_rank(%s::real[], vector, question) FROM search_searchentry, "
            "to_tsquery('simple', %s) AS question WHERE language = %s AND vector @@ question"
        )
        # PostgreSQL's order of weights is D, C, B, A.
        weights = [BODY_WEIGHT / TITLE_WEIGHT, 0.0, SUMMARY_WEIGHT / TITLE_WEIGHT, 1.0]
        parameters += [weights, words, language]
    return _run(" UNION ALL ".join(parts), parameters)


def _title_matches(words: list[str]) -> dict[int, float]:
    """Return the pages whose title has words that begin with these, with a score."""
    if connection.vendor == "sqlite":
        question = " AND ".join(f'"{word}" *' for word in words)
        return _run("SELECT rowid, 1 FROM search_text WHERE search_text MATCH %s", [f"title : ({question})"])
    question = " & ".join(f"'{word}':*A" for word in words)
    return _run(
        "SELECT page_id, ts_rank(vector, question) FROM search_searchentry, to_tsquery('simple', %s) AS question "
        "WHERE vector @@ question",
        [question],
    )


def _candidates(scores: dict[int, float] | None, audience_ids: frozenset[int]) -> list[_Candidate]:
    """Return what matches and may be read (one query)."""
    if scores is not None and not scores:
        return []
    entries = _readable(audience_ids)
    if scores is not None:
        entries = _only_scored(entries, scores)
    lists = [Cast(name, TextField()) for name in ("offered_in", "topics", "sectors", "countries")]
    found = []
    for page_id, language, kind, published_on, *texts in entries.values_list(
        "page_id", "language", "type", "published_on", *lists
    ):
        if scores is not None and page_id not in scores:
            continue
        offered_in, topics, sectors, countries = map(_read_list, texts)
        values = {
            "type": (kind,),
            "topic": topics,
            "sector": sectors,
            "language": (language,),
            "country": countries,
            "year": (str(published_on.year),),
        }
        found.append(_Candidate(page_id, values, offered_in, published_on, scores[page_id] if scores else 0.0))
    return found


@lru_cache(maxsize=20_000)
def _read_list(text: str) -> tuple[str, ...]:
    """Read a stored list; few of them are different."""
    return tuple(json.loads(text))


def _narrowed(candidates: list[_Candidate], query: Query) -> tuple[list[_Candidate], dict[str, list[tuple[str, int]]]]:
    """Return the candidates with a chosen value of every facet, and what each value of a facet would give.

    A candidate that fails in one facet alone counts there, where the choice does not narrow.
    """
    chosen = {name: frozenset(values) for name, values in query.chosen.items() if values}
    found = []
    counters: dict[str, Counter[str]] = {name: Counter() for name in FACETS}
    for candidate in candidates:
        failing = [name for name, values in chosen.items() if values.isdisjoint(candidate.values[name])]
        if "language" not in chosen and query.language not in candidate.offered_in:
            failing.append("language")
        if not failing:
            found.append(candidate)
        if len(failing) < 2:
            for name in failing or FACETS:
                counters[name].update(candidate.values[name])
    facets = {
        name: sorted(counter.items(), key=lambda pair: (-pair[1], pair[0]))[:FACET_SIZE]
        for name, counter in counters.items()
    }
    return found, facets


def _hits(page_ids: list[int], text: str) -> list[Hit]:
    """Return the hits of a page of results, with excerpts (one query)."""
    entries = SearchEntry.objects.in_bulk(page_ids) if page_ids else {}
    hits = []
    for page_id in page_ids:
        if (entry := entries.get(page_id)) is None:
            continue  # Removed a moment ago.
        wanted = {form for forms in query_groups(text, entry.language) for form in forms} if text else set()
        title = _marked(entry.title, wanted, entry.language)
        hits.append(Hit(page_id, title, _excerpt(entry, wanted)))
    return hits


def _matching_parts(text: str, wanted: set[str], language: str) -> Iterator[tuple[int, int]]:
    """Yield, in order, where the words and the codes of a text are that match; looks no further than asked."""
    found = (code.span() for code in codes(text) if joined(code[0]) in wanted)
    return merge(found, (word.span() for word in WORD.finditer(text) if _is_form(word[0], wanted, language)))


def _is_form(word: str, wanted: set[str], language: str) -> bool:
    token = fold(word)
    return token in wanted or stem(token, language) in wanted


def _marked(text: str, wanted: set[str], language: str) -> list[Fragment]:
    """Split a text into fragments, those that match marked."""
    fragments: list[Fragment] = []
    done = 0
    for start, end in _matching_parts(text, wanted, language):
        if start < done:
            continue
        if start > done:
            fragments.append(Fragment(text[done:start]))
        fragments.append(Fragment(text[start:end], is_match=True))
        done = end
    if done < len(text):
        fragments.append(Fragment(text[done:]))
    return fragments


def _excerpt(entry: SearchEntry, wanted: set[str]) -> list[Fragment]:
    """Return the summary if it matches or nothing does, else the part of the body around the first match."""
    summary = _marked(entry.summary, wanted, entry.language)
    if not wanted or any(fragment.is_match for fragment in summary):
        return summary
    first = next(_matching_parts(entry.body, wanted, entry.language), None)
    if first is None:
        return summary
    match_start = first[0]
    start = max(0, match_start - EXCERPT_LENGTH // 3)
    start = min(entry.body.find(" ", start) + 1, match_start) if start else 0
    part = entry.body[start : start + EXCERPT_LENGTH]
    if start + EXCERPT_LENGTH < len(entry.body):
        part = part.rpartition(" ")[0] + " …"
    marked = _marked(part, wanted, entry.language)
    return [Fragment("… "), *marked] if start else marked
