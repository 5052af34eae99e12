"""Those who run the hub see how the index is, and bring it back to what it should be, without a rebuild."""

from __future__ import annotations

import re
import threading
from dataclasses import replace
from datetime import timedelta

import pytest
from django.contrib.auth.models import Group
from django.core.management import CommandError, call_command
from django.utils import timezone
from django_tasks_db import DatabaseBackend
from django_tasks_db.models import DBTaskResult

from members.roles import SECRETARIAT
from search import index, rebuilding, tasks
from search.contract import SearchEngineError
from search.engines import elasticsearch as engines
from search.engines.elasticsearch import ElasticsearchEngine
from search.models import IndexRebuild, SearchEntry
from search.verification import Difference, Kind, Place, differences, differences_of_entries, repair
from tests.factories import MemberFactory, UserFactory, make_article, translate
from tests.search.test_index import away, committed, in_elasticsearch, published, waiting

__all__ = ["away", "committed", "published"]
pytestmark = [pytest.mark.django_db, pytest.mark.slow]
service = pytest.mark.service


@pytest.fixture(autouse=True)
def _tree(tree):
    """Every test here needs the tree."""


def document_of(page):
    (document,) = index.documents_of_entries([SearchEntry.objects.get(pk=page.pk)])
    return document


def exit_code(*arguments: str) -> int:
    try:
        call_command("search_index", *arguments)
    except CommandError as error:
        return error.returncode
    return 0


# --- Verify and repair ---


@service
def test_what_differs_in_elasticsearch_is_found_and_mended(published, committed, as_reader, capsys):
    same, missing, stale, ahead, surplus = (
        published(f"Zebra {name}") for name in ("same", "missing", "stale", "ahead", "surplus")
    )
    assert list(differences()) == []
    assert exit_code("verify") == 0
    engine = ElasticsearchEngine()
    engine.client.delete(index=f"{engine.alias}-en", id=str(missing.pk), refresh=True)
    SearchEntry.objects.filter(pk=stale.pk).update(version=SearchEntry.objects.get(pk=stale.pk).version + 1)
    engine.put([replace(document_of(ahead), version=99, title="Zebra of tomorrow")])
    engine.put([replace(document_of(surplus), page_id=987_654, title="Zebra of nowhere")])
    found = sorted(differences(), key=lambda each: each.page_id)
    assert [(each.page_id, each.kind) for each in found] == [
        (missing.pk, Kind.MISSING),
        (stale.pk, Kind.STALE),
        (ahead.pk, Kind.AHEAD),
        (987_654, Kind.SURPLUS),
    ]
    assert exit_code("verify") == 2
    assert f"elasticsearch\tahead\tpage {ahead.pk}" in capsys.readouterr().out
    assert exit_code("repair") == 0
    assert "4 differences mended" in capsys.readouterr().out
    assert list(differences()) == []
    assert sorted(in_elasticsearch("zebra", as_reader())) == sorted(
        page.pk for page in (same, missing, stale, ahead, surplus)
    )
    assert in_elasticsearch("tomorrow", as_reader()) == []
    with committed():
        ahead.title = "Zebra renamed"
        ahead.save_revision().publish()
    assert in_elasticsearch("renamed", as_reader()) == [ahead.pk], "its versions go on from the one that was ahead"


def test_what_differs_in_the_entries_is_found_and_mended(as_reader):
    same, missing, stale = make_article("Zebra same"), make_article("Zebra missing"), make_article("Zebra stale")
    surplus = make_article("Zebra surplus")
    translate(same, "fr", "Zèbre")
    assert list(differences_of_entries()) == []
    SearchEntry.objects.filter(pk=missing.pk).delete()
    SearchEntry.objects.filter(pk=stale.pk).update(body="Something else.")
    type(surplus).objects.filter(pk=surplus.pk).update(live=False)
    assert sorted(differences_of_entries(), key=lambda each: each.page_id) == [
        Difference(missing.pk, Place.ENTRY, Kind.MISSING),
        Difference(stale.pk, Place.ENTRY, Kind.STALE),
        Difference(surplus.pk, Place.ENTRY, Kind.SURPLUS),
    ]
    assert exit_code("verify") == 0, "the pages are read only when that is asked for"
    assert exit_code("verify", "--pages") == 2
    assert repair(with_entries=True) == 3
    assert list(differences_of_entries()) == []
    assert exit_code("verify", "--pages") == 0


@service
def test_what_waits_is_no_difference(published, committed, away):
    published("Zebra kept")
    gone = published("Zebra gone")
    with away(), committed():
        make_article("Zebra new")
        gone.unpublish()
    assert len(waiting()) == 2
    assert list(differences()) == []
    index.push_pending()
    assert list(differences()) == []


# --- Elasticsearch is away, full, or slow ---


@service
def test_after_an_hour_without_elasticsearch_nothing_differs(published, committed, away, as_reader):
    pages = [published(f"Zebra {number}") for number in range(4)]
    with away(), committed():
        pages[0].title = "Okapi"
        pages[0].save_revision().publish()
        pages[1].marking = "GREEN"
        pages[1].save_revision().publish()
        pages[2].unpublish()
        pages[3].unpublish()
        pages[3].save_revision().publish()
        new = make_article("Zebra new")
        arabic = translate(new, "ar", "حمار")
    index.push_pending()
    assert (waiting(), list(differences()), list(differences_of_entries())) == ([], [], [])
    assert sorted(in_elasticsearch("zebra", as_reader())) == sorted([pages[3].pk, new.pk])
    assert arabic.pk in in_elasticsearch("", as_reader(), "ar")


@service
def test_a_full_disk_stops_writing_only_and_nothing_is_forgotten(published, committed, client, as_reader):
    """Elasticsearch makes its indexes read-only when its disk is full, and refuses what is written."""
    page = published("Zebra ledger")
    engine = ElasticsearchEngine()
    block = {"index.blocks.read_only_allow_delete": True}
    engine.client.indices.put_settings(index=engine.alias, settings=block)
    try:
        with committed():
            page.title = "Okapi ledger"
            page.save_revision().publish()
            gone = make_article("Zebra gone")
            gone.unpublish()
        with pytest.raises(SearchEngineError):
            index.push_pending()
        assert page.pk in waiting()
        shown = client.get("/en/search/?q=okapi").content.decode()
        assert page.url in shown
        assert index.seconds_behind() >= 0
    finally:
        engine.client.indices.put_settings(index=engine.alias, settings={"index.blocks.read_only_allow_delete": None})
    index._away_until = 0.0
    index.push_pending()
    assert (waiting(), list(differences())) == ([], [])
    assert in_elasticsearch("okapi", as_reader()) == [page.pk]


@service
def test_of_two_that_push_the_older_never_wins(published, committed, away, as_reader, monkeypatch):
    page = published("Zebra ledger")
    with away(), committed():
        page.title = "Lynx ledger"
        page.save_revision().publish()
    put = ElasticsearchEngine.put
    older = document_of(page)

    def put_late(engine, documents):
        """Somebody else is quicker with something newer."""
        monkeypatch.setattr(ElasticsearchEngine, "put", put)
        with committed():
            page.title = "Okapi ledger"
            page.save_revision().publish()
        put(engine, documents)

    monkeypatch.setattr(ElasticsearchEngine, "put", put_late)
    index.push_pending()
    assert in_elasticsearch("okapi", as_reader()) == [page.pk]
    ElasticsearchEngine().put([older])
    assert in_elasticsearch("lynx", as_reader()) == []
    with committed():
        page.unpublish()
    ElasticsearchEngine().put([older])
    assert in_elasticsearch("ledger", as_reader()) == [], "nor does it come back after its removal"
    index.push_pending()
    assert (waiting(), list(differences())) == ([], [])


@service
@pytest.mark.django_db(transaction=True)
def test_many_who_push_at_once_leave_no_difference(elasticsearch, tree):
    pages = [make_article(f"Zebra {number}") for number in range(12)]
    rebuilding.rebuild()
    failures = []

    def change_and_push(own) -> None:
        from django.db import connection

        try:
            for turn in range(3):
                for page in own:
                    index.record_rights([page.pk])
                    index.record_pages([page.pk])
                index.push_pending()
                assert turn >= 0
        except Exception as error:
            failures.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=change_and_push, args=(pages[number::2] + pages[:2],)) for number in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    index.push_pending()
    assert (waiting(), list(differences())) == ([], [])


def test_a_push_that_fails_is_tried_again_later_but_once(away, monkeypatch):
    make_article("Zebra ledger")
    queue = DatabaseBackend("default", {})
    monkeypatch.setattr(tasks, "default_task_backend", queue)
    monkeypatch.setattr(type(tasks.push_search_entries), "get_backend", lambda task: queue)
    # It is put into the queue; telling that it was would look the task up by the name this test runs without.
    monkeypatch.setattr("django_tasks_db.backend.task_enqueued.send", lambda *args, **kwargs: None)
    monkeypatch.setattr("django_tasks_db.models.DBTaskResult.task_result", None)
    with away():
        assert tasks.push_search_entries.call() == tasks.push_search_entries.call() == 0
    (later,) = DBTaskResult.objects.all()
    assert later.task_path == "search.tasks.push_search_entries"
    assert timedelta(seconds=30) < later.run_after - timezone.now() <= timedelta(seconds=tasks.RETRY_SECONDS)


# --- Rebuilding ---


@service
def test_a_rebuild_that_was_interrupted_goes_on_from_there(published, as_reader, monkeypatch):
    pages = [published(f"Zebra {number}") for number in range(6)]
    monkeypatch.setattr(rebuilding, "BATCH", 1)
    fill = ElasticsearchEngine.fill
    filled: list[int] = []

    def fill_until_it_fails(engine, stamp, documents):
        documents = list(documents)
        if filled and len(filled) < 6 and not has_failed:
            has_failed.append(True)
            raise SearchEngineError("the cable was pulled")
        filled.extend(document.page_id for document in documents)
        return fill(engine, stamp, documents)

    has_failed: list[bool] = []
    monkeypatch.setattr(ElasticsearchEngine, "fill", fill_until_it_fails)
    with pytest.raises(SearchEngineError):
        rebuilding.rebuild_elasticsearch()
    assert sorted(in_elasticsearch("zebra", as_reader())) == sorted(page.pk for page in pages)
    before = list(filled)
    assert before
    rebuilding.rebuild_elasticsearch()
    assert sorted(filled) == sorted(set(filled)), "nothing was filled in twice"
    assert sorted(in_elasticsearch("zebra", as_reader())) == sorted(page.pk for page in pages)
    assert (waiting(), list(differences())) == ([], [])
    assert IndexRebuild.objects.exclude(phase=IndexRebuild.Phase.DONE).count() == 0


def test_reading_pages_goes_on_where_it_was_interrupted(monkeypatch):
    for number in range(3):
        make_article(f"Zebra {number}")
    rebuilding.rebuild()
    monkeypatch.setattr(rebuilding, "BATCH", 1)
    read: list[int] = []
    documents_of = rebuilding.documents_of

    def fail_once(page_ids):
        if len(read) == 2 and "failed" not in marks:
            marks.append("failed")
            raise RuntimeError("killed")
        read.extend(page_ids)
        return documents_of(page_ids)

    marks: list[str] = []
    monkeypatch.setattr(rebuilding, "documents_of", fail_once)
    with pytest.raises(RuntimeError):
        rebuilding.rebuild()
    rebuilding.rebuild()
    assert sorted(read) == sorted(set(read)) == sorted(rebuilding.findable_page_ids())
    assert list(differences_of_entries()) == []


def test_a_rebuild_leaves_entries_alone_that_are_right(as_reader):
    page = make_article("Zebra ledger")
    SearchEntry.objects.update(is_pushed=True)
    version = SearchEntry.objects.get(pk=page.pk).version
    rebuilding.rebuild()
    assert SearchEntry.objects.get(pk=page.pk).version == version
    assert waiting() == []


@service
def test_a_deploy_learns_from_the_status_whether_to_rebuild(published, monkeypatch, capsys):
    published("Zebra ledger")
    assert exit_code("status") == 0
    assert "index\tup to date" in capsys.readouterr().out
    assert exit_code("rebuild", "--if-needed") == 0
    assert "The index is up to date." in capsys.readouterr().out
    monkeypatch.setitem(engines.FILTERS, "french_stem", {"type": "stemmer", "language": "minimal_french"})
    from search.fingerprint import current_fingerprint

    current_fingerprint.cache_clear()
    try:
        assert exit_code("status") == 3
        assert "index\tto be rebuilt" in capsys.readouterr().out
        assert exit_code("rebuild", "--if-needed") == 0
        assert exit_code("status") == 0
    finally:
        monkeypatch.undo()
        current_fingerprint.cache_clear()
    ElasticsearchEngine().delete_all()
    assert exit_code("status") == 3


def test_entries_made_by_other_code_are_to_be_rebuilt_on_the_database_too(monkeypatch):
    make_article("Zebra ledger")
    assert exit_code("status") == 3, "never rebuilt"
    call_command("search_index", "rebuild", verbosity=0)
    assert exit_code("status") == 0
    IndexRebuild.objects.update(fingerprint="older")
    assert exit_code("status") == 3


def test_progress_is_told_in_lines_where_there_is_no_terminal(capsys):
    for number in range(3):
        make_article(f"Zebra {number}")
    call_command("search_index", "rebuild")
    assert re.search(r"reading pages: (\d+) of \1, \d+ s", capsys.readouterr().out)


# --- Seeing it ---


@service
def test_the_lag_is_in_readyz_and_in_the_admin(published, committed, away, client):
    published("Zebra ledger")
    assert client.get("/readyz").json()["search_seconds_behind"] == 0
    with away(), committed():
        make_article("Zebra two")
    SearchEntry.objects.filter(is_pushed=False).update(changed_at=timezone.now() - timedelta(minutes=5))
    answer = client.get("/readyz").json()
    assert (answer["status"], answer["search"]) == ("up", "up")
    assert 300 <= answer["search_seconds_behind"] < 400
    client.force_login(UserFactory(is_superuser=True))
    shown = client.get("/admin/reports/search-index/").content.decode()
    assert re.search(r"Changes that wait</th><td>1<", shown)
    assert re.search(r"Oldest change waits for</th><td>3\d\d seconds", shown)
    assert "Elasticsearch does not answer" not in shown
    with away():
        assert "Elasticsearch does not answer" in client.get("/admin/reports/search-index/").content.decode()


def test_only_administrators_see_the_state(client):
    client.force_login(MemberFactory())
    assert client.get("/admin/reports/search-index/").status_code == 302
    secretary = UserFactory()
    secretary.groups.add(Group.objects.get(name=SECRETARIAT))
    client.force_login(secretary)
    answer = client.get("/admin/reports/search-index/")
    assert answer.status_code == 302
    assert "Search index" not in client.get("/admin/").content.decode()
