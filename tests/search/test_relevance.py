"""Search finds what the judged questions want, as well as bench/relevance/bars.json says it did."""

from __future__ import annotations

from collections import Counter

import pytest
from django.db import transaction
from django.test import TestCase, override_settings
from django.utils import translation
from wagtail.signal_handlers import disable_reference_index_auto_update

from bench.relevance import systems
from bench.relevance.bars import ENGINES, bars_below, read_bars
from bench.relevance.judged import CLASSES, LANGUAGES, WANTED, JudgedQuery, read_queries
from bench.relevance.measures import scores_of
from demo.content import KINDS, read_items
from demo.loader import DemoLoader
from search.engines.elasticsearch import ElasticsearchEngine, connect
from search.index import recording_paused
from search.rebuilding import rebuild
from tests.search.conftest import PREFIX

QUERIES = [query for language in LANGUAGES for query in read_queries(language)]


@pytest.fixture(scope="module")
def demo(django_db_setup, django_db_blocker, tmp_path_factory):
    """The demonstration with its search entries, once for both engines: loading it takes a minute."""
    own = {
        "MEDIA_ROOT": str(tmp_path_factory.mktemp("media")),
        "PASSWORD_HASHERS": ["django.contrib.auth.hashers.MD5PasswordHasher"],
        "ELASTICSEARCH": {"URLS": [], "API_KEY": "", "CA": "", "PREFIX": PREFIX},
    }
    with django_db_blocker.unblock(), override_settings(**own), translation.override("en"), transaction.atomic():
        # Translations are published when the transaction commits, which this one does not.
        committed = TestCase.captureOnCommitCallbacks(execute=True)
        with recording_paused(), disable_reference_index_auto_update(), committed:
            DemoLoader(lambda step: None).load()
        rebuild()
        systems.keys_of_pieces.cache_clear()
        systems.whoever_may_read_all.cache_clear()
        yield
        transaction.set_rollback(True)
    systems.keys_of_pieces.cache_clear()
    systems.whoever_may_read_all.cache_clear()


@pytest.fixture
def demo_in_elasticsearch(demo, settings, elasticsearch_urls):
    settings.ELASTICSEARCH = {"URLS": elasticsearch_urls, "API_KEY": "", "CA": "", "PREFIX": f"{PREFIX}-relevance"}
    connect.cache_clear()
    rebuild()
    yield
    ElasticsearchEngine().delete_all()


def below_the_bars(engine: str) -> list[str]:
    """Return where an engine finds less than it has to."""
    name = ENGINES[engine]
    ask = systems.systems(is_hub_only=True)[name]
    measured = {name: {query: scores_of(query, ask(query.text, query.language)) for query in QUERIES}}
    return bars_below(measured, name, read_bars(engine))


@pytest.mark.service
@pytest.mark.slow
@pytest.mark.django_db
def test_elasticsearch_finds_what_is_wanted(demo_in_elasticsearch):
    assert not below_the_bars("elasticsearch")


@pytest.mark.slow
@pytest.mark.django_db
def test_the_database_finds_what_is_wanted(demo):
    assert not below_the_bars("database")


def test_there_are_enough_questions_of_every_class_in_every_language():
    counts = Counter((query.language, query.kind) for query in QUERIES)
    assert all(counts[language, kind] >= 8 for language in LANGUAGES for kind in CLASSES)
    assert all(sum(counts[language, kind] for kind in CLASSES) >= 60 for language in LANGUAGES)
    held_out = Counter(query.language for query in QUERIES if query.is_held_out)
    assert all(held_out[language] * 4 >= len(read_queries(language)) for language in LANGUAGES)


def test_questions_are_asked_once_and_want_what_the_demo_has():
    keys = {item.key for kind in KINDS for item in read_items(kind)}
    assert len({query.id for query in QUERIES}) == len(QUERIES)
    assert len({(query.language, query.text) for query in QUERIES}) == len(QUERIES)
    for query in QUERIES:
        assert query.kind in CLASSES
        assert query.wanted, f"{query.id} wants nothing"
        assert keys.issuperset(query.grades), f"{query.id} wants what the demo does not have"
        assert set(query.grades.values()) <= {1, 2, 3}


def test_only_questions_across_languages_want_what_is_not_in_their_language():
    languages = {item.key: set(item.texts) for kind in KINDS for item in read_items(kind)}
    for query in QUERIES:
        if query.kind != "cross-language":
            assert all(query.language in languages[key] for key in query.wanted), query.id


@pytest.mark.parametrize(
    ("found", "ndcg", "recall", "reciprocal_rank"),
    [
        (["a", "b", "c"], 1, 1, 1),
        (["x", "a", "b", "c"], 0.676, 1, 1 / 2),
        (["c", "a", "a"], 0.577, 1 / 2, 1 / 2),
        (["x"] * 20, 0, 0, 0),
        ([], 0, 0, 0),
    ],
)
def test_measures_are_those_of_the_textbooks(found, ndcg, recall, reciprocal_rank):
    query = JudgedQuery("en-00", "en", "keys", "exact-term", {"a": 3, "b": WANTED, "c": 1})
    scores = scores_of(query, found)
    assert (scores.ndcg, scores.recall, scores.reciprocal_rank) == pytest.approx(
        (ndcg, recall, reciprocal_rank), abs=0.001
    )
