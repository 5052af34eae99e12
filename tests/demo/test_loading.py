"""The demonstration is loaded whole, on the real services, and loading it again changes nothing."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from demo.accounts import ACCOUNTS
from demo.content import read_items
from search.engines.elasticsearch import ElasticsearchEngine, connect

ROOT = Path(__file__).resolve().parent.parent.parent
COUNTED = ["wagtailcore_page", "members_user", "vocabulary_concept", "knowledge_hubimage", "search_searchentry"]

pytestmark = [pytest.mark.service, pytest.mark.slow]


@pytest.fixture
def environment(settings, tmp_path) -> Iterator[dict[str, str]]:
    """A database and indexes of its own on the real services."""
    servers = {name: os.environ.get(name, "") for name in ("TEST_DATABASE_URL", "TEST_ELASTICSEARCH_URL")}
    assert all(servers.values()), "TEST_DATABASE_URL and TEST_ELASTICSEARCH_URL are needed (`make services`)"
    name = sql.Identifier(database := f"hub_demo_{os.getpid()}")
    with psycopg.connect(servers["TEST_DATABASE_URL"], autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(name))
    yield {
        **os.environ,
        "DEBUG": "true",
        "DATABASE_URL": f"{servers['TEST_DATABASE_URL'].rpartition('/')[0]}/{database}",
        "ELASTICSEARCH_URL": servers["TEST_ELASTICSEARCH_URL"],
        "ELASTICSEARCH_PREFIX": database,
        "MEDIA_ROOT": str(tmp_path / "files"),
    }
    with psycopg.connect(servers["TEST_DATABASE_URL"], autocommit=True) as connection:
        for _attempt in range(20):
            try:
                connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(name))
                break
            except psycopg.errors.InsufficientPrivilege:
                # The server's own vacuum is in it, which only a superuser may stop.
                time.sleep(1)
    settings.ELASTICSEARCH = {
        **settings.ELASTICSEARCH,
        "URLS": servers["TEST_ELASTICSEARCH_URL"].split(","),
        "PREFIX": database,
    }
    connect.cache_clear()
    ElasticsearchEngine().delete_all()
    connect.cache_clear()


def manage(environment: dict[str, str], *arguments: str) -> str:
    command = [sys.executable, "manage.py", *arguments]
    finished = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    assert finished.returncode == 0, finished.stdout + finished.stderr
    return finished.stdout


def counts(environment: dict[str, str]) -> dict[str, int]:
    with psycopg.connect(environment["DATABASE_URL"]) as connection:
        return {
            table: connection.execute(sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(table))).fetchone()[0]
            for table in COUNTED
        }


def test_the_demonstration_can_be_loaded_twice(environment):
    manage(environment, "migrate", "--verbosity", "0")
    kinds = ("articles", "case_studies", "series", "recordings")
    versions = sum(len(item.texts) for kind in kinds for item in read_items(kind))
    assert f"Loaded {versions} versions" in manage(environment, "load_demo")
    loaded = counts(environment)
    assert loaded["members_user"] == len(ACCOUNTS)
    assert loaded["search_searchentry"] >= versions
    assert "nothing is loaded" in manage(environment, "load_demo")
    assert counts(environment) == loaded
    status = dict(line.split("\t") for line in manage(environment, "search_index", "status").splitlines())
    assert status["waiting"] == "0"
    assert status["entries"] == status["in Elasticsearch"] == str(loaded["search_searchentry"])
