"""Search by the database: SQLite's FTS5 or PostgreSQL's full text over text that `search.analysis` prepared.

Made for hubs of up to some ten thousand pages: what matches is counted in Python, so that both databases give
the same answers in few queries. Rights are asked of `PageAccess` itself, so they are never behind.
"""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.conf import settings
from django.db import connection
from django.db.models import QuerySet

from access.models import PageAccess
from search.analysis import WORD, fold, index_text, query_groups, stem, tokens
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
)
from search.models import SearchEntry

EXCERPT_LENGTH = 260
# How much more a word counts in the title, and in summary and labels, than in the body.
TITLE_WEIGHT, SUMMARY_WEIGHT, BODY_WEIGHT = 8.0, 3.0, 1.0
LANGUAGES = [code for code, _name in settings.LANGUAGES]


@dataclass(frozen=True)
class _Candidate:
    """A page that matches and may be read: what facets and order need of it."""

    page_id: int
    offered_in: list[str]
    values: dict[str, tuple[str, ...]]
    published_on: datetime.date
    score: float


class DatabaseEngine:
    """Searches with the database alone."""

    def search(self, query: Query) -> Results:
        """Answer a query in at most three SQL queries."""
        scores = _matches(query.text) if query.text else None
        candidates = _candidates(scores, query.audience_ids)
        facets = {name: _counted(candidates, query, name) for name in FACETS}
        found = [each for each in candidates if _is_chosen(each, query, leaving_out="")]
        if query.sort is Sort.RELEVANCE and scores is not None:
            found.sort(key=lambda each: (-each.score, -each.published_on.toordinal(), -each.page_id))
        else:
            found.sort(key=lambda each: (each.published_on, each.page_id), reverse=True)
        shown = found[query.offset : min(query.offset + query.size, MAX_RESULTS)]
        return Results(total=len(found), hits=_hits([each.page_id for each in shown], query.text), facets=facets)

    def complete(self, beginning: str, language: str, audience_ids: frozenset[int]) -> Sequence[Completion]:
        """Return titles with words that begin as typed (two SQL queries)."""
        words = tokens(beginning, language)
        if not words:
            return []
        scores = _title_matches(words)
        entries = _readable(audience_ids).filter(page_id__in=list(scores)[:MAX_RESULTS])
        rows = entries.values_list("page_id", "title", "offered_in")
        found = [Completion(page_id, title) for page_id, title, offered_in in rows if language in offered_in]
        found.sort(key=lambda each: (-scores[each.page_id], each.title))
        return found[:COMPLETIONS]

    def put(self, documents: Iterable[Document]) -> None:
        """Write the full-text side of documents whose entries are written already."""
        for document in documents:
            texts = (
                index_text(document.title, document.language),
                index_text(f"{document.summary} {document.labels}", document.language),
                index_text(document.body, document.language),
            )
            with connection.cursor() as cursor:
                if connection.vendor == "sqlite":
                    cursor.execute("DELETE FROM search_text WHERE rowid = %s", [document.page_id])
                    cursor.execute(
                        "INSERT INTO search_text (rowid, language, title, summary, body) VALUES (%s, %s, %s, %s, %s)",
                        [document.page_id, f"lang{document.language}", *texts],
                    )
                else:
                    cursor.execute(
                        "UPDATE search_searchentry SET vector = setweight(to_tsvector('simple', %s), 'A') || "
                        "setweight(to_tsvector('simple', %s), 'B') || setweight(to_tsvector('simple', %s), 'D') "
                        "WHERE page_id = %s",
                        [*texts, document.page_id],
                    )

    def remove(self, page_ids: Iterable[int]) -> None:
        """Forget the full text of pages."""
        if connection.vendor == "sqlite":
            with connection.cursor() as cursor:
                for page_id in page_ids:
                    cursor.execute("DELETE FROM search_text WHERE rowid = %s", [page_id])
        else:
            with connection.cursor() as cursor:
                cursor.execute("UPDATE search_searchentry SET vector = NULL WHERE page_id = ANY(%s)", [list(page_ids)])

    def rebuild(self, documents: Iterable[Document]) -> int:
        """Write all documents; the surrounding transaction keeps searches whole meanwhile."""
        count = 0
        for document in documents:
            self.put([document])
            count += 1
        return count


def _readable(audience_ids: frozenset[int]) -> QuerySet[SearchEntry]:
    """Return the entries of live pages that readers with these audiences may read."""
    allowed = PageAccess.objects.filter(audience_id__in=sorted(audience_ids), page__live=True)
    return SearchEntry.objects.filter(is_removed=False, page_id__in=allowed.values("page_id"))


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
        return _run(
            "SELECT rowid, -bm25(search_text, 0, %s, %s, %s) FROM search_text WHERE search_text MATCH %s",
            [TITLE_WEIGHT, SUMMARY_WEIGHT, BODY_WEIGHT, " OR ".join(alternatives)],
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
        return _run(
            "SELECT rowid, -bm25(search_text) FROM search_text WHERE search_text MATCH %s", [f"title : ({question})"]
        )
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
    if scores is not None and len(scores) <= MAX_RESULTS:
        entries = entries.filter(page_id__in=list(scores))
    fields = ("page_id", "language", "offered_in", "type", "topics", "sectors", "countries", "published_on")
    found = []
    for page_id, language, offered_in, kind, topics, sectors, countries, published_on in entries.values_list(*fields):
        if scores is not None and page_id not in scores:
            continue
        values = {
            "type": (kind,),
            "topic": tuple(topics),
            "sector": tuple(sectors),
            "language": (language,),
            "country": tuple(countries),
            "year": (str(published_on.year),),
        }
        found.append(_Candidate(page_id, offered_in, values, published_on, scores[page_id] if scores else 0.0))
    return found


def _is_chosen(candidate: _Candidate, query: Query, leaving_out: str) -> bool:
    """Tell whether a candidate has a chosen value of every facet but one."""
    if not query.chosen.get("language") and leaving_out != "language" and query.language not in candidate.offered_in:
        return False
    return all(
        name == leaving_out or not values or any(value in candidate.values[name] for value in values)
        for name, values in query.chosen.items()
    )


def _counted(candidates: list[_Candidate], query: Query, name: str) -> list[tuple[str, int]]:
    """Return how many candidates each value of a facet would give."""
    counter: Counter[str] = Counter()
    for candidate in candidates:
        if _is_chosen(candidate, query, leaving_out=name):
            counter.update(candidate.values[name])
    return sorted(counter.items(), key=lambda pair: (-pair[1], pair[0]))[:FACET_SIZE]


def _hits(page_ids: list[int], text: str) -> list[Hit]:
    """Return the hits of a page of results, with excerpts (one query)."""
    entries = SearchEntry.objects.in_bulk(page_ids) if page_ids else {}
    hits = []
    for page_id in page_ids:
        entry = entries[page_id]
        wanted = {form for forms in query_groups(text, entry.language) for form in forms} if text else set()
        title = _marked(entry.title, wanted, entry.language)
        hits.append(Hit(page_id, title, _excerpt(entry, wanted)))
    return hits


def _marked(text: str, wanted: set[str], language: str) -> list[Fragment]:
    """Split a text into fragments, those that match marked."""
    fragments: list[Fragment] = []
    end = 0
    for match in WORD.finditer(text):
        token = fold(match[0])
        if token in wanted or stem(token, language) in wanted:
            if match.start() > end:
                fragments.append(Fragment(text[end : match.start()]))
            fragments.append(Fragment(match[0], is_match=True))
            end = match.end()
    if end < len(text):
        fragments.append(Fragment(text[end:]))
    return fragments


def _excerpt(entry: SearchEntry, wanted: set[str]) -> list[Fragment]:
    """Return the summary if it matches or nothing does, else the part of the body around the first match."""
    summary = _marked(entry.summary, wanted, entry.language)
    if not wanted or any(fragment.is_match for fragment in summary):
        return summary
    for match in WORD.finditer(entry.body):
        token = fold(match[0])
        if token in wanted or stem(token, entry.language) in wanted:
            start = max(0, match.start() - EXCERPT_LENGTH // 3)
            start = entry.body.find(" ", start) + 1 if start else 0
            start = min(start, match.start())
            part = entry.body[start : start + EXCERPT_LENGTH]
            if start + EXCERPT_LENGTH < len(entry.body):
                part = part.rpartition(" ")[0] + " …"
            marked = _marked(part, wanted, entry.language)
            return [Fragment("… "), *marked] if start else marked
    return summary
