"""A cluster of three nodes, of which one is killed under load, and all in the middle of a write."""

from __future__ import annotations

import contextlib
import fcntl
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from django.core.management import call_command

from scripts import services
from search import index
from search.contract import Query, SearchEngineError
from search.engines import elasticsearch as engines
from search.engines.database import DatabaseEngine
from search.engines.elasticsearch import ElasticsearchEngine, connect
from search.models import SearchEntry
from search.verification import differences
from tests.factories import make_article
from tests.search.test_index import committed, in_elasticsearch, waiting

__all__ = ["committed"]
pytestmark = [
    pytest.mark.django_db,
    pytest.mark.slow,
    pytest.mark.service,
]
HTTP, TRANSPORT = 9480, 9580
LOAD_SECONDS = 12


def wait_until_whole() -> None:
    """Wait until every index has all its copies."""
    connect().options(request_timeout=100).cluster.health(wait_for_status="green", timeout="90s")


@dataclass
class Cluster:
    """Three nodes of our own, beside those that the other tests use."""

    folder: Path

    def command(self, *arguments: str) -> None:
        environment = {name: value for name, value in os.environ.items() if name != "ELASTICSEARCH_URL"} | {
            "HUB_SERVICES_DIR": str(self.folder),
            "HUB_ES_HTTP_PORT": str(HTTP),
            "HUB_ES_TRANSPORT_PORT": str(TRANSPORT),
            # There is a database already: none of its own is started.
            "DATABASE_URL": os.environ["TEST_DATABASE_URL"],
        }
        subprocess.run(
            [sys.executable, str(services.PROJECT / "scripts/services.py"), *arguments], env=environment, check=True
        )

    def start(self) -> None:
        """Have three nodes run, whatever ran before."""
        self.command("start", "--nodes", "3")
        wait_until_whole()

    def stop(self) -> None:
        self.command("stop", "elasticsearch")

    def kill(self, *nodes: int) -> None:
        """End nodes at once, as a power cut does."""
        for node in nodes:
            pid_file = self.folder / f"elasticsearch/nodes-3/node-{node}/pid"
            with contextlib.suppress(ProcessLookupError):
                os.kill(int(pid_file.read_text().split()[0]), signal.SIGKILL)


@pytest.fixture(scope="module")
def running_cluster() -> Iterator[Cluster]:
    state = services.state_folder()
    folder = state.with_name(f"{state.name}-cluster")
    folder.mkdir(parents=True, exist_ok=True)
    home = f"elasticsearch-{services.ELASTICSEARCH_VERSION}"
    if (state / home).is_dir() and not (folder / home).exists():
        (folder / home).symlink_to(state / home)
    cluster = Cluster(folder)
    # Its ports are fixed: another process that runs these tests waits for its turn.
    with (folder / "turn").open("w") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        try:
            cluster.command("start", "--nodes", "3")
            yield cluster
        finally:
            cluster.stop()


@pytest.fixture
def cluster(running_cluster, settings, tree) -> Cluster:
    """Three nodes, which the hub uses meanwhile, with an index that has no document."""
    nodes = [f"http://127.0.0.1:{HTTP + node}" for node in range(3)]
    settings.ELASTICSEARCH = {"URLS": nodes, "API_KEY": "", "CA": "", "PREFIX": "hubtest-cluster"}
    connect.cache_clear()
    running_cluster.start()
    ElasticsearchEngine().delete_all()
    call_command("search_index", "rebuild", verbosity=0, take_over=True)
    wait_until_whole()
    return running_cluster


def test_killed_in_the_middle_of_a_write_it_lacks_nothing_afterwards(
    cluster, committed, client, as_reader, monkeypatch
):
    with committed():
        pages = [make_article(f"Zebra {number}") for number in range(30)]
    assert (waiting(), list(differences())) == ([], [])
    for page in pages:
        page.title = page.title.replace("Zebra", "Okapi")
        page.save_revision().publish()
    assert len(waiting()) == 30
    monkeypatch.setattr(engines, "CHUNK", 5)
    monkeypatch.setattr(engines, "BULK_TIMEOUT_SECONDS", 10)
    action = ElasticsearchEngine._action
    sent: list[int] = []

    def kill_on_the_way(document, alias):
        sent.append(document.page_id)
        if len(sent) == 18:
            cluster.kill(1, 2, 3)
        return action(document, alias)

    monkeypatch.setattr(ElasticsearchEngine, "_action", staticmethod(kill_on_the_way))
    with pytest.raises(SearchEngineError):
        index.push_pending()
    monkeypatch.undo()
    assert len(waiting()) == 30, "what may not have arrived waits"

    # All nodes are down: the database answers, and says so.
    shown = client.get("/en/search/?q=okapi").content.decode()
    assert "30 results" in shown
    assert "Search is limited at the moment" in shown
    assert client.get("/readyz").json()["search"] == "degraded"

    cluster.start()
    deadline = time.monotonic() + 60
    while waiting() and time.monotonic() < deadline:
        # Nobody does more than to search: the circuit closes by itself, and what waits is pushed.
        client.get("/en/search/?q=okapi")
        time.sleep(1)
    assert (waiting(), list(differences())) == ([], [])
    assert len(in_elasticsearch("okapi", as_reader())) == 30
    assert in_elasticsearch("zebra", as_reader()) == []
    monkeypatch.setattr(DatabaseEngine, "search", lambda *args: pytest.fail("Elasticsearch was not asked"))
    shown = client.get("/en/search/?q=okapi&sort=newest").content.decode()
    assert "30 results" in shown
    assert "Search is limited" not in shown


def test_one_node_killed_under_load_fails_no_search(cluster, committed, as_reader, monkeypatch):
    with committed():
        pages = [make_article(f"Zebra {number}") for number in range(12)]
    reader = as_reader()
    query = Query(text="zebra", language="en", audience_ids=reader.audience_ids)
    engine = ElasticsearchEngine()
    totals: list[int] = []
    failures: list[Exception] = []
    is_done = threading.Event()

    def keep_asking() -> None:
        while not is_done.is_set():
            try:
                totals.append(engine.search(query).total)
            except Exception as error:
                failures.append(error)

    threads = [threading.Thread(target=keep_asking) for _ in range(4)]
    for thread in threads:
        thread.start()
    try:
        time.sleep(2)
        before = len(totals)
        # The node that has the English texts, and answers for all of it.
        (shard,) = [
            each
            for each in engine.client.cat.shards(index=f"{engine.alias}-en*", format="json")
            if each["prirep"] == "p"
        ]
        cluster.kill(int(shard["node"].rpartition("-")[2]))
        time.sleep(LOAD_SECONDS)
    finally:
        is_done.set()
        for thread in threads:
            thread.join()
    assert failures == []
    assert set(totals) == {12}
    assert len(totals) > before > 5
    # Two nodes go on with writes, too.
    with committed():
        pages[0].title = "Okapi"
        pages[0].save_revision().publish()
    deadline = time.monotonic() + 60
    while waiting() and time.monotonic() < deadline:
        index._away_until = 0.0
        with contextlib.suppress(SearchEngineError):
            index.push_pending()
    assert (waiting(), list(differences())) == ([], [])
    assert in_elasticsearch("okapi", reader) == [pages[0].pk]
    assert SearchEntry.objects.filter(is_pushed=False).count() == 0
