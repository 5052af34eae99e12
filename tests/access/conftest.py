"""The world that the tests of leaks share, and the engine they search it with."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.conf import settings as django_settings
from django.core.management import call_command
from django.db import transaction
from django.test import override_settings

from search.engines.elasticsearch import ElasticsearchEngine, connect
from tests.access.matrix.states import World, make_world

PREFIX = f"hubleaks-{os.environ.get('PYTEST_XDIST_WORKER', 'main')}-{os.getpid()}"


@contextmanager
def engine_in_use() -> Iterator[dict]:
    """Give the settings of Elasticsearch: of the real one if TEST_ELASTICSEARCH_URL names it, else of none.

    Its indexes are deleted in the end.
    """
    addresses = [address for address in os.environ.get("TEST_ELASTICSEARCH_URL", "").split(",") if address]
    config = {**django_settings.ELASTICSEARCH, "URLS": addresses, "PREFIX": PREFIX}
    connect.cache_clear()
    try:
        yield config
    finally:
        if addresses:
            with override_settings(ELASTICSEARCH=config):
                connect.cache_clear()
                ElasticsearchEngine().delete_all()
        connect.cache_clear()


@pytest.fixture(scope="class")
def shared_world(django_db_setup, django_db_blocker, tmp_path_factory):
    """Make the world once for all tests of a class: it takes longer than they do."""
    media = str(tmp_path_factory.mktemp("media"))
    with (
        django_db_blocker.unblock(),
        engine_in_use() as engine,
        transaction.atomic(),
        override_settings(MEDIA_ROOT=media, SECOND_FACTOR_REQUIRED=True),
    ):
        world = make_world()
        for hidden in [*world.hidden, *world.parts]:
            assert hidden.files  # Renditions are made here, or each test would make them anew.
        if engine["URLS"]:
            with override_settings(ELASTICSEARCH=engine):
                call_command("search_index", "rebuild", verbosity=0)
        yield world, {"MEDIA_ROOT": media, "SECOND_FACTOR_REQUIRED": True, "ELASTICSEARCH": engine}
        transaction.set_rollback(True)


@pytest.fixture
def world(shared_world, db, settings, monkeypatch) -> World:
    """The world, with the settings it was made with."""
    made, fixed = shared_world
    for name, value in fixed.items():
        setattr(settings, name, value)
    for module in ("knowledge.queries", "knowledge.subjects"):
        monkeypatch.setattr(f"{module}.PAGE_SIZE", 100)  # All of it is on the first page of every list.
    return made
