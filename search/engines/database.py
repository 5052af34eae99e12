"""Search by the database: SQLite's FTS5 or PostgreSQL's full text over text that `search.analysis` prepared.

Made for hubs of up to some ten thousand pages: what matches is counted in Python, so that both databases give
the same answers in few queries. Rights are asked of `PageAccess` itself, so they are never behind.
"""

from __future__ import annotations

import datetime
import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from itertools import batched, combinations
from typing import Any, NamedTuple

from django.conf import settings
from django.db import connection, transaction
from django.db.models import OuterRef, QuerySet, Subquery, TextField
from django.db.models.functions import Cast
from django.utils import timezone

from access.models import PageAccess
from search.analysis import WORD, arabic_variants, fold, index_text, stem, tokens
from search.contract import (
    COMPLETIONS,
    FACET_SIZE,
    FACETS,
    MAX_RESULTS,
    Completion,
    Document,
    Hit,
    Query,
    Results,
    Sort,
    begins,
    clean_text,
)
from search.excerpts import best_passage, excerpt, marked, wanted_by
from search.interpretation import Part, Question
from search.models import SearchEntry
from search.ranking import ALL_PARTS, NOT_OVERDUE, PIECE, TITLE, freshness
from search.spelling import near_words
from search.syntax import Field

BATCH = 200
# How much more a word counts in the title, and in summary and labels, than in the body.
TITLE_WEIGHT, SUMMARY_WEIGHT, BODY_WEIGHT = 8.0, 3.0, 1.0
LANGUAGES = [code for code, _name in settings.LANGUAGES]
# All texts of a page together; PostgreSQL's vectors hold 1 MiB.
TEXT_LENGTH = 100_000
# Of more parts than this the rest only counts.
MOST_PARTS = 8
# A phrase is looked for in the texts of so many pages that have its words.
MOST_PHRASES = 2000


class _Candidate(NamedTuple):
    """A page that matches and may be read: what facets and order need of it."""

    page_id: int
    values: dict[str, tuple[str, ...]]
    is_offered: bool
    published_on: datetime.date
    score: float
    uses: int
    piece: str


class DatabaseEngine:
    """Searches with the database alone. The entries are its index, and at once what Elasticsearch is told of."""

    def search(self, query: Query) -> Results:
        """Answer a query in at most six SQL queries."""
        question = query.question
        scores = None if query.like or not query.text else _scores(question, query.is_lenient)
        candidates = _candidates(scores, query)
        if query.is_lenient:
            candidates = _each_piece_once(candidates, query)
        found, facets = _narrowed(candidates, query)
        if query.sort is Sort.MOST_USED:
            found.sort(key=lambda each: (each.uses, each.published_on, each.page_id), reverse=True)
        elif query.sort is Sort.RELEVANCE and (scores is not None or query.like):
            found.sort(key=lambda each: (-each.score, -each.published_on.toordinal(), -each.page_id))
        else:
            found.sort(key=lambda each: (each.published_on, each.page_id), reverse=True)
        shown = found[query.offset : min(query.offset + query.size, MAX_RESULTS)]
        hits = _hits([each.page_id for each in shown], Question() if query.like else question, query.is_lenient)
        unfiltered = sum(each.is_offered for each in candidates) if not query.is_lenient else 0
        return Results(total=len(found), hits=hits, facets=facets, unfiltered=unfiltered)

    def complete(self, beginning: str, language: str, audience_ids: frozenset[int]) -> Sequence[Completion]:
        """Return titles and names with words that begin as typed (two SQL queries)."""
        words = tokens(clean_text(beginning), language)
        scores = _beginnings(words) if words else {}
        if not scores:
            return []
        entries = _only_scored(_readable(audience_ids), scores)
        lists = [Cast(name, TextField()) for name in ("versions", "people")]
        rows = entries.values_list("page_id", "language", "title", "is_original", *lists)
        found = [
            Completion(page_id, title, tuple(name for name in _read_list(people) if begins(name, words)))
            for page_id, own, title, is_original, versions, people in rows
            if page_id in scores and is_offered(own, _read_list(versions), is_original, (language,))
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
                [entry_of(document) for document in newest],
                update_conflicts=True,
                update_fields=[field.name for field in SearchEntry._meta.fields if not field.primary_key],
                unique_fields=["page_id"],
            )
            _write_texts(newest)

    @transaction.atomic
    def analyse_again(self, documents: Iterable[Document]) -> None:
        """Write the full text of entries anew, as the code analyses texts now; the entries stay as they are."""
        _write_texts(list(documents))

    @transaction.atomic
    def remove(self, versions: Mapping[int, int]) -> None:
        """Leave of pages only that they are gone, and since which version; nothing is left of what they said."""
        gone = []
        for entry in SearchEntry.objects.filter(pk__in=list(versions)):
            if not entry.is_removed and versions[entry.pk] >= entry.version:
                entry.version, entry.is_removed, entry.is_pushed = versions[entry.pk], True, False
                entry.changed_at = timezone.now()
                entry.title = entry.summary = entry.body = entry.labels = entry.attachments = ""
                entry.people, entry.passages = [], []
                gone.append(entry)
        fields = ["version", "is_removed", "is_pushed", "title", "summary", "body", "labels", "attachments"]
        fields += ["people", "passages", "changed_at"]
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


def entry_of(document: Document) -> SearchEntry:
    """Return the entry that keeps a document."""
    return SearchEntry(
        page_id=document.page_id,
        version=document.version,
        is_removed=False,
        is_pushed=False,
        language=document.language,
        piece=document.piece or None,
        versions=list(document.versions),
        is_original=document.is_original,
        type=document.type,
        title=document.title,
        summary=document.summary,
        body=document.body,
        labels=document.labels,
        people=list(document.people),
        passages=[list(passage) for passage in document.passages],
        attachments=document.attachments,
        topics=list(document.topics),
        sectors=list(document.sectors),
        regions=list(document.regions),
        countries=list(document.countries),
        organisations=list(document.organisations),
        duration=document.duration,
        published_on=document.published_on,
        fresh_on=document.fresh_on or document.published_on,
        review_by=document.review_by,
        uses=document.uses,
    )


def _tag(value: str) -> str:
    """Return the token that stands for a concept or a country in the index."""
    return "tag" + re.sub(r"[\W_]", "", value.casefold())


def _author(token: str) -> str:
    """Return the token that stands for a word of an author's name."""
    return f"by{token}"


def _texts_of(document: Document) -> tuple[str, str, str]:
    """Return what the index keeps of a document: title, what says what it is about, and the rest."""
    language = document.language
    names = " ".join(document.people)
    about = [index_text(f"{document.summary} {document.labels} {names}", language)]
    about += [_author(token) for token in WORD.findall(fold(names))]
    tags = (*document.topics, *document.sectors, *document.regions, *document.countries)
    about += [_tag(value) for value in dict.fromkeys(tags)]
    said = " ".join(text for _start, text in document.passages)
    body = f"{document.body} {said} {document.attachments}"[:TEXT_LENGTH]
    return index_text(document.title, language), " ".join(about), index_text(body, language)


def _write_texts(documents: Sequence[Document]) -> None:
    """Write the full text of documents whose entries are there."""
    rows = [(*_texts_of(document), document.page_id) for document in documents]
    if connection.vendor == "sqlite":
        _forget_texts([document.page_id for document in documents])
        with connection.cursor() as cursor:
            cursor.executemany("INSERT INTO search_text (title, summary, body, rowid) VALUES (%s, %s, %s, %s)", rows)
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


def open_word_tables(connection: Any, **kwargs: Any) -> None:
    """Give a new connection to SQLite the tables in which FTS5 shows the words of each entry, and of all."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            for name, kind in (("search_words", "instance"), ("search_terms", "row")):
                cursor.execute(
                    f"CREATE VIRTUAL TABLE IF NOT EXISTS temp.{name} USING fts5vocab(main, search_text, {kind})"
                )


def _run(sql: str, parameters: list) -> dict[int, float]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return {page_id: float(score) for page_id, score in cursor.fetchall()}


# --- Questions as the databases take them ---


class _Word(NamedTuple):
    """A token, in whatever column or in the title alone."""

    token: str
    in_title: bool = False


class _Node(NamedTuple):
    """Tokens and nodes of which all (`&`) or one (`|`) must be there."""

    joint: str
    members: tuple[_Node | _Word, ...]


def _any_of(members: Iterable[_Node | _Word]) -> _Node:
    return _Node("|", tuple(dict.fromkeys(members)))


def _all_of(members: Iterable[_Node | _Word]) -> _Node:
    return _Node("&", tuple(dict.fromkeys(members)))


def _forms(word: str, field: Field, is_lenient: bool) -> list[_Node | _Word]:
    """Return, for each token of a word, the forms of which a text must have one."""
    by_position: dict[int, list[str]] = {}
    for language in LANGUAGES:
        for position, token in enumerate(tokens(word, language)):
            by_position.setdefault(position, []).extend((token, stem(token, language)))
    groups: list[_Node | _Word] = []
    for forms in by_position.values():
        if field is Field.AUTHOR:
            groups.append(_any_of(_Word(_author(form)) for form in forms))
            continue
        forms += arabic_variants(forms[0])
        if is_lenient:
            forms += near_words(forms[0])
        groups.append(_any_of(_Word(form, field is Field.TITLE) for form in forms))
    return groups


def _counted(question: Question, is_lenient: bool) -> _Node:
    """Return what counts in the score: the words that were typed and what they name, not their other wordings."""
    parts = [_part(replace(part, wordings=()), is_lenient) for part in question.parts]
    return _any_of(node for node in parts if node.members)


def _part(part: Part, is_lenient: bool) -> _Node:
    """Return what a part asks for. A phrase is asked for by its words, and looked for afterwards."""
    near = is_lenient and not part.is_phrase
    alternatives: list[_Node | _Word] = [
        _all_of(form for word in part.words for form in _forms(word, part.field, near))
    ]
    alternatives += [_Word(_tag(value)) for value in (*part.concepts, *part.countries)]
    for wording in part.wordings:
        alternatives.append(_all_of(_forms(wording, part.field, False)))
    return _any_of(each for each in alternatives if isinstance(each, _Word) or each.members)


def _question(question: Question, needed: int, is_lenient: bool) -> _Node:
    optional = [_part(part, is_lenient) for part in question.optional]
    counted = optional[:MOST_PARTS]
    needed = min(needed, len(counted))
    asked = [_part(part, is_lenient) for part in question.required]
    if needed == len(counted):
        asked += counted
    elif needed:
        asked.append(_any_of(_all_of(each) for each in combinations(counted, needed)))
    return _all_of(node for node in asked if node.members)


def _tokens_of(node: _Node | _Word) -> Iterator[str]:
    if isinstance(node, _Word):
        yield node.token
    else:
        for member in node.members:
            yield from _tokens_of(member)


def _as_sqlite(node: _Node | _Word) -> str:
    if isinstance(node, _Word):
        return f'title : "{node.token}"' if node.in_title else f'"{node.token}"'
    joint = " AND " if node.joint == "&" else " OR "
    return "(" + joint.join(_as_sqlite(member) for member in node.members) + ")"


def _as_postgresql(node: _Node | _Word) -> str:
    if isinstance(node, _Word):
        return f"'{node.token}':A" if node.in_title else f"'{node.token}'"
    return "(" + f" {node.joint} ".join(_as_postgresql(member) for member in node.members) + ")"


def _ask(node: _Node, counted: _Node, excluded: Sequence[_Node] = ()) -> dict[int, float]:
    """Return the pages that have what is asked for, with a score by what counts: higher is better (one query)."""
    if connection.vendor == "sqlite":
        asked = _as_sqlite(node) + "".join(f" NOT {_as_sqlite(each)}" for each in excluded)
        words = sorted(set(_tokens_of(counted)))
        scores = _SCORES.format(terms=", ".join(["%s"] * len(words)))
        return _run(
            f"SELECT search_text.rowid, COALESCE(score, 0) FROM search_text LEFT JOIN ({scores}) AS scores "  # noqa: S608
            "ON scores.doc = search_text.rowid WHERE search_text MATCH %s",
            [TITLE_WEIGHT, SUMMARY_WEIGHT, BODY_WEIGHT, *words, asked],
        )
    asked = _as_postgresql(node) + "".join(f" & !{_as_postgresql(each)}" for each in excluded)
    # PostgreSQL's order of weights is D, C, B, A.
    weights = [BODY_WEIGHT / TITLE_WEIGHT, 0.0, SUMMARY_WEIGHT / TITLE_WEIGHT, 1.0]
    return _run(
        "SELECT page_id, %s * ts_rank(%s::real[], vector, counted) FROM search_searchentry, "
        "to_tsquery('simple', %s) AS counted WHERE vector @@ to_tsquery('simple', %s)",
        [TITLE_WEIGHT, weights, _as_postgresql(counted), asked],
    )


def _scores(question: Question, is_lenient: bool) -> dict[int, float] | None:
    """Return the pages that have enough of what is asked for, with a score; nothing when only exclusions were typed."""
    asked = _question(question, question.needed, is_lenient)
    excluded = [node for part in question.excluded if not part.is_phrase and (node := _part(part, False)).members]
    if asked.members:
        counted = _counted(question, is_lenient)
        scores = _ask(asked, counted, excluded)
        if scores and question.needed < len(question.optional):
            whole = _question(question, len(question.optional), is_lenient)
            for page_id in _ask(whole, counted, excluded):
                if page_id in scores:
                    scores[page_id] += ALL_PARTS * len(question.optional) * TITLE_WEIGHT / TITLE
    elif question.parts or not question.excluded:
        return {}
    else:
        hidden: set[int] = set().union(*(_ask(node, node) for node in excluded))
        every = SearchEntry.objects.filter(is_removed=False).values_list("page_id", flat=True)
        scores = dict.fromkeys((page_id for page_id in every if page_id not in hidden), 0.0)
    return _with_phrases(scores, question)


def _with_phrases(scores: dict[int, float], question: Question) -> dict[int, float]:
    """Leave the pages whose texts have the phrases, word by word, and none of those excluded (one query)."""
    wanted = [part for part in question.required if len(part.words) > 1]
    unwanted = [part for part in question.excluded if part.is_phrase]
    if not scores or not (wanted or unwanted):
        return scores
    best = sorted(scores, key=lambda page_id: -scores[page_id])[:MOST_PHRASES]
    kept = {}
    for entry in SearchEntry.objects.filter(page_id__in=best).iterator(chunk_size=BATCH):
        title = _plain(entry.title)
        rest = [entry.summary, entry.body, entry.labels, entry.attachments, *entry.people]
        rest += [" ".join(text for _start, text in entry.passages)]
        texts = [title, *map(_plain, rest)]
        if all(_has(part, title, texts) for part in wanted) and not any(_has(part, title, texts) for part in unwanted):
            kept[entry.page_id] = scores[entry.page_id]
    return kept


def _has(part: Part, title: str, texts: list[str]) -> bool:
    phrase = _plain(part.text)
    return phrase in title if part.field is Field.TITLE else any(phrase in text for text in texts)


def _plain(text: str) -> str:
    """Return the folded words of a text, with a space before and after each."""
    return f" {' '.join(WORD.findall(fold(text)))} "


def _beginnings(words: list[str]) -> dict[int, float]:
    """Return the pages whose title, or whose people, have words that begin with these, with a score."""
    if connection.vendor == "sqlite":
        titles = " AND ".join(f'"{word}" *' for word in words)
        people = " AND ".join(f'"{_author(word)}" *' for word in words)
        question = f"title : ({titles}) OR summary : ({people})"
        return _run("SELECT rowid, 1 FROM search_text WHERE search_text MATCH %s", [question])
    titles = " & ".join(f"'{word}':*A" for word in words)
    people = " & ".join(f"'{_author(word)}':*B" for word in words)
    return _run(
        "SELECT page_id, ts_rank(vector, question) FROM search_searchentry, to_tsquery('simple', %s) AS question "
        "WHERE vector @@ question",
        [f"({titles}) | ({people})"],
    )


# --- What was found ---


def is_offered(language: str, versions: Sequence[str], is_original: bool, languages: Sequence[str]) -> bool:
    """Tell whether a version is the one to show to somebody.

    Args:
        language: that of the version.
        versions: the languages that its piece has.
        is_original: whether it is what the others are translations of.
        languages: those of the reader, best first.
    """
    best = next((code for code in languages if code in versions), None)
    return language == best if best else is_original


def _candidates(scores: dict[int, float] | None, query: Query) -> list[_Candidate]:
    """Return what matches and may be read (one query)."""
    if scores is not None and not scores:
        return []
    entries = _readable(query.audience_ids)
    if scores is not None:
        entries = _only_scored(entries, scores)
    marking = Subquery(PageAccess.objects.filter(page_id=OuterRef("page_id")).values("label")[:1])
    names = ("versions", "topics", "sectors", "countries", "organisations")
    lists = [Cast(name, TextField()) for name in names]
    plain = ("page_id", "language", "type", "is_original", "published_on", "fresh_on", "review_by", "uses", "duration")
    found = []
    for row in entries.annotate(marking=marking).values_list(*plain, "piece", "marking", *lists):
        page_id, language, kind, is_original, published_on, fresh_on, review_by, uses, duration, piece, label = row[:11]
        if scores is not None and page_id not in scores:
            continue
        versions, topics, sectors, countries, organisations = map(_read_list, row[11:])
        values = {
            "type": (kind,),
            "topic": topics,
            "sector": sectors,
            "language": (language,),
            "country": countries,
            "organisation": organisations,
            "year": (str(published_on.year),),
            "duration": (duration,) if duration else (),
            "marking": (label,) if label else (),
        }
        score = scores[page_id] if scores else 0.0
        if query.like is not None:
            likeness = 2.0 * len(set(topics) & set(query.like.topics)) + len(set(sectors) & set(query.like.sectors))
            likeness += len(set(countries) & set(query.like.countries))
            if str(piece) == query.like.piece or set(topics).isdisjoint(query.like.topics):
                continue
            score = likeness
        score += freshness((query.today - (fresh_on or published_on)).days)
        score += PIECE if kind != "standardpage" else 0.0
        score += 0.0 if review_by is not None and review_by < query.today else NOT_OVERDUE
        offered = is_offered(language, versions, is_original, query.searched_languages)
        found.append(_Candidate(page_id, values, offered, published_on, score, uses, str(piece or "")))
    return found


@lru_cache(maxsize=20_000)
def _read_list(text: str) -> tuple[str, ...]:
    """Read a stored list; few of them are different."""
    return tuple(json.loads(text))


def _each_piece_once(candidates: list[_Candidate], query: Query) -> list[_Candidate]:
    """Return the best version of each piece, whatever its language, as one that is offered."""
    best: dict[str, _Candidate] = {}
    for candidate in sorted(candidates, key=lambda each: (-each.score, not each.is_offered, -each.page_id)):
        best.setdefault(candidate.piece or str(candidate.page_id), candidate._replace(is_offered=True))
    return list(best.values())


def _narrowed(candidates: list[_Candidate], query: Query) -> tuple[list[_Candidate], dict[str, list[tuple[str, int]]]]:
    """Return the candidates with a chosen value of every facet, and what each value of a facet would give.

    A candidate that fails in one facet alone counts there, where the choice does not narrow.
    """
    chosen = {name: frozenset(values) for name, values in query.chosen.items() if values}
    found = []
    counters: dict[str, Counter[str]] = {name: Counter() for name in FACETS}
    for candidate in candidates:
        failing = [name for name, values in chosen.items() if values.isdisjoint(candidate.values[name])]
        if "language" not in chosen and not candidate.is_offered:
            failing.append("language")
        if not _is_published_within(candidate.published_on, query):
            continue
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


def _is_published_within(day: datetime.date, query: Query) -> bool:
    if query.published_from is not None and day < query.published_from:
        return False
    return query.published_to is None or day <= query.published_to


def _hits(page_ids: list[int], question: Question, is_lenient: bool) -> list[Hit]:
    """Return the hits of a page of results, with excerpts (one query)."""
    entries = SearchEntry.objects.in_bulk(page_ids) if page_ids else {}
    wanted = wanted_by(question)
    forms = wanted.forms
    if is_lenient:
        forms |= {near for part in question.optional for word in part.words for near in near_words(fold(word))}
    hits = []
    for page_id in page_ids:
        if (entry := entries.get(page_id)) is None:
            continue  # Removed a moment ago.
        hits.append(
            Hit(
                page_id,
                marked(entry.title, forms, entry.language),
                excerpt(entry.summary, (entry.body, entry.attachments), forms, entry.language),
                best_passage(entry.passages, wanted, entry.language) if wanted.parts else None,
            )
        )
    return hits
