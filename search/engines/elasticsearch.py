"""Search by Elasticsearch: one index per language behind one alias, made explicitly, replaced without downtime.

Uses only what plain Elasticsearch 9 has, so that managed clusters will do.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import cache
from typing import Any

from django.conf import settings
from elasticsearch import ApiError, Elasticsearch, TransportError
from elasticsearch.helpers import streaming_bulk

from search import ranking
from search.analysis import (
    ARABIC_CONJUNCTION,
    ARABIC_LONG_ENDING,
    WORD,
    arabic_variants,
    fold,
    without_attachments,
)
from search.contract import (
    COMPLETIONS,
    FACET_SIZE,
    FACETS,
    MAX_RESULTS,
    Completion,
    Document,
    Fragment,
    Hit,
    Likeness,
    Query,
    Results,
    SearchEngineError,
    Sort,
    begins,
    clean_text,
)
from search.excerpts import Wanted, best_passage, wanted_by
from search.interpretation import Part
from search.models import SearchEntry
from search.syntax import Field

TIMEOUT_SECONDS = 5
BULK_TIMEOUT_SECONDS = 60
CHUNK = 500
# How many documents are looked through at a time when the index is verified.
SCANNED = 1_000
LANGUAGES = [code for code, _name in settings.LANGUAGES]
# Types of pages in which something is said.
RECORDINGS = frozenset({"webinarrecording"})
# Characters of private use, which no text has: they stand around what matched until it becomes fragments.
OPEN, CLOSE = "\ue000", "\ue001"
WEIGHTS = {
    "title": ranking.TITLE,
    "summary": ranking.SUMMARY,
    "labels": ranking.LABELS,
    "body": ranking.BODY,
    "passages": ranking.PASSAGES,
    "attachments": ranking.ATTACHMENTS,
}
STEMMED_FIELDS = [f"{name}^{weight}" for name, weight in WEIGHTS.items()]
# A word as it was typed counts more than another form of it.
EXACT_FIELDS = [f"{name}.exact^{weight * ranking.EXACT:.2f}" for name, weight in WEIGHTS.items()]
HIGHLIGHTED: dict[str, dict[str, int]] = {
    "title": {"number_of_fragments": 0},
    "summary": {"number_of_fragments": 0},
    "body": {"number_of_fragments": 1, "fragment_size": 240},
    "attachments": {"number_of_fragments": 1, "fragment_size": 240},
}
PEOPLE_FIELD = f"people^{ranking.PEOPLE}"
FACET_FIELDS = {
    "type": "type",
    "topic": "topics",
    "sector": "sectors",
    "language": "language",
    "country": "countries",
    "organisation": "organisations",
    "year": "year",
    "duration": "duration",
    "marking": "marking",
}

# A term's counts come from the indexes of all languages; each must send all, or sums would be too small.
FACET_SHARD_SIZE = 5_000

# What every analyzer begins with, so that a name is found in whatever language it is quoted.
NORMAL = ["elision", "lowercase", "decimal_digit", "arabic_normalization"]
STOP_AND_STEM: dict[str, list[str]] = {
    "en": [*NORMAL, "english_possessive", "english_stop", "asciifolding", "english_stem"],
    "ar": [*NORMAL, "arabic_stop", "arabic_conjunction", "arabic_long_ending", "arabic_stem", "asciifolding"],
    "es": [*NORMAL, "spanish_stop", "spanish_stem", "asciifolding"],
    "fr": [*NORMAL, "french_stop", "french_stem", "asciifolding"],
}
EXACT = [*NORMAL, "asciifolding"]
LONGEST_BEGINNING = 20
FILTERS: dict[str, dict[str, Any]] = {
    "elision": {
        "type": "elision",
        "articles_case": True,
        "articles": ["c", "d", "j", "l", "m", "n", "s", "t", "qu", "jusqu", "lorsqu", "puisqu"],
    },
    "english_possessive": {"type": "stemmer", "language": "possessive_english"},
    "english_stop": {"type": "stop", "stopwords": "_english_"},
    "english_stem": {"type": "stemmer", "language": "english"},
    "arabic_stop": {"type": "stop", "stopwords": "_arabic_"},
    "arabic_conjunction": {"type": "pattern_replace", "pattern": ARABIC_CONJUNCTION.pattern, "replacement": ""},
    "arabic_long_ending": {"type": "pattern_replace", "pattern": ARABIC_LONG_ENDING.pattern, "replacement": "ات"},
    "arabic_stem": {"type": "stemmer", "language": "arabic"},
    "spanish_stop": {"type": "stop", "stopwords": "_spanish_"},
    "spanish_stem": {"type": "stemmer", "language": "light_spanish"},
    "french_stop": {"type": "stop", "stopwords": "_french_"},
    "french_stem": {"type": "stemmer", "language": "light_french"},
    "beginnings": {"type": "edge_ngram", "min_gram": 1, "max_gram": LONGEST_BEGINNING},
    "cut": {"type": "truncate", "length": LONGEST_BEGINNING},
}
# Of a word in a field: how often it is there, for how long the field is. BM25 also weighs a word by how many documents
# have it, those that the reader may not read among them: the order of hits would tell of what is hidden.
SCORE = "return query.boost * doc.freq / (doc.freq + 0.3 + 0.009 * doc.length);"
# Marks that steer display (direction, joining, hyphenation) are no part of a word; nor is the seat of a hamza. A colon
# joins no words: TLP:AMBER are two.
INVISIBLE = ["00AD", "061C", "200B", "200C", "200D", "200E", "200F", "202A", "202B", "202C", "202D", "202E", "2060"]
INVISIBLE += ["2066", "2067", "2068", "2069", "FEFF"]
CHARACTERS = {"type": "mapping", "mappings": [*(rf"\u{code}=>" for code in INVISIBLE), "ؤ=>و", "ئ=>ي", r":=>\u0020"]}


def index_settings(language: str) -> dict[str, Any]:
    """Return the settings of the index of a language: its analyzers."""

    def analyzer(filters: list[str]) -> dict[str, Any]:
        return {"type": "custom", "char_filter": ["characters"], "tokenizer": "standard", "filter": filters}

    return {
        "index": {
            **{"number_of_shards": 1, "auto_expand_replicas": "0-1", "refresh_interval": "1s"},
            # For so long a removal is remembered, lest something older comes back after it.
            "gc_deletes": "1h",
            "similarity": {"default": {"type": "scripted", "script": {"source": SCORE}}},
        },
        "analysis": {
            "char_filter": {"characters": CHARACTERS},
            "filter": FILTERS,
            "analyzer": {
                "text": analyzer(STOP_AND_STEM[language]),
                "exact": analyzer(EXACT),
                "beginnings": analyzer([*EXACT, "beginnings"]),
                "beginning": analyzer([*EXACT, "cut"]),
            },
        },
    }


def index_mappings() -> dict[str, Any]:
    """Return the fields of an index; one that is not named here is refused."""
    exact = {"type": "text", "analyzer": "exact"}
    # Every word of a document once more, in one place: near words are looked for here alone, for each field costs.
    words = {"type": "text", "analyzer": "exact", "norms": False, "index_options": "docs"}
    text = {"type": "text", "analyzer": "text", "fields": {"exact": exact}, "copy_to": "words"}
    keyword = {"type": "keyword"}
    beginnings = {"type": "text", "analyzer": "beginnings", "search_analyzer": "beginning"}
    return {
        "dynamic": "strict",
        "properties": {
            "page_id": {"type": "long"},
            "language": keyword,
            "piece": keyword,
            "versions": keyword,
            "is_original": {"type": "boolean"},
            "type": keyword,
            "title": {**text, "fields": {"exact": exact, "beginnings": beginnings}},
            "summary": text,
            "body": {**text, "index_options": "offsets"},
            "labels": text,
            "people": {**exact, "fields": {"beginnings": beginnings}, "copy_to": "words"},
            "words": words,
            "passages": text,
            "attachments": {**text, "index_options": "offsets"},
            "topics": keyword,
            "sectors": keyword,
            "regions": keyword,
            "countries": keyword,
            "organisations": keyword,
            "year": keyword,
            "duration": keyword,
            "marking": keyword,
            "published_on": {"type": "date"},
            "fresh_on": {"type": "date"},
            "review_by": {"type": "date"},
            "uses": {"type": "long"},
            "audience_id": {"type": "long"},
        },
    }


@cache
def connect() -> Elasticsearch:
    """Return the client of the configured cluster; it keeps its connections."""
    config = settings.ELASTICSEARCH
    options: dict[str, Any] = {}
    if config["API_KEY"]:
        options["api_key"] = config["API_KEY"]
    if config["CA"]:
        options["ca_certs"] = config["CA"]
    return Elasticsearch(
        config["URLS"], request_timeout=TIMEOUT_SECONDS, max_retries=2, retry_on_timeout=False, **options
    )


class ElasticsearchEngine:
    """Searches with the configured cluster."""

    def __init__(self) -> None:
        self.client = connect()
        self.alias = settings.ELASTICSEARCH["PREFIX"]

    def search(self, query: Query) -> Results:
        """Answer a query with one request."""
        answer = self._search(**search_request(query))
        aggregations = answer["aggregations"]
        facets = {
            name: [
                (bucket["key"], bucket["pieces"]["value"] if query.is_lenient else bucket["doc_count"])
                for bucket in aggregations[name]["values"]["buckets"]
            ]
            for name in FACETS
        }
        total, unfiltered = answer["hits"]["total"]["value"], 0
        if query.is_lenient:
            total = aggregations["pieces"]["values"]["value"]
        else:
            unfiltered = aggregations["unfiltered"]["doc_count"]
        return Results(total, _hits(answer["hits"]["hits"], query), facets, unfiltered)

    def complete(self, beginning: str, language: str, audience_ids: frozenset[int]) -> Sequence[Completion]:
        """Return titles, and names of people, with words that begin as typed, with one request."""
        beginning = clean_text(beginning)
        if not beginning:
            return []
        fields = ["title.beginnings", "people.beginnings"]
        answer = self._search(
            query={
                "bool": {
                    "should": [{"match": {name: {"query": beginning, "operator": "and"}}} for name in fields],
                    "minimum_should_match": 1,
                    "filter": [{"terms": {"audience_id": sorted(audience_ids)}}, _offered((language,))],
                }
            },
            size=COMPLETIONS,
            source=["page_id", "title", "people"],
        )
        words = WORD.findall(fold(without_attachments(beginning, language)))
        return [
            Completion(
                source["page_id"],
                source["title"],
                tuple(name for name in source["people"] if begins(name, words)),
            )
            for source in (hit["_source"] for hit in answer["hits"]["hits"])
        ]

    def _search(self, **request: Any) -> Any:
        """Send a search; if its index is replaced in that moment, once more, to the new one."""
        arguments = {"index": self.alias, "allow_partial_search_results": False, **request}
        try:
            return self.client.search(**arguments)
        except ApiError as error:
            if error.status_code not in {404, 500, 503}:
                raise SearchEngineError(str(error)) from error
        except TransportError as error:
            raise SearchEngineError(str(error)) from error
        return self._ask(self.client.search, **arguments)

    def put(self, documents: Iterable[Document]) -> None:
        """Add or replace documents; an older version never replaces a newer one."""
        self._bulk((self._action(each, f"{self.alias}-{each.language}") for each in documents), refresh=True)

    def remove(self, versions: Mapping[int, int]) -> None:
        """Remove pages from the indexes of all languages, which remember the version for a while."""
        self._bulk(
            (
                self._removal(page_id, language, version)
                for page_id, version in versions.items()
                for language in LANGUAGES
            ),
            refresh=True,
        )

    def _removal(self, page_id: int, language: str, version: int) -> dict[str, Any]:
        return {
            "_op_type": "delete",
            "_index": f"{self.alias}-{language}",
            "_id": str(page_id),
            "version": version,
            "version_type": "external_gte",
        }

    def indexes(self) -> frozenset[str]:
        """Return the names of the indexes behind the alias; none when there is no alias."""
        return frozenset(name for name, aliases in self._existing().items() if self.alias in aliases)

    def rebuild(self, documents: Iterable[Document]) -> int:
        """Fill new indexes and put the alias over them in one step; then delete the older ones.

        Searches go on in the old indexes until then. Of two rebuilds at once, the one that began last wins; the
        other fails when its indexes are gone.
        """
        stamp = self.begin_rebuild("")
        count = self.fill(stamp, documents)
        self.switch(stamp)
        return count

    def begin_rebuild(self, fingerprint: str) -> int:
        """Make new, empty indexes, which nobody searches; return the stamp of their names."""
        stamp = time.time_ns()
        for language in LANGUAGES:
            self._create(language, f"{self.alias}-{language}-{stamp}", fingerprint)
        return stamp

    def has_begun(self, stamp: int) -> bool:
        """Tell whether the new indexes of a rebuild are still there to be filled."""
        aliases = {alias for each in self._existing().values() for alias in each}
        return aliases.issuperset(f"{self.alias}-{language}-{stamp}-filling" for language in LANGUAGES)

    def fill(self, stamp: int, documents: Iterable[Document]) -> int:
        """Put documents into the new indexes of a rebuild; return how many."""
        return self._bulk(self._action(each, f"{self.alias}-{each.language}-{stamp}-filling") for each in documents)

    def switch(self, stamp: int) -> None:
        """Have searches and writes go to the new indexes from one moment to the next, and delete the older ones."""
        actions: list[dict[str, Any]] = []
        for language in LANGUAGES:
            name = f"{self.alias}-{language}-{stamp}"
            self._ask(self.client.indices.put_settings, index=name, settings={"refresh_interval": "1s"})
            self._ask(self.client.indices.refresh, index=name)
            actions.append({"remove": {"index": name, "alias": f"{name}-filling"}})
            actions.append({"add": {"index": name, "alias": self.alias}})
            actions.append({"add": {"index": name, "alias": f"{self.alias}-{language}", "is_write_index": True}})
        # Which indexes have the aliases is left to the cluster: what a node says of them may be old already.
        every = [self.alias, *(f"{self.alias}-{language}" for language in LANGUAGES)]
        removals = [{"remove": {"index": f"{self.alias}-*", "alias": alias, "must_exist": False}} for alias in every]
        self._ask(self.client.indices.update_aliases, actions=[*removals, *actions])
        older = [name for name in self._existing() if _stamp_of(name) < stamp]
        for name in older:
            self._ask(self.client.indices.delete, index=name, ignore_unavailable=True)

    def fingerprints(self) -> set[str]:
        """Return what the indexes that are searched were made with (see `search.fingerprint`)."""
        found = self._ask(self.client.indices.get_mapping, index=self.alias, ignore_unavailable=True)
        return {str(each["mappings"].get("_meta", {}).get("fingerprint", "")) for each in found.values()}

    def versions_of(self, places: Sequence[tuple[int, str]]) -> dict[tuple[int, str], int | None]:
        """Return the version that is kept of pages in the indexes of languages; None of those that are not there."""
        if not places:
            return {}
        wanted = [
            {"_index": f"{self.alias}-{language}", "_id": str(page_id), "_source": False}
            for page_id, language in places
        ]
        answer = self._ask(self.client.mget, docs=wanted)
        return {place: each.get("_version") for place, each in zip(places, answer["docs"], strict=True)}

    def remove_from(self, places: Mapping[tuple[int, str], int]) -> None:
        """Remove pages from the indexes of single languages, each with the version of its removal."""
        self._bulk(
            (self._removal(page_id, language, version) for (page_id, language), version in places.items()), refresh=True
        )

    def versions(self) -> Iterator[tuple[int, str, int]]:
        """Yield page, language and version of every document, by page, from one moment's state of the index."""
        point = self._ask(self.client.open_point_in_time, index=self.alias, keep_alive="5m")["id"]
        after: list[Any] | None = None
        try:
            while True:
                answer = self._ask(
                    self.client.options(request_timeout=BULK_TIMEOUT_SECONDS).search,
                    pit={"id": point, "keep_alive": "5m"},
                    sort=[{"page_id": "asc"}, {"language": "asc"}],
                    size=SCANNED,
                    source=False,
                    docvalue_fields=["language"],
                    version=True,
                    track_total_hits=False,
                    **({"search_after": after} if after else {}),
                )
                hits = answer["hits"]["hits"]
                for hit in hits:
                    yield int(hit["_id"]), hit["fields"]["language"][0], hit["_version"]
                if len(hits) < SCANNED:
                    return
                after = hits[-1]["sort"]
        finally:
            with suppress(SearchEngineError):
                self._ask(self.client.close_point_in_time, id=point)

    def count(self) -> int:
        """Return the number of documents that can be found."""
        return int(self._ask(self.client.count, index=self.alias)["count"])

    def delete_all(self) -> None:
        """Delete the hub's indexes."""
        for name in self._existing():
            self._ask(self.client.indices.delete, index=name, ignore_unavailable=True)

    def _existing(self) -> dict[str, list[str]]:
        """Return the hub's indexes with their aliases."""
        found = self._ask(self.client.indices.get_alias, index=f"{self.alias}-*", allow_no_indices=True)
        known = re.compile(rf"{re.escape(self.alias)}-(?:{'|'.join(LANGUAGES)})-\d+")
        return {name: list(entry["aliases"]) for name, entry in found.items() if known.fullmatch(name)}

    def _create(self, language: str, name: str, fingerprint: str) -> None:
        """Make an index; it is filled through an alias, because Elasticsearch would guess a missing index's mapping."""
        settings = index_settings(language)
        settings["index"]["refresh_interval"] = "-1"
        mappings = {**index_mappings(), "_meta": {"fingerprint": fingerprint}}
        aliases: dict[str, Any] = {f"{name}-filling": {}}
        self._ask(self.client.indices.create, index=name, settings=settings, mappings=mappings, aliases=aliases)

    @staticmethod
    def _action(document: Document, index: str) -> dict[str, Any]:
        source = dict(vars(document))
        version = source.pop("version")
        source["passages"] = [text for _start, text in document.passages]
        source["duration"] = document.duration or None
        source["fresh_on"] = document.fresh_on or document.published_on
        return {
            "_op_type": "index",
            "_index": index,
            "_id": str(document.page_id),
            "version": version,
            "version_type": "external_gte",
            "_source": source,
        }

    def _bulk(self, actions: Iterable[dict[str, Any]], refresh: bool = False) -> int:
        """Send actions to aliases, and return how many were done.

        What conflicts is older than what is there, and what is not found is removed already: both are as they
        should be.
        """
        client = self.client.options(request_timeout=BULK_TIMEOUT_SECONDS)
        count = 0
        try:
            for is_done, answer in streaming_bulk(
                client,
                actions,
                chunk_size=CHUNK,
                max_retries=3,
                raise_on_error=False,
                refresh=refresh,
                require_alias=True,
            ):
                kind, outcome = next(iter(answer.items()))
                is_as_it_should_be = outcome.get("status") == 409 or outcome.get("result") == "not_found"
                if not is_done and not is_as_it_should_be:
                    raise SearchEngineError(
                        f"Elasticsearch refused to {kind} page {outcome.get('_id')}: {outcome.get('error')}"
                    )
                count += 1
        except (ApiError, TransportError) as error:
            raise SearchEngineError(str(error)) from error
        return count

    @staticmethod
    def _ask(call: Callable[..., Any], **arguments: Any) -> Any:
        try:
            return call(**arguments)
        except (ApiError, TransportError) as error:
            raise SearchEngineError(str(error)) from error


def _stamp_of(name: str) -> int:
    return int(name.rpartition("-")[2])


def search_request(query: Query) -> dict[str, Any]:
    """Return the one request of a page of results: hits, total, excerpts and all facets."""
    by_facet = {name: _facet_filter(query, name) for name in FACETS}
    aggregations = {
        name: {
            "filter": _all_of([each for other, each in by_facet.items() if other != name]),
            "aggs": {
                "values": {
                    "terms": {
                        "field": FACET_FIELDS[name],
                        "size": FACET_SIZE,
                        "shard_size": FACET_SHARD_SIZE,
                        "order": _FACET_ORDER,
                    },
                    **({"aggs": {"pieces": _PIECES}} if query.is_lenient else {}),
                }
            },
        }
        for name in FACETS
    }
    collapse: dict[str, Any] = {}
    if query.is_lenient:
        aggregations["pieces"] = {"filter": _all_of(list(by_facet.values())), "aggs": {"values": _PIECES}}
        collapse = {"collapse": {"field": "piece"}}
    else:
        aggregations["unfiltered"] = {"filter": _offered(query.searched_languages)}
    newest: list[Any] = [{"published_on": "desc"}, {"page_id": "desc"}]
    order = newest
    if query.sort is Sort.MOST_USED:
        order = [{"uses": "desc"}, *newest]
    elif query.sort is Sort.RELEVANCE and (query.text or query.like):
        order = ["_score", *newest]
    # Words near to those typed are looked for, and so marked, in the form that was written.
    form = ".exact" if query.is_lenient else ""
    return {
        "query": _question(query),
        "post_filter": _all_of(list(by_facet.values())),
        "aggs": aggregations,
        "sort": order,
        "from_": min(query.offset, MAX_RESULTS),
        "size": max(0, min(query.size, MAX_RESULTS - query.offset)),
        "track_total_hits": True,
        "source": ["page_id", "title", "summary", "type", "language"],
        "highlight": {
            "type": "unified",
            "encoder": "default",
            "pre_tags": [OPEN],
            "post_tags": [CLOSE],
            "require_field_match": False,
            "max_analyzed_offset": 200_000,
            "fields": {f"{name}{form}": shown for name, shown in HIGHLIGHTED.items()},
        },
        **collapse,
        **({"include_named_queries_score": True} if query.is_explained else {}),
    }


def _question(query: Query) -> dict[str, Any]:
    """Return what is asked for, limited to what the reader may read; whatever is typed, rights are a filter."""
    filters: list[dict[str, Any]] = [{"terms": {"audience_id": sorted(query.audience_ids)}}]
    if query.published_from or query.published_to:
        days = {"gte": query.published_from, "lte": query.published_to}
        limits = {name: day.isoformat() for name, day in days.items() if day is not None}
        filters.append({"range": {"published_on": limits}})
    if query.like is not None:
        return {"bool": {"filter": filters, **_likeness(query.like)}}
    if not query.text:
        return {"bool": {"filter": filters}}
    question = query.question
    if question.is_empty:
        return {"match_none": {}}
    name = _Naming(query.is_explained)
    required = [_part(part, name, False) for part in question.required]
    optional = [_part(part, name, query.is_lenient) for part in question.optional]
    must = [*required]
    if optional:
        must.append({"bool": {"should": optional, "minimum_should_match": question.needed}})
    should = _bonuses(query, optional, name)
    excluded = [_part(part, _Naming(False), False) for part in question.excluded]
    return {"bool": {"filter": filters, "must": must, "should": should, "must_not": excluded}}


class _Naming:
    """Names clauses, so that Elasticsearch tells what each of them counted; only when that is asked for."""

    def __init__(self, is_wanted: bool) -> None:
        self.is_wanted = is_wanted

    def __call__(self, name: str) -> dict[str, str]:
        return {"_name": name} if self.is_wanted else {}


def _bonuses(query: Query, optional: list[dict[str, Any]], name: _Naming) -> list[dict[str, Any]]:
    """Return what counts besides the parts: words together, all parts, and that the piece is not stale."""
    fresh = {"field": "fresh_on", "origin": query.today.isoformat(), "pivot": f"{ranking.HALF_FRESH_DAYS}d"}
    overdue = {"range": {"review_by": {"lt": query.today.isoformat()}}}
    pages = {"bool": {"must_not": [{"term": {"type": "standardpage"}}]}}
    bonuses: list[dict[str, Any]] = [
        {"constant_score": {"filter": pages, "boost": ranking.PIECE, **name("piece of knowledge")}},
        {"distance_feature": {**fresh, "boost": ranking.FRESH, **name("fresh")}},
        {
            "constant_score": {
                "filter": {"bool": {"must_not": [overdue]}},
                "boost": ranking.NOT_OVERDUE,
                **name("not overdue"),
            }
        },
    ]
    words = " ".join(part.text for part in query.question.parts if part.field is Field.ANY)
    if " " in words:
        fields = ["title^2", "summary", "labels"]
        together = {"query": words, "type": "phrase", "slop": 2, "fields": fields, "boost": ranking.TOGETHER}
        bonuses.append({"multi_match": {**together, **name("words together")}})
    if query.question.needed < len(optional):
        every = {"filter": {"bool": {"must": optional}}, "boost": ranking.ALL_PARTS * len(optional)}
        every |= name("all words")
        bonuses.append({"constant_score": every})
    return bonuses


def _part(part: Part, name: _Naming, is_lenient: bool) -> dict[str, Any]:
    """Ask for a part of a question: its words, another wording, or a concept or country that it names."""
    alternatives: list[dict[str, Any]] = [_words(part, name, is_lenient)]
    if part.concepts:
        concepts = [{"terms": {field: list(part.concepts)}} for field in ("topics", "sectors", "regions")]
        alternatives.append(
            {
                "constant_score": {
                    "filter": {"bool": {"should": concepts, "minimum_should_match": 1}},
                    "boost": ranking.CONCEPT,
                    **name(f"concept: {', '.join(part.concepts)}"),
                }
            }
        )
    if part.countries:
        countries = {"terms": {"countries": list(part.countries)}}
        alternatives.append(
            {
                "constant_score": {
                    "filter": countries,
                    "boost": ranking.CONCEPT,
                    **name(f"country: {', '.join(part.countries)}"),
                }
            }
        )
    for wording in part.wordings:
        asked = {"query": wording, "type": "phrase", "fields": STEMMED_FIELDS, "boost": ranking.WORDING}
        alternatives.append({"multi_match": {**asked, **name(f"wording: {wording}")}})
    return {"dis_max": {"queries": alternatives, "tie_breaker": 0.2}} if len(alternatives) > 1 else alternatives[0]


def _words(part: Part, name: _Naming, is_lenient: bool) -> dict[str, Any]:
    if part.field is Field.AUTHOR:
        asked = {"query": part.text, "type": "phrase" if part.is_phrase else "best_fields", "operator": "and"}
        if part.is_phrase:
            del asked["operator"]
        return {"multi_match": {**asked, "fields": ["people"], **name(f"author: {part.text}")}}
    fields = [each for each in STEMMED_FIELDS if part.field is Field.ANY or each.startswith("title")]
    exact = [each for each in EXACT_FIELDS if part.field is Field.ANY or each.startswith("title")]
    if part.field is Field.ANY:
        exact = [*exact, PEOPLE_FIELD]
    if part.is_phrase:
        return {"multi_match": {"query": part.text, "type": "phrase", "fields": exact, **name(f"phrase: {part.text}")}}
    words = [_word(word, [*fields, *exact], name, is_lenient) for word in part.words]
    return words[0] if len(words) == 1 else {"bool": {"must": words}}


def _word(word: str, fields: list[str], name: _Naming, is_lenient: bool) -> dict[str, Any]:
    """Ask for a word, in whatever field and form; leniently, also for words near to it."""
    asked: dict[str, Any] = {"query": word, "type": "best_fields", "tie_breaker": 0.2, "operator": "and"}
    typed: dict[str, Any] = {"multi_match": {**asked, "fields": fields, **name(f"word: {word}")}}
    if variants := arabic_variants(fold(word)):
        others = {"query": " ".join(variants), "fields": STEMMED_FIELDS, "boost": ranking.WORDING, "tie_breaker": 0.2}
        typed = {"dis_max": {"queries": [typed, {"multi_match": {**others, **name(f"forms of: {word}")}}]}}
    if not is_lenient:
        return typed
    # Near words are all taken, not the most frequent ones: these would be counted over what is hidden too.
    near = {"fuzziness": "AUTO:4,8", "prefix_length": 1, "fuzzy_rewrite": "constant_score", "operator": "and"}
    nearly = {"match": {"words": {"query": word, **near, "boost": 0.5, **name(f"near: {word}")}}}
    return {"dis_max": {"queries": [typed, nearly]}}


def _likeness(like: Likeness) -> dict[str, Any]:
    """Ask for what shares the subjects of a piece of knowledge."""
    weights = {"topics": (like.topics, 2.0), "sectors": (like.sectors, 1.0), "countries": (like.countries, 1.0)}
    shared = [
        {"constant_score": {"filter": {"term": {field: value}}, "boost": weight}}
        for field, (values, weight) in weights.items()
        for value in values
    ]
    must = {"terms": {"topics": list(like.topics)}}
    return {"must": [{"constant_score": {"filter": must, "boost": 0.0}}], "should": shared} | {
        "must_not": [{"term": {"piece": like.piece}}]
    }


# How many pieces of knowledge there are among versions; exact up to some thousands.
_PIECES: dict[str, Any] = {"cardinality": {"field": "piece", "precision_threshold": 4000}}
_FACET_ORDER: list[dict[str, str]] = [{"_count": "desc"}, {"_key": "asc"}]


def _facet_filter(query: Query, name: str) -> dict[str, Any] | None:
    """Return the filter of a facet's chosen values; unchosen, language means what is offered to the reader."""
    values = query.chosen.get(name)
    if values:
        return {"terms": {FACET_FIELDS[name]: list(values)}}
    # Near words are looked for in all languages: each piece is shown once by `collapse`.
    return _offered(query.searched_languages) if name == "language" and not query.is_lenient else None


def _offered(languages: Sequence[str]) -> dict[str, Any]:
    """Ask for the version of each piece that is the one to show to somebody who reads some languages, best first."""
    better: list[str] = []
    versions: list[dict[str, Any]] = []
    for language in languages:
        own: dict[str, Any] = {"filter": [{"term": {"language": language}}]}
        if better:
            own["must_not"] = [{"terms": {"versions": list(better)}}]
        versions.append({"bool": own})
        better.append(language)
    original = {"filter": [{"term": {"is_original": True}}], "must_not": [{"terms": {"versions": better}}]}
    return {"bool": {"should": [*versions, {"bool": original}], "minimum_should_match": 1}}


def _all_of(filters: list[dict[str, Any] | None]) -> dict[str, Any]:
    wanted = [each for each in filters if each is not None]
    return {"bool": {"filter": wanted}} if wanted else {"match_all": {}}


def _hits(answers: list[dict[str, Any]], query: Query) -> list[Hit]:
    """Return the hits of a page of results; what was said in recordings is looked up (one query)."""
    wanted = wanted_by(query.question) if query.text and query.like is None else Wanted()
    recordings = [each["_source"]["page_id"] for each in answers if each["_source"]["type"] in RECORDINGS]
    passages: dict[int, list[Any]] = {}
    if recordings and wanted.parts:
        passages = dict(SearchEntry.objects.filter(pk__in=recordings).values_list("pk", "passages"))
    hits = []
    for answer in answers:
        source = answer["_source"]
        said = best_passage(passages.get(source["page_id"], ()), wanted, source["language"])
        named = answer.get("matched_queries") or {}
        why = sorted(named.items(), key=lambda pair: -pair[1]) if query.is_explained else ()
        hits.append(replace(_hit(answer), passage=said, why=why))
    return hits


def _hit(answer: dict[str, Any]) -> Hit:
    source = answer["_source"]
    highlight = {name.removesuffix(".exact"): texts for name, texts in answer.get("highlight", {}).items()}
    title = _fragments(highlight["title"][0]) if "title" in highlight else [Fragment(source["title"])]
    if "summary" in highlight:
        excerpt = list(_fragments(highlight["summary"][0]))
    elif text := highlight.get("body") or highlight.get("attachments"):
        excerpt = [Fragment("… "), *_fragments(text[0]), Fragment(" …")]
    else:
        excerpt = [Fragment(source["summary"])]
    return Hit(source["page_id"], list(title), excerpt)


def _fragments(text: str) -> Iterator[Fragment]:
    """Turn a text with marks around what matched into fragments."""
    for number, part in enumerate(text.split(OPEN)):
        if number == 0:
            if part:
                yield Fragment(part)
            continue
        matched, _close, rest = part.partition(CLOSE)
        yield Fragment(matched, is_match=True)
        if rest:
            yield Fragment(rest)
