"""Search by Elasticsearch: one index per language behind one alias, made explicitly, replaced without downtime.

Uses only what plain Elasticsearch 9 has, so that managed clusters will do.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any

from django.conf import settings
from elasticsearch import ApiError, Elasticsearch, TransportError
from elasticsearch.helpers import streaming_bulk

from search.analysis import ARABIC_CONJUNCTION, ARABIC_LONG_ENDING, codes, without_stop_words
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
    SearchEngineError,
    Sort,
    clean_text,
)

TIMEOUT_SECONDS = 5
BULK_TIMEOUT_SECONDS = 60
CHUNK = 500
LANGUAGES = [code for code, _name in settings.LANGUAGES]
# Characters of private use, which no text has: they stand around what matched until it becomes fragments.
OPEN, CLOSE = "\ue000", "\ue001"
STEMMED_FIELDS = ["title^4", "summary^2", "labels^2", "body"]
# A word as it was typed counts more than another form of it.
EXACT_FIELDS = ["title.exact^6", "summary.exact^3", "labels.exact^3", "body.exact"]
FACET_FIELDS = {
    "type": "type",
    "topic": "topics",
    "sector": "sectors",
    "language": "language",
    "country": "countries",
    "year": "year",
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
# Marks that steer display (direction, joining, hyphenation) are no part of a word; nor is the seat of a hamza.
INVISIBLE = ["00AD", "061C", "200B", "200C", "200D", "200E", "200F", "202A", "202B", "202C", "202D", "202E", "2060"]
INVISIBLE += ["2066", "2067", "2068", "2069", "FEFF"]
CHARACTERS = {"type": "mapping", "mappings": [*(rf"\u{code}=>" for code in INVISIBLE), "ؤ=>و", "ئ=>ي"]}


def index_settings(language: str) -> dict[str, Any]:
    """Return the settings of the index of a language: its analyzers."""

    def analyzer(filters: list[str]) -> dict[str, Any]:
        return {"type": "custom", "char_filter": ["characters"], "tokenizer": "standard", "filter": filters}

    return {
        "index": {
            **{"number_of_shards": 1, "auto_expand_replicas": "0-1", "refresh_interval": "1s"},
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
    text = {"type": "text", "analyzer": "text", "fields": {"exact": exact}}
    keyword = {"type": "keyword"}
    beginnings = {"type": "text", "analyzer": "beginnings", "search_analyzer": "beginning"}
    return {
        "dynamic": "strict",
        "properties": {
            "page_id": {"type": "long"},
            "language": keyword,
            "offered_in": keyword,
            "type": keyword,
            "title": {**text, "fields": {"exact": exact, "beginnings": beginnings}},
            "summary": text,
            "body": {**text, "index_options": "offsets"},
            "labels": text,
            "topics": keyword,
            "sectors": keyword,
            "countries": keyword,
            "year": keyword,
            "published_on": {"type": "date"},
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
            name: [(bucket["key"], bucket["doc_count"]) for bucket in aggregations[name]["values"]["buckets"]]
            for name in FACETS
        }
        hits = [_hit(each) for each in answer["hits"]["hits"]]
        return Results(total=answer["hits"]["total"]["value"], hits=hits, facets=facets)

    def complete(self, beginning: str, language: str, audience_ids: frozenset[int]) -> Sequence[Completion]:
        """Return titles with words that begin as typed, with one request."""
        beginning = clean_text(beginning)
        if not beginning:
            return []
        answer = self._search(
            query={
                "bool": {
                    "must": {"match": {"title.beginnings": {"query": beginning, "operator": "and"}}},
                    "filter": [
                        {"terms": {"audience_id": sorted(audience_ids)}},
                        {"term": {"offered_in": language}},
                    ],
                }
            },
            size=COMPLETIONS,
            source=["page_id", "title"],
        )
        sources = [hit["_source"] for hit in answer["hits"]["hits"]]
        return [Completion(source["page_id"], source["title"]) for source in sources]

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
                {
                    "_op_type": "delete",
                    "_index": f"{self.alias}-{language}",
                    "_id": str(page_id),
                    "version": version,
                    "version_type": "external_gte",
                }
                for page_id, version in versions.items()
                for language in LANGUAGES
            ),
            refresh=True,
        )

    def indexes(self) -> frozenset[str]:
        """Return the names of the indexes behind the alias; none when there is no alias."""
        return frozenset(name for name, aliases in self._existing().items() if self.alias in aliases)

    def rebuild(self, documents: Iterable[Document]) -> int:
        """Fill new indexes and put the alias over them in one step; then delete the older ones.

        Searches go on in the old indexes until then. Of two rebuilds at once, the one that began last wins; the
        other fails when its indexes are gone.
        """
        stamp = time.time_ns()
        names = {language: f"{self.alias}-{language}-{stamp}" for language in LANGUAGES}
        for language, name in names.items():
            self._create(language, name)
        count = self._bulk(self._action(each, f"{names[each.language]}-filling") for each in documents)
        actions: list[dict[str, Any]] = []
        for language, name in names.items():
            self._ask(self.client.indices.put_settings, index=name, settings={"refresh_interval": "1s"})
            self._ask(self.client.indices.refresh, index=name)
            actions.append({"remove": {"index": name, "alias": f"{name}-filling"}})
            actions.append({"add": {"index": name, "alias": self.alias}})
            actions.append({"add": {"index": name, "alias": f"{self.alias}-{language}", "is_write_index": True}})
        older = {name: aliases for name, aliases in self._existing().items() if _stamp_of(name) < stamp}
        actions += [{"remove": {"index": name, "alias": alias}} for name, aliases in older.items() for alias in aliases]
        self._ask(self.client.indices.update_aliases, actions=actions)
        for name in older:
            self._ask(self.client.indices.delete, index=name, ignore_unavailable=True)
        return count

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

    def _create(self, language: str, name: str) -> None:
        """Make an index; it is filled through an alias, because Elasticsearch would guess a missing index's mapping."""
        settings = index_settings(language)
        settings["index"]["refresh_interval"] = "-1"
        aliases: dict[str, Any] = {f"{name}-filling": {}}
        self._ask(self.client.indices.create, index=name, settings=settings, mappings=index_mappings(), aliases=aliases)

    @staticmethod
    def _action(document: Document, index: str) -> dict[str, Any]:
        source = dict(vars(document))
        version = source.pop("version")
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
    rights = {"terms": {"audience_id": sorted(query.audience_ids)}}
    if query.text:
        text = without_stop_words(query.text, query.language)
        # Each index reads the query in its language; the fields of one analyzer are searched as one.
        question: dict[str, Any] = {
            "bool": {
                "filter": [rights, *(_phrase(code[0]) for code in codes(text))],
                "should": [_match(text, STEMMED_FIELDS), _match(text, EXACT_FIELDS)],
                "minimum_should_match": 1,
            }
        }
    else:
        question = {"bool": {"filter": [rights]}}
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
                    }
                }
            },
        }
        for name in FACETS
    }
    newest: list[Any] = [{"published_on": "desc"}, {"page_id": "desc"}]
    order = ["_score", *newest] if query.text and query.sort is Sort.RELEVANCE else newest
    return {
        "query": question,
        "post_filter": _all_of(list(by_facet.values())),
        "aggs": aggregations,
        "sort": order,
        "from_": min(query.offset, MAX_RESULTS),
        "size": max(0, min(query.size, MAX_RESULTS - query.offset)),
        "track_total_hits": True,
        "source": ["page_id", "title", "summary"],
        "highlight": {
            "type": "unified",
            "encoder": "default",
            "pre_tags": [OPEN],
            "post_tags": [CLOSE],
            "require_field_match": False,
            "max_analyzed_offset": 200_000,
            "fields": {
                "title": {"number_of_fragments": 0},
                "summary": {"number_of_fragments": 0},
                "body": {"number_of_fragments": 1, "fragment_size": 240},
            },
        },
    }


def _match(text: str, fields: list[str]) -> dict[str, Any]:
    """Ask for all words of a text, wherever in the fields each of them is."""
    return {"multi_match": {"query": text, "fields": fields, "type": "cross_fields", "operator": "and"}}


def _phrase(code: str) -> dict[str, Any]:
    """Ask for the parts of a code one after the other."""
    return {"multi_match": {"query": code, "fields": EXACT_FIELDS, "type": "phrase"}}


_FACET_ORDER: list[dict[str, str]] = [{"_count": "desc"}, {"_key": "asc"}]


def _facet_filter(query: Query, name: str) -> dict[str, Any] | None:
    """Return the filter of a facet's chosen values; unchosen, language means what is offered to the reader."""
    values = query.chosen.get(name)
    if values:
        return {"terms": {FACET_FIELDS[name]: list(values)}}
    if name == "language":
        return {"term": {"offered_in": query.language}}
    return None


def _all_of(filters: list[dict[str, Any] | None]) -> dict[str, Any]:
    wanted = [each for each in filters if each is not None]
    return {"bool": {"filter": wanted}} if wanted else {"match_all": {}}


def _hit(answer: dict[str, Any]) -> Hit:
    source, highlight = answer["_source"], answer.get("highlight", {})
    title = _fragments(highlight["title"][0]) if "title" in highlight else [Fragment(source["title"])]
    if "summary" in highlight:
        excerpt = list(_fragments(highlight["summary"][0]))
    elif "body" in highlight:
        excerpt = [Fragment("… "), *_fragments(highlight["body"][0]), Fragment(" …")]
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
