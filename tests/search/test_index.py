"""The index: every change reaches it, nothing is lost when Elasticsearch is away, and it is never behind in public."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from wagtail.models import Page, PageViewRestriction

from search import index, rebuilding
from search.contract import Query
from search.engines.database import DatabaseEngine
from search.engines.elasticsearch import ElasticsearchEngine, connect
from search.models import SearchEntry
from tests.factories import (
    ConceptFactory,
    MemberFactory,
    OrganisationFactory,
    make_article,
    make_case_study,
    section,
    translate,
)
from vocabulary.models import ConceptLabel

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
CLOSED_PORT = "http://127.0.0.1:9"
service = pytest.mark.service


@pytest.fixture(autouse=True)
def _tree(tree):
    """Every test here needs the tree."""


@pytest.fixture
def committed(django_capture_on_commit_callbacks):
    """A transaction that commits, so that what waits for that is done."""
    return lambda: django_capture_on_commit_callbacks(execute=True)


@pytest.fixture
def away(settings):
    """Return a context in which nothing listens where Elasticsearch should be."""

    @contextmanager
    def is_away():
        before = settings.ELASTICSEARCH
        settings.ELASTICSEARCH = {"URLS": [CLOSED_PORT], "API_KEY": "", "CA": "", "PREFIX": before["PREFIX"]}
        connect.cache_clear()
        try:
            yield
        finally:
            settings.ELASTICSEARCH = before
            connect.cache_clear()
            index._away_until = index._push_again_at = 0.0

    return is_away


@pytest.fixture
def published(elasticsearch, committed):
    """Return a function that publishes an article and has it pushed."""
    with committed():
        call_command("search_index", "rebuild", verbosity=0)

    def publish(title="A title", **fields):
        with committed():
            return make_article(title, **fields)

    return publish


def in_elasticsearch(text: str, reader, language: str = "en") -> list[int]:
    """Return what Elasticsearch itself finds, whatever the hub would make of it."""
    query = Query(text=text, language=language, audience_ids=reader.audience_ids, size=50)
    return [hit.page_id for hit in ElasticsearchEngine().search(query).hits]


def found(text: str, reader, language: str = "en", **fields) -> list[int]:
    """Return what the hub finds."""
    answer = index.search(Query(text=text, language=language, audience_ids=reader.audience_ids, **fields), reader)
    assert answer.results.total == len(answer.hits)
    return [hit.page.pk for hit in answer.hits]


def waiting() -> list[int]:
    return sorted(SearchEntry.objects.filter(is_pushed=False).values_list("pk", flat=True))


# --- Changes reach Elasticsearch ---


@service
def test_publishing_editing_unpublishing_and_deleting_reach_elasticsearch(published, committed, as_reader):
    reader = as_reader()
    page = published("Zebra ledger")
    assert in_elasticsearch("zebra", reader) == [page.pk]
    with committed():
        page.title = "Okapi ledger"
        page.save_revision().publish()
    assert in_elasticsearch("zebra", reader) == []
    assert in_elasticsearch("okapi", reader) == [page.pk]
    with committed():
        page.title = "Draft of lynx ledger"
        page.save_revision()
    assert in_elasticsearch("lynx", reader) == []
    with committed():
        page.unpublish()
    assert in_elasticsearch("ledger", reader) == []
    with committed():
        page.save_revision().publish()
    assert in_elasticsearch("lynx", reader) == [page.pk], "published again within a minute of its removal"
    with committed():
        page.delete()
    assert in_elasticsearch("ledger", reader) == []
    assert waiting() == []


@service
def test_a_page_that_comes_back_after_its_tombstone_was_swept_is_found(published, committed, as_reader, monkeypatch):
    monkeypatch.setattr(rebuilding, "MARGIN", timedelta(0))
    page = published("Zebra ledger")
    with committed():
        page.unpublish()
    rebuilding.rebuild_elasticsearch()
    assert not SearchEntry.objects.filter(pk=page.pk).exists()
    with committed():
        page.save_revision().publish()
    assert in_elasticsearch("zebra", as_reader()) == [page.pk]


@service
def test_deleting_a_section_removes_all_below(published, committed, as_reader):
    first = published("Zebra one", parent=section(number=0))
    with committed():
        first.get_parent().specific.delete()
    assert in_elasticsearch("zebra", as_reader()) == []
    assert not SearchEntry.objects.filter(pk=first.pk, is_removed=False).exists()


@service
def test_marking_moving_and_privacy_reach_elasticsearch(published, committed, as_reader):
    visitor, member = as_reader(), MemberFactory()
    page = published("Zebra ledger")
    target = section(number=1)

    def who_finds() -> tuple[bool, bool]:
        return tuple(in_elasticsearch("zebra", each) == [page.pk] for each in (as_reader(), as_reader(member)))

    assert visitor.audience_ids
    with committed():
        page.marking = "GREEN"
        page.save_revision().publish()
    assert who_finds() == (False, True)
    with committed():
        page.marking = "CLEAR"
        page.save_revision().publish()
    assert who_finds() == (True, True)
    with committed():
        target.marking = "GREEN"
        target.save_revision().publish()
        Page.objects.get(pk=page.pk).move(target, "last-child")
    assert who_finds() == (False, True)
    with committed():
        target.marking = "CLEAR"
        target.save_revision().publish()
    assert who_finds() == (True, True)
    with committed():
        restriction = PageViewRestriction.objects.create(page=page, restriction_type=PageViewRestriction.LOGIN)
    assert who_finds() == (False, True)
    with committed():
        restriction.delete()
    assert who_finds() == (True, True)
    assert waiting() == []


@service
def test_names_of_concepts_and_organisations_reach_elasticsearch(published, committed, as_reader):
    reader = as_reader()
    concept = ConceptFactory(labels={"en": "Zebra control"})
    above = ConceptFactory()
    organisation = OrganisationFactory(names={"en": "Okapi Agency"})
    with committed():
        page = make_case_study("A case", marking="CLEAR", organisation=organisation)
        page.topics = [concept]
        page.save_revision().publish()
    assert in_elasticsearch("zebra okapi", reader) == [page.pk]
    with committed():
        label = ConceptLabel.objects.get(concept=concept)
        label.text = "Lynx control"
        label.save()
        name = organisation.names.get()
        name.text = "Heron Agency"
        name.save()
    assert in_elasticsearch("zebra", reader) == in_elasticsearch("okapi", reader) == []
    assert in_elasticsearch("lynx heron", reader) == [page.pk]
    with committed():
        concept.broader = above
        concept.save()
    query = Query(text="", language="en", audience_ids=reader.audience_ids, chosen={"topic": (above.slug,)})
    assert [hit.page_id for hit in ElasticsearchEngine().search(query).hits] == [page.pk]


@service
def test_a_translation_takes_the_place_of_its_original_and_gives_it_back(published, committed, as_reader):
    reader = as_reader()
    page = published("Zebra ledger")
    assert in_elasticsearch("zebra", reader, "ar") == [page.pk]
    arabic = translate(page, "ar", "سجل")
    with committed():
        arabic.save_revision().publish()
    assert in_elasticsearch("سجل", reader, "ar") == [arabic.pk]
    # Who types Latin letters means what is written in them; the results page shows its Arabic version.
    assert in_elasticsearch("zebra", reader, "ar") == [page.pk]
    assert in_elasticsearch("zebra", reader, "fr") == [page.pk]
    with committed():
        arabic.unpublish()
    assert in_elasticsearch("zebra", reader, "ar") == [page.pk]
    with committed():
        arabic.save_revision().publish()
    assert in_elasticsearch("سجلات", reader, "ar") == [arabic.pk]
    with committed():
        arabic.delete()
    assert in_elasticsearch("zebra", reader, "ar") == [page.pk]


# --- Elasticsearch is away ---


def test_without_elasticsearch_pages_are_published_and_found_with_a_notice(
    away, committed, as_reader, client, settings
):
    with away():
        with committed():
            page = make_article("Zebra ledger")
        assert client.get(page.url).status_code == 200
        assert waiting() == [page.pk]
        shown = client.get("/en/search/?q=zebras").content.decode()
        assert page.url in shown
        assert "Search is limited at the moment" in shown
        assert client.get("/en/search/completions/?q=zeb").json()["completions"][0]["title"] == "Zebra ledger"
        assert index.search_state() == "degraded"
        with committed():
            page.title = "Okapi ledger"
            page.save_revision().publish()
        assert found("zebra", as_reader()) == []
        assert found("okapi", as_reader()) == [page.pk]
        assert waiting() == [page.pk]
        assert client.get("/readyz").json()["search"] == "degraded"
    settings.ELASTICSEARCH = {**settings.ELASTICSEARCH, "URLS": []}
    assert "Search is limited" not in client.get("/en/search/?q=okapi").content.decode()
    assert index.search_state() == "up"


def test_the_notice_of_a_bad_moment_is_not_kept_for_later(away, client, settings):
    make_article("Zebra ledger")
    with away():
        assert "Search is limited" in client.get("/en/search/?q=zebra").content.decode()
    settings.ELASTICSEARCH = {**settings.ELASTICSEARCH, "URLS": []}
    assert "Search is limited" not in client.get("/en/search/?q=zebra").content.decode()


def test_elasticsearch_is_left_alone_for_a_while_after_it_failed(away, as_reader, monkeypatch):
    make_article("Zebra ledger")
    with away():
        SearchEntry.objects.update(is_pushed=True)
        assert len(found("zebra", as_reader())) == 1
        monkeypatch.setattr(ElasticsearchEngine, "search", lambda *args: pytest.fail("it was asked again"))
        monkeypatch.setattr(ElasticsearchEngine, "count", lambda *args: pytest.fail("it was asked again"))
        assert len(found("zebra", as_reader())) == 1
        assert index.search_state() == "degraded"
        index._away_until = 0.0
        with pytest.raises(pytest.fail.Exception, match="asked again"):
            found("zebra", as_reader())


@service
def test_what_waited_is_pushed_when_elasticsearch_is_back(published, away, committed, as_reader):
    reader = as_reader()
    kept, gone = published("Zebra kept"), published("Zebra gone")
    with away(), committed():
        new = make_article("Zebra new")
        kept.title = "Zebra renamed"
        kept.save_revision().publish()
        gone.unpublish()
    assert waiting() == sorted([kept.pk, gone.pk, new.pk])
    assert index.push_pending() == 3
    assert waiting() == []
    assert sorted(in_elasticsearch("zebra", reader)) == sorted([kept.pk, new.pk])
    assert in_elasticsearch("renamed", reader) == [kept.pk]


@service
def test_a_search_has_what_waits_pushed(published, away, committed, as_reader, monkeypatch):
    published("Zebra one")
    with away(), committed():
        new = make_article("Zebra two")
    assert new.pk in found("zebra", as_reader()), "found at once, by the database"
    assert waiting() == []
    monkeypatch.setattr(DatabaseEngine, "search", lambda *args: pytest.fail("Elasticsearch was not asked"))
    assert new.pk in found("zebra", as_reader())


@service
def test_rights_changed_while_elasticsearch_was_away_hold_at_once(published, away, committed, as_reader, monkeypatch):
    published("Zebra public")
    concept = ConceptFactory()
    page = published("Zebra hidden", published_on="2001-02-03")
    with committed():
        page.topics = [concept]
        page.save_revision().publish()
    with away(), committed():
        page.marking = "GREEN"
        page.save_revision().publish()
    monkeypatch.setattr(index, "_push_some", lambda: None)
    visitor = as_reader()
    assert page.pk in in_elasticsearch("zebra", visitor), "Elasticsearch should still be behind here"
    for text in ("zebra", "hidden", ""):
        query = Query(text=text, language="en", audience_ids=visitor.audience_ids, size=1)
        answer = index.search(query, visitor)
        assert page.pk not in [hit.page.pk for hit in answer.hits]
        assert answer.results.total == len(
            DatabaseEngine().search(Query(text=text, language="en", audience_ids=visitor.audience_ids, size=50)).hits
        )
        assert concept.slug not in dict(answer.results.facets["topic"])
        assert "2001" not in dict(answer.results.facets["year"])
    assert [title.title for title, _page in index.complete("zebra", "en", visitor)] == ["Zebra public"]
    member = as_reader(MemberFactory())
    assert len(found("zebra", member)) == 2


@service
def test_a_text_that_was_taken_out_while_elasticsearch_was_away_is_not_shown(published, away, committed, as_reader):
    page = published("Ledger", body="<p>The zebra was seen at the gate.</p>")
    with away(), committed():
        page.body = make_article(live=False).body
        page.save_revision().publish()
    assert in_elasticsearch("zebra", as_reader()) == [page.pk], "Elasticsearch should still be behind here"
    assert found("zebra", as_reader()) == []


@service
def test_what_elasticsearch_should_not_have_is_neither_shown_nor_counted(published, as_reader):
    visitor = as_reader()
    page = published("Zebra ledger", marking="GREEN")
    entry = SearchEntry.objects.get(pk=page.pk)
    (document,) = index.documents_of_entries([entry])
    # As after the database was restored from an older copy.
    wrong = type(document)(
        **{**vars(document), "audience_id": min(visitor.audience_ids), "version": document.version + 9}
    )
    ElasticsearchEngine().put([wrong])
    assert in_elasticsearch("zebra", visitor) == [page.pk]
    assert found("zebra", visitor) == []


# --- Rebuilding ---


@service
def test_searches_go_on_while_the_index_is_rebuilt(published, as_reader):
    for number in range(5):
        published(f"Zebra {number}")
    reader = as_reader()
    query = Query(text="zebra", language="en", audience_ids=reader.audience_ids)
    engine, answers, failures, is_done = ElasticsearchEngine(), [], [], threading.Event()

    def keep_asking() -> None:
        while not is_done.is_set():
            try:
                answers.append(engine.search(query).total)
            except Exception as error:
                failures.append(error)

    threads = [threading.Thread(target=keep_asking) for _ in range(3)]
    for thread in threads:
        thread.start()
    for _ in range(3):
        rebuilding.rebuild_elasticsearch()
    is_done.set()
    for thread in threads:
        thread.join()
    assert failures == []
    assert set(answers) == {5}
    assert len(answers) > 5
    assert len(engine._existing()) == 4


def during_rebuild(monkeypatch, change) -> None:
    """Have a change made while a rebuild has read some entries and not yet others."""
    fill = ElasticsearchEngine.fill

    def fill_and_wait(engine, stamp, documents):
        count = fill(engine, stamp, documents)
        monkeypatch.setattr(ElasticsearchEngine, "fill", fill)
        change()
        return count

    monkeypatch.setattr(ElasticsearchEngine, "fill", fill_and_wait)


@service
def test_changes_made_while_the_index_is_rebuilt_are_in_it(published, committed, as_reader, monkeypatch):
    edited, removed, marked = published("Zebra edited"), published("Zebra removed"), published("Zebra marked")
    new = []

    def change() -> None:
        with committed():
            edited.title = "Okapi edited"
            edited.save_revision().publish()
            removed.unpublish()
            marked.marking = "GREEN"
            marked.save_revision().publish()
            new.append(make_article("Okapi new").pk)
        assert waiting() == [], "the changes went into the old index"

    during_rebuild(monkeypatch, change)
    rebuilding.rebuild_elasticsearch()
    assert in_elasticsearch("zebra", as_reader()) == []
    assert sorted(in_elasticsearch("okapi", as_reader())) == sorted([edited.pk, *new])
    assert in_elasticsearch("zebra", as_reader(MemberFactory())) == [marked.pk]
    assert waiting() == []


@service
def test_a_push_that_a_rebuild_overtakes_is_done_again(published, committed, away, as_reader, monkeypatch):
    page = published("Zebra ledger")
    with away(), committed():
        page.title = "Okapi ledger"
        page.save_revision().publish()
    mark = index._mark_pushed
    old = ElasticsearchEngine().indexes()

    def overtaken(versions) -> None:
        """Between push and note, somebody who read the entries before the change switches to new indexes."""
        monkeypatch.setattr(index, "_mark_pushed", mark)
        ElasticsearchEngine().rebuild([])
        mark(versions)

    monkeypatch.setattr(index, "_mark_pushed", overtaken)
    index.push_pending()
    assert ElasticsearchEngine().indexes().isdisjoint(old)
    assert in_elasticsearch("okapi", as_reader()) == [page.pk]


@service
def test_of_two_rebuilds_at_once_the_second_does_not_begin(published, as_reader, monkeypatch):
    page = published("Zebra ledger")
    seen = []

    def begin_another() -> None:
        with pytest.raises(rebuilding.RebuildRunning):
            rebuilding.rebuild_elasticsearch()
        with pytest.raises(CommandError, match="--take-over"):
            call_command("search_index", "rebuild")
        seen.append(index.push_pending())

    during_rebuild(monkeypatch, begin_another)
    rebuilding.rebuild_elasticsearch()
    assert seen == [0]
    assert in_elasticsearch("zebra", as_reader()) == [page.pk]
    assert ElasticsearchEngine()._existing().keys() == ElasticsearchEngine().indexes()
    names = ElasticsearchEngine().client.indices.get(index=f"{ElasticsearchEngine().alias}-*").keys()
    assert set(names) == ElasticsearchEngine().indexes(), "no index was made by guessing"


@service
def test_a_rebuild_that_fails_leaves_the_old_index(published, as_reader, monkeypatch):
    page = published("Zebra ledger")

    def fail() -> None:
        raise RuntimeError("out of paper")

    during_rebuild(monkeypatch, fail)
    with pytest.raises(RuntimeError):
        rebuilding.rebuild_elasticsearch()
    assert in_elasticsearch("zebra", as_reader()) == [page.pk]
    rebuilding.rebuild_elasticsearch()
    assert in_elasticsearch("zebra", as_reader()) == [page.pk]
    assert ElasticsearchEngine()._existing().keys() == ElasticsearchEngine().indexes()


@service
def test_an_index_that_is_gone_is_made_whole_again(published, committed, as_reader):
    page = published("Zebra one")
    ElasticsearchEngine().delete_all()
    index._away_until = 0.0
    with committed():
        second = make_article("Zebra two")
    assert sorted(in_elasticsearch("zebra", as_reader())) == [page.pk, second.pk]


def test_what_is_published_while_entries_are_rebuilt_stays_found(as_reader, monkeypatch):
    old, removed = make_article("Zebra old"), make_article("Zebra removed")
    # As a queue of pages that does not know of a new one any more, and still has one that is gone.
    ids = list(rebuilding.findable_page_ids())
    removed.unpublish()
    SearchEntry.objects.filter(pk=removed.pk).update(is_removed=False)
    new = make_article("Zebra new")
    monkeypatch.setattr(rebuilding, "findable_page_ids", lambda after: iter(ids))
    rebuilding.rebuild()
    assert sorted(found("zebra", as_reader())) == sorted([old.pk, new.pk])
    assert SearchEntry.objects.filter(pk=removed.pk, is_removed=False).count() == 0


def test_a_load_that_recorded_nothing_is_found_after_a_rebuild(as_reader):
    with index.recording_paused():
        page = make_article("Zebra ledger")
    assert found("zebra", as_reader()) == []
    assert rebuilding.rebuild() == SearchEntry.objects.filter(is_removed=False).count()
    assert found("zebra", as_reader()) == [page.pk]


def test_nothing_of_a_removed_page_is_kept():
    page = make_article("Zebra ledger", body="<p>Zebra text</p>")
    page.unpublish()
    entry = SearchEntry.objects.get(pk=page.pk)
    assert (entry.is_removed, entry.title, entry.summary, entry.body, entry.labels) == (True, "", "", "", "")


# --- The command ---


def test_the_command_tells_of_the_database_engine(capsys):
    make_article("Zebra ledger")
    call_command("search_index", "rebuild", verbosity=0)
    call_command("search_index", "status")
    assert "database (up)" in capsys.readouterr().out
    call_command("search_index", "push")
    assert "0 entries pushed" in capsys.readouterr().out
    call_command("search_index", "rebuild")
    assert f"{SearchEntry.objects.count()} entries written." in capsys.readouterr().out
    with pytest.raises(CommandError, match="No Elasticsearch"):
        call_command("search_index", "refill")


@pytest.mark.parametrize("action", ["status", "rebuild", "refill", "push"])
def test_the_command_says_clearly_that_elasticsearch_is_away(away, action):
    make_article("Zebra ledger")
    with away(), pytest.raises(CommandError, match="Elasticsearch cannot be used now") as raised:
        call_command("search_index", action, verbosity=0)
    assert "Nothing is lost" in str(raised.value)
    assert waiting()


@service
def test_the_command_shows_rebuilds_and_pushes(published, committed, away, capsys):
    published("Zebra one")
    with away(), committed():
        make_article("Zebra two")
    call_command("search_index", "status")
    assert "waiting\t1" in capsys.readouterr().out
    call_command("search_index", "push")
    assert "1 entries pushed" in capsys.readouterr().out
    call_command("search_index", "refill")
    assert f"{SearchEntry.objects.count()} documents in Elasticsearch." in capsys.readouterr().out
    call_command("search_index", "status")
    shown = dict(line.split("\t") for line in capsys.readouterr().out.splitlines())
    assert shown["engine"] == "elasticsearch (up)"
    assert shown["waiting"] == "0"
    assert shown["entries"] == shown["in Elasticsearch"]
    ElasticsearchEngine().delete_all()
    with pytest.raises(CommandError, match="search_index rebuild"):
        call_command("search_index", "status")
