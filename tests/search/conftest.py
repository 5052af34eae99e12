"""A real Elasticsearch for the tests of search, each worker in indexes of its own."""

from __future__ import annotations

import os

import pytest
from django.test import override_settings

from search import index
from search.engines.elasticsearch import ElasticsearchEngine, connect


@pytest.fixture(autouse=True)
def _patience(monkeypatch):
    """What one test learnt about Elasticsearch being away is not for the next."""
    monkeypatch.setattr(index, "_away_until", 0.0)
    monkeypatch.setattr(index, "_push_again_at", 0.0)
    connect.cache_clear()
    yield
    connect.cache_clear()


PREFIX = f"hubtest-{os.environ.get('PYTEST_XDIST_WORKER', 'main')}-{os.getpid()}"


@pytest.fixture(scope="session")
def elasticsearch_urls():
    """The nodes of TEST_ELASTICSEARCH_URL; at the end nothing of this worker is left there."""
    addresses = os.environ.get("TEST_ELASTICSEARCH_URL", "").split(",")
    if addresses == [""]:
        pytest.fail("TEST_ELASTICSEARCH_URL is not set: this test needs a real Elasticsearch (`make services`).")
    yield addresses
    with override_settings(ELASTICSEARCH={"URLS": addresses, "API_KEY": "", "CA": "", "PREFIX": PREFIX}):
        connect.cache_clear()
        ElasticsearchEngine().delete_all()


@pytest.fixture
def elasticsearch(settings, elasticsearch_urls):
    """An index without a document, which the hub uses meanwhile. Making one takes seconds, so it is used again."""
    settings.ELASTICSEARCH = {"URLS": elasticsearch_urls, "API_KEY": "", "CA": "", "PREFIX": PREFIX}
    engine = ElasticsearchEngine()
    if engine.indexes():
        engine.client.delete_by_query(index=PREFIX, query={"match_all": {}}, refresh=True)
    else:
        engine.delete_all()
        engine.rebuild([])
    return engine


@pytest.fixture
def new_elasticsearch(elasticsearch):
    """The same, but of new indexes, which have never had a page."""
    elasticsearch.rebuild([])
    return elasticsearch
