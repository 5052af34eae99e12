"""What happens by itself when an original is published: translators are asked, and held languages go out with it."""

from __future__ import annotations

import datetime

import pytest
from django.core import mail
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone
from wagtail.models import Page
from wagtail_localize.models import StringTranslation, Translation

from knowledge.publishing_gate import GateClosed
from tests.factories import make_article, make_case_study
from tests.translation.builders import person, submit, told, translate_texts
from translation.models import Assignment, JointRelease, StandingRequest
from translation.releases import hold

pytestmark = pytest.mark.django_db


def section_of(page: Page) -> Page:
    return page.get_parent()


@pytest.fixture
def draft(tree):
    return make_article("Embargoed title", body="<p>One.</p>", live=False)


def publish(page: Page) -> None:
    page.get_latest_revision().publish()
    page.refresh_from_db()


def live_languages(page: Page) -> set[str]:
    versions = Page.objects.filter(translation_key=page.translation_key, live=True)
    return set(versions.values_list("locale__language_code", flat=True))


class TestTogether:
    @pytest.fixture
    def held(self, draft):
        draft.save_revision()
        french, arabic = submit(draft, "fr"), submit(draft, "ar")
        hold(french.source, person("Moderators"))
        return french, arabic

    def test_all_languages_come_out_with_the_original(self, draft, held, django_capture_on_commit_callbacks):
        for each in held:
            translate_texts(each)
        with django_capture_on_commit_callbacks(execute=True):
            publish(draft)
        assert live_languages(draft) == {"en", "fr", "ar"}
        assert not JointRelease.objects.exists()

    def test_the_original_waits_for_the_last_language(self, draft, held):
        translate_texts(held[0])
        with pytest.raises(GateClosed, match="Arabic"):
            publish(draft)
        draft.refresh_from_db()
        assert live_languages(draft) == set()

    def test_a_language_does_not_come_out_before(self, draft, held, client):
        for each in held:
            translate_texts(each)
        client.force_login(person("Translators: French"))
        response = client.post(reverse("desk_publish", args=[held[0].pk]))
        assert "published together" in told(response)
        page = held[0].get_target_instance()
        response = client.post(reverse("wagtailadmin_pages:edit", args=[page.pk]), {"action": "publish"})
        assert "published together" in told(response)
        with pytest.raises(GateClosed):
            page.save_revision().publish()
        assert live_languages(draft) == set()

    def test_they_come_out_at_a_set_time(self, draft, held, django_capture_on_commit_callbacks):
        for each in held:
            translate_texts(each)
        draft.go_live_at = timezone.now() + datetime.timedelta(hours=1)
        draft.save_revision().publish()
        assert live_languages(draft) == set()
        past = timezone.now() - datetime.timedelta(minutes=1)
        revision = draft.get_latest_revision()
        revision.content["go_live_at"] = past.isoformat()
        revision.approved_go_live_at = past
        revision.save()
        with django_capture_on_commit_callbacks(execute=True):
            call_command("publish_scheduled")
        assert live_languages(draft) == {"en", "fr", "ar"}

    def test_a_draft_that_changes_is_translated_as_it_is_now(self, draft, held):
        for each in held:
            translate_texts(each)
        draft.title = "Another title"
        draft.save()
        draft.save_revision()
        with pytest.raises(GateClosed, match="left to translate"):
            publish(draft)

    def test_who_may_not_publish_the_original_does_not_decide(self, draft, held, client):
        address = reverse("joint_release", args=[draft.pk])
        client.force_login(person("Translators: French"))
        response = client.post(address, {"do": "let_go"})
        assert response.status_code in (302, 403)
        assert JointRelease.objects.exists()

    def test_a_moderator_switches_it_on_and_off(self, draft, client):
        translation = submit(draft, "fr")
        client.force_login(person("Moderators"))
        address = reverse("joint_release", args=[draft.pk])
        assert "texts left" in client.get(address).text
        client.post(address, {"do": "hold"})
        assert JointRelease.objects.filter(source=translation.source).exists()
        assert "All languages are published together" not in client.get(address).text
        assert "On: all languages are published together." in client.get(address).text
        client.post(address, {"do": "let_go"})
        assert not JointRelease.objects.exists()

    def test_what_is_published_already_cannot_be_held(self, tree, client):
        article = make_article("Public title")
        submit(article, "fr")
        client.force_login(person("Moderators"))
        client.post(reverse("joint_release", args=[article.pk]), {"do": "hold"})
        assert not JointRelease.objects.exists()


class TestStandingRequests:
    def request(self, page, language="fr", **values):
        return StandingRequest.objects.create(section=section_of(page), language=language, **values)

    def test_what_is_published_in_a_section_is_on_its_translators_desk(
        self, draft, client, django_capture_on_commit_callbacks
    ):
        translator = person("Translators: French")
        self.request(draft, person=translator, days=7, priority=3)
        draft.save_revision()
        with django_capture_on_commit_callbacks(execute=True):
            publish(draft)
        translation = Translation.objects.get(source__object_id=draft.translation_key)
        assert translation.target_locale.language_code == "fr"
        assert translation.assignment.deadline == timezone.localdate() + datetime.timedelta(days=7)
        assert translation.assignment.priority == Assignment.Priority.HIGH
        assert [letter.to for letter in mail.outbox] == [[translator.email]]
        assert draft.title not in mail.outbox[0].subject + mail.outbox[0].body
        client.force_login(translator)
        assert draft.title in client.get(reverse("translation_desk")).text

    def test_publishing_again_asks_for_nothing_and_changes_nothing(self, draft, django_capture_on_commit_callbacks):
        self.request(draft)
        draft.save_revision()
        for _ in range(2):
            with django_capture_on_commit_callbacks(execute=True):
                publish(draft)
            translation = Translation.objects.get()
            translate_texts(translation)
        assert StringTranslation.objects.filter(data="fr-Embargoed title").exists()

    def test_other_sections_and_translations_are_left_alone(self, tree, django_capture_on_commit_callbacks):
        translation = submit(make_article("Source"), "ar")
        translate_texts(translation)
        self.request(translation.get_target_instance())
        with django_capture_on_commit_callbacks(execute=True):
            translation.save_target(publish=True)
            make_case_study("Elsewhere")
        assert Translation.objects.count() == 1

    def test_who_lost_the_role_is_not_asked(self, draft, django_capture_on_commit_callbacks):
        self.request(draft, person=person("Translators: Arabic"))
        draft.save_revision()
        with django_capture_on_commit_callbacks(execute=True):
            publish(draft)
        assert Translation.objects.get().assignment.person is None
        assert mail.outbox == []

    def test_editors_set_them_up_and_translators_do_not(self, draft, client):
        address = reverse("standing_requests:add")
        client.force_login(person("Translators: French"))
        client.post(address, {"section": section_of(draft).pk, "language": "fr", "priority": 2})
        assert not StandingRequest.objects.exists()
        client.force_login(person("Editors"))
        french = person("Translators: French")
        values = {"section": section_of(draft).pk, "language": "fr", "days": "7", "priority": 2, "person": french.pk}
        response = client.post(address, values)
        assert response.status_code == 302, response.context["form"].errors
        assert StandingRequest.objects.get().person == french
        response = client.post(address, values)
        assert "already" in response.text
        response = client.post(address, {**values, "language": "ar"})
        assert "does not translate" in response.text
        assert "Best practices" in client.get(reverse("standing_requests:index")).text


class TestThroughput:
    def test_it_counts_what_was_approved_and_what_waits(self, tree, client):
        translation = submit(make_article("Three words here", body="<p>Two words.</p>"), "fr")
        translate_texts(translation, leave=1)
        Translation.objects.update(created_at=timezone.now() - datetime.timedelta(days=12))
        client.force_login(person("Editors"))
        page = client.get(reverse("translation_throughput"))
        french = next(row for row, _written in page.context["rows"] if row.language == "fr")
        assert (french.waiting, french.left, french.oldest, french.median) == (1, 1, 12, 12)
        assert french.written["typed"] == translation.source.stringsegment_set.count() - 1
        sheet = client.get(reverse("translation_throughput"), {"export": "csv"}).text
        assert "French" in sheet

    def test_its_queries_do_not_grow(self, tree, client, django_assert_max_num_queries):
        client.force_login(person("Editors"))
        for number in range(6):
            submit(make_article(f"Title {number}"), "fr")
        client.get(reverse("translation_throughput"))
        with django_assert_max_num_queries(20):
            client.get(reverse("translation_throughput"))

    def test_translators_do_not_see_it(self, tree, client):
        client.force_login(person("Translators: French"))
        assert client.get(reverse("translation_throughput")).status_code in (302, 403)
