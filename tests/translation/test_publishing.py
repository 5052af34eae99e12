"""No page in two languages is published, and what is missing or outdated is told."""

from __future__ import annotations

import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from wagtail.models import Page
from wagtail_localize.models import StringTranslation, TranslationSource

from access.readers import visitor
from knowledge.loading import load_specific, with_surroundings
from tests.factories import make_article, make_case_study, stream, translate
from tests.translation.builders import person, submit, told, translate_texts
from translation.limits import texts_left
from translation.models import PendingApproval
from translation.queries import (
    outdated_notice,
    waiting_translations,
    with_followed_sources,
    with_translation_states,
)

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

ARABIC = "Translators: Arabic"


@pytest.fixture
def article(tree):
    return make_article("The original", body="<p>First.</p><p>Second.</p>")


def change(page: Page, body: str = "<p>Changed.</p>") -> None:
    """Publish a new version of an original."""
    page.body = stream(type(page), "body", [("text", body)])
    page.save_revision().publish()


def publish(client, page: Page):
    return client.post(reverse("wagtailadmin_pages:edit", args=[page.pk]), {"action": "publish"})


@pytest.fixture
def commit(django_capture_on_commit_callbacks):
    """What is done in this context is committed: wagtail-localize publishes then."""
    return lambda: django_capture_on_commit_callbacks(execute=True)


class TestEditor:
    def test_an_unfinished_translation_stays_a_draft(self, article, client):
        translation = submit(article, "ar")
        translate_texts(translation, leave=2)
        client.force_login(person(ARABIC))
        page = translation.get_target_instance()
        response = publish(client, page)
        assert response.status_code == 302
        assert "2 texts are left" in told(response)
        page.refresh_from_db()
        assert not page.live

    def test_a_text_with_an_error_counts_as_left(self, article, client):
        translation = submit(article, "ar")
        translate_texts(translation)
        segment = translation.source.stringsegment_set.get(context__path="title")
        segment.string.translations.update(has_error=True)
        client.force_login(person(ARABIC))
        assert "1 text is left" in told(publish(client, translation.get_target_instance()))

    def test_a_finished_translation_is_published(self, article, client, commit):
        translation = submit(article, "ar")
        translate_texts(translation)
        client.force_login(person(ARABIC))
        with commit():
            publish(client, translation.get_target_instance())
        page = translation.get_target_instance()
        assert page.live
        assert page.title == "ar-The original"
        assert "First" in str(page.body)

    def test_a_sync_publishes_whole_translations_only(self, article, client, commit):
        finished, unfinished = submit(article, "ar"), submit(article, "es")
        translate_texts(finished)
        translate_texts(unfinished, leave=1)
        client.force_login(person("Moderators"))
        address = reverse("wagtail_localize:update_translations", args=[finished.source_id])
        assert "in which no text is left" in client.get(address).content.decode()
        with commit():
            response = client.post(address, {"publish_translations": "on"})
        assert "Spanish is not published: 1 text is left" in told(response)
        assert finished.get_target_instance().live
        assert not unfinished.get_target_instance().live

    def test_a_sync_by_an_editor_publishes_nothing(self, article, client, commit):
        translation = submit(article, "ar")
        translate_texts(translation)
        client.force_login(person("Editors"))
        address = reverse("wagtail_localize:update_translations", args=[translation.source_id])
        with commit():
            response = client.post(address, {"publish_translations": "on"})
        assert "may not publish" in told(response)
        assert not translation.get_target_instance().live

    def test_a_sync_leaves_the_live_version_as_it_was(self, article, client, commit):
        translation = submit(article, "ar")
        translate_texts(translation)
        with commit():
            translation.save_target(publish=True)
        change(article)
        client.force_login(person("Moderators"))
        address = reverse("wagtail_localize:update_translations", args=[translation.source_id])
        with commit():
            client.post(address, {"publish_translations": "on"})
        assert texts_left(translation) == 1
        assert "Changed" not in str(translation.get_target_instance().body)

    def test_translations_are_not_published_together(self, article, client):
        translation = submit(article, "ar")
        translate_texts(translation)
        client.force_login(person("Moderators"))
        page = translation.get_target_instance()
        address = reverse("wagtail_bulk_action", args=["wagtailcore", "page", "publish"])
        response = client.post(f"{address}?id={page.pk}", {})
        assert "one by one" in told(response)
        page.refresh_from_db()
        assert not page.live


class TestOutdated:
    def test_an_original_costs_no_query(self, article, django_assert_num_queries):
        page = type(article).objects.select_related("locale").get(pk=article.pk)
        reader = visitor()
        with django_assert_num_queries(0):
            assert outdated_notice(page, reader) is None

    def test_a_fresh_translation_is_none(self, article, django_assert_num_queries):
        translated, reader = translate(article, "ar"), visitor()
        plain = type(article).objects.select_related("locale").get(pk=translated.pk)
        with django_assert_num_queries(2):
            assert outdated_notice(plain, reader) is None
        rows = with_surroundings(Page.objects.filter(pk=translated.pk), reader)
        loaded = load_specific(with_followed_sources(rows).get(), reader)
        with django_assert_num_queries(0):
            assert outdated_notice(loaded, reader) is None

    def test_the_source_was_published_later(self, article):
        page = translate(article, "ar")
        change(article)
        notice = outdated_notice(page, visitor())
        article.refresh_from_db()
        assert (notice.source_url, notice.source_language) == (article.url, "en")
        assert notice.changed_at == article.last_published_at

    def test_publishing_the_translation_again_does_not_hide_it(self, article):
        page = translate(article, "ar")
        change(article)
        page.save_revision().publish()
        page.refresh_from_db()
        assert outdated_notice(page, visitor()) is not None

    def test_synced_but_not_published_yet(self, article):
        page = translate(article, "ar")
        change(article)
        source = TranslationSource.objects.get()
        source.update_from_db()
        assert outdated_notice(page, visitor()) is not None
        page.save_revision().publish()
        page.refresh_from_db()
        assert outdated_notice(page, visitor()) is None

    def test_one_that_no_longer_follows_its_source(self, article):
        page = translate(article, "ar")
        TranslationSource.objects.get().translations.update(enabled=False)
        change(article)
        assert outdated_notice(page, visitor()) is not None
        page.save_revision().publish()
        page.refresh_from_db()
        assert outdated_notice(page, visitor()) is None

    def test_a_source_that_is_not_live_is_not_named(self, article):
        page = translate(article, "ar")
        change(article)
        article.unpublish()
        assert outdated_notice(page, visitor()) is None


class TestReport:
    def states(self, page: Page) -> dict[str, str]:
        found = with_translation_states(Page.objects.filter(pk=page.pk)).get()
        return {code: getattr(found, f"state_{code}") for code in ("en", "ar", "es", "fr")}

    def test_states(self, article):
        translate(article, "ar")
        submit(article, "es")
        assert self.states(article) == {"en": "", "ar": "", "es": "draft", "fr": "missing"}
        change(article)
        assert self.states(article)["ar"] == "outdated"

    def test_states_agree_with_the_notice(self, article):
        page = translate(article, "ar")
        for step in (
            lambda: None,
            lambda: change(article),
            lambda: page.save_revision().publish(),
            lambda: TranslationSource.objects.get().update_from_db(),
            lambda: page.save_revision().publish(),
            lambda: TranslationSource.objects.get().translations.update(enabled=False),
            lambda: change(article, "<p>Again.</p>"),
            lambda: page.save_revision().publish(),
        ):
            step()
            page.refresh_from_db()
            article.refresh_from_db()
            assert (self.states(article)["ar"] == "outdated") is (outdated_notice(page, visitor()) is not None)

    def test_it_shows_filters_and_exports(self, article, client):
        translate(article, "ar")
        french = make_article("Écrit en français", language="fr")
        complete = make_article("Complete")
        for code in ("ar", "es", "fr"):
            translate_texts(submit(complete, code))
            translate(complete, code)
        client.force_login(person("Editors"))
        address = reverse("translation_matrix_results")

        def found(**filters) -> list[int]:
            return [page.pk for page in client.get(address, filters).context["object_list"]]

        assert found() == [complete.pk, article.pk, french.pk]
        assert found(state="open") == found(state="missing") == [article.pk, french.pk]
        assert found(into="ar", state="missing") == [french.pk]
        assert found(into="ar", state="outdated") == []
        assert found(into="es", state="current") == [complete.pk]
        assert found(locale="fr") == [french.pk]
        assert found(section=article.get_parent().pk) == [complete.pk, article.pk, french.pk]
        assert found(section=make_case_study("Case").get_parent().pk) != found()
        response = client.get(reverse("translation_matrix"), {"export": "csv"})
        lines = b"".join(response.streaming_content).decode().splitlines()
        assert lines[0] == "Title,Type,Written in,Asked for by members,English,Arabic,Spanish,French"
        assert "Complete,Best practice,English,0,,Current,Current,Current" in lines
        left = texts_left(TranslationSource.objects.get(object_id=article.translation_key).translations.get())
        assert f"The original,Best practice,English,0,,Current ({left}),Missing,Missing" in lines

    def test_translators_see_what_they_may_read(self, article, client):
        make_article("Secret", marking="RED", shared_with=["person:0"])
        client.force_login(person(ARABIC))
        shown = client.get(reverse("translation_matrix")).content.decode()
        assert "The original" in shown
        assert "Secret" not in shown
        client.force_login(person())
        assert client.get(reverse("translation_matrix")).status_code == 302

    def test_machines_and_reviews_are_told(self, article, client):
        translation = submit(article, "ar")
        translate_texts(translation)
        text = StringTranslation.objects.first()
        client.force_login(person(ARABIC))
        for reason, label in [("machine", "Machine-made (1)"), ("review", "In review (1)"), ("draft", "In work (1)")]:
            PendingApproval.objects.update_or_create(text=text, defaults={"reason": reason})
            cell = f'<a href="{reverse("desk_translation", args=[translation.pk])}">{label}</a>'
            shown = client.get(
                reverse("translation_matrix_results"), {"state": "draft" if reason == "draft" else reason}
            )
            assert cell in shown.content.decode()

    def test_queries_do_not_grow(self, article, client):
        client.force_login(person("Editors"))

        def queries() -> int:
            client.get(reverse("translation_matrix_results"))
            with CaptureQueriesContext(connection) as captured:
                client.get(reverse("translation_matrix_results"))
            return len(captured)

        before = queries()
        for number in range(3):
            translate(make_case_study(f"Case {number}"), "ar")
        assert queries() == before


class TestWaiting:
    def test_what_a_translator_can_go_on_with(self, article):
        unfinished = submit(article, "ar")
        translate_texts(unfinished, leave=1)
        complete = submit(make_article("Complete"), "ar")
        translate_texts(complete)
        submit(article, "es")
        done = make_article("Done")
        translate_texts(submit(done, "ar"))
        published = translate(done, "ar")
        assert published.live
        found = waiting_translations(person(ARABIC))
        assert found["count"] == 2
        assert [(row.source.object_repr, row.left, row.page_is_live) for row in found["translations"]] == [
            ("Complete", 0, False),
            ("The original", 1, False),
        ]
        Page.objects.filter(pk=done.pk).update(last_published_at=timezone.now() + datetime.timedelta(seconds=1))
        found = waiting_translations(person(ARABIC))
        assert [row.source.object_repr for row in found["translations"] if row.is_behind] == ["Done"]

    def test_the_dashboard_shows_it_in_a_constant_number_of_queries(self, article, client):
        client.force_login(person(ARABIC))
        submit(article, "ar")

        def queries() -> int:
            client.get(reverse("wagtailadmin_home"))
            with CaptureQueriesContext(connection) as captured:
                content = client.get(reverse("wagtailadmin_home")).content.decode()
            assert "Translations waiting" in content
            assert "The original" in content
            return len(captured)

        before = queries()
        for number in range(3):
            submit(make_article(f"Another {number}"), "ar")
        assert queries() == before

    def test_an_empty_desk_says_so(self, tree, client):
        client.force_login(person(ARABIC))
        assert "Nothing is waiting: all translations" in client.get(reverse("wagtailadmin_home")).content.decode()
