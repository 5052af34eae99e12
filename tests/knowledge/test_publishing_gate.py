"""The publishing gate: what it asks for, and that every way to publish leads through it."""

from __future__ import annotations

import json

import pytest
from django.contrib.auth.models import Group
from django.contrib.messages import get_messages
from django.urls import reverse
from wagtail.models import Page, PageLogEntry
from wagtail.test.utils.form_data import inline_formset, nested_form_data, streamfield

from knowledge.models import Article, CaseStudy, HubImage
from knowledge.publishing_gate import LOG_ACTION, GateClosed, find_gaps
from tests.factories import UserFactory, make_article, make_image, stream, translate
from tests.knowledge.reviews import answers_of, approve, editor_action, submit

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def figure(**values) -> tuple[str, dict]:
    image = make_image().pk
    return ("figure", {"image": image, "alternative_text": "Seen", "caption": "Why", "credit": "", **values})


def gaps_of(*blocks, **fields) -> list[str]:
    page = Article(title="A page", marking="CLEAR", **fields)
    page.body = stream(Article, "body", list(blocks))
    return [gap.message for gap in find_gaps(page)]


@pytest.fixture
def incomplete(tree) -> Article:
    """A draft whose figure has no alternative text."""
    page = make_article("Incomplete", live=False)
    page.body = stream(Article, "body", [figure(alternative_text="")])
    page.save_revision()
    return page


@pytest.fixture
def moderator(tree, client):
    user = UserFactory(first_name="Mo")
    user.groups.add(Group.objects.get(name="Moderators"))
    client.force_login(user)
    return user


def told(response) -> str:
    return " ".join(str(message) for message in get_messages(response.wsgi_request))


class TestGaps:
    def test_a_complete_page_has_none(self, db):
        assert gaps_of(("heading", "First"), ("text", "<h3>Second</h3><h4>Third</h4>"), figure()) == []

    def test_marking_and_lead_image(self, db):
        page = Article(title="A page", lead_image=make_image())
        assert [gap.field for gap in find_gaps(page)] == ["marking", "lead_image_alternative_text"]

    @pytest.mark.parametrize(
        "block",
        [
            ("text", "<h4>Too deep</h4>"),
            ("gallery", {"caption": "", "figures": []}),
            ("table", {"columns": [], "rows": [], "caption": " "}),
            ("recording", {"recording": "https://example.org/v", "title": "A talk", "caption": ""}),
        ],
    )
    def test_blocks(self, db, block):
        assert len(gaps_of(block)) == 1

    def test_figures(self, db):
        assert len(gaps_of(figure(alternative_text=" "))) == 1
        assert len(gaps_of(figure(caption=""))) == 1
        inner = figure(alternative_text="")[1]
        assert len(gaps_of(("gallery", {"caption": "Both", "figures": [inner, inner]}))) == 2

    def test_every_part_of_a_case_study_counts(self, db):
        case = CaseStudy(title="A case", marking="CLEAR")
        case.result = stream(CaseStudy, "result", [figure(caption="")])
        assert [gap.field for gap in find_gaps(case)] == ["result"]


class TestPublishing:
    def test_refused_without_a_reason(self, incomplete):
        with pytest.raises(GateClosed):
            incomplete.get_latest_revision().publish()
        incomplete.refresh_from_db()
        assert not incomplete.live

    def test_a_reason_opens_it_and_is_logged(self, incomplete):
        incomplete.publishing_reason = "The meeting is tomorrow."
        incomplete.save_revision()
        approve(submit(incomplete, UserFactory()), UserFactory(is_superuser=True))
        entry = PageLogEntry.objects.get(action=LOG_ACTION)
        assert entry.data["reason"] == "The meeting is tomorrow."
        assert "The meeting is tomorrow." in entry.message
        assert "alternative text" in entry.message

    def test_a_translation_passes_with_its_source(self, tree):
        page = make_article("Source", live=False)
        page.body = stream(Article, "body", [figure(caption="")])
        page.publishing_reason = "A test."
        page.save_revision().publish()
        assert translate(page, "fr").live


class TestEditor:
    """Publishing and approving from within Wagtail's page editor."""

    def post(self, client, page: Article, reason: str = "", **actions: str):
        body = streamfield([("heading", "A heading")])
        body["0"]["id"] = "5f5f9a2e-0000-4000-8000-000000000000"
        form = {
            "title": page.title,
            "slug": page.slug,
            "summary": "",
            "lead_image": str((HubImage.objects.first() or make_image()).pk),
            "lead_image_alternative_text": "",
            "body": body,
            "marking": "CLEAR",
            "published_on": "2026-01-01",
            "initial-published_on": "2026-01-01",
            "publishing_reason": reason,
            "comments": inline_formset([]),
            **{name: inline_formset([]) for name in ("countries", "authors", "attachments", "related_items")},
            **actions,
        }
        return client.post(reverse("wagtailadmin_pages:edit", args=[page.pk]), nested_form_data(form))

    def test_publishing_with_gaps_is_refused_at_the_field(self, incomplete, moderator, client):
        response = self.post(client, incomplete, **{"action-publish": "yes"})
        assert response.status_code == 200
        assert set(response.context["form"].errors) == {"lead_image_alternative_text", "publishing_reason"}
        incomplete.refresh_from_db()
        assert not incomplete.live

    def test_publishing_with_a_reason_is_logged_once(self, incomplete, moderator, client):
        editor = UserFactory()
        editor.groups.add(Group.objects.get(name="Editors"))
        client.force_login(editor)
        response = self.post(client, incomplete, "It is urgent.", **{"action-submit": "yes"})
        assert response.status_code == 302, response.context["form"].errors
        approve(Page.objects.get(pk=incomplete.pk).specific, moderator)
        incomplete.refresh_from_db()
        assert incomplete.live
        entry = PageLogEntry.objects.get(action=LOG_ACTION)
        assert (entry.user, entry.data["reason"]) == (moderator, "It is urgent.")

    def test_an_approval_that_the_gate_refuses_says_why(self, tree, moderator, client):
        page = make_article("In moderation", live=False)
        self.post(client, page)
        page = Page.objects.get(pk=page.pk).specific
        page.latest_revision.user = UserFactory()
        page.latest_revision.save()
        page = submit(page, page.latest_revision.user)
        response = self.post(client, page, **editor_action(page))
        assert response.url == reverse("wagtailadmin_pages:edit", args=[page.pk])
        assert "The lead image has no alternative text." in told(response)
        page = Page.objects.get(pk=page.pk)
        assert not page.live
        assert page.current_workflow_task_state.status == "in_progress"


class TestWaysToPublish:
    def submit(self, page: Article):
        """Put a page into moderation, as it is."""
        page.save_revision()
        return submit(page, UserFactory()).current_workflow_task_state

    def test_approval_from_the_dashboard_says_why_not(self, incomplete, moderator, client):
        state = self.submit(incomplete)
        address = reverse("wagtailadmin_pages:workflow_action", args=[incomplete.pk, "approve", state.pk])
        response = client.post(address, answers_of(incomplete))
        assert response.status_code == 302
        assert response.url == reverse("wagtailadmin_pages:edit", args=[incomplete.pk])
        assert "alternative text is missing" in told(response)
        incomplete.refresh_from_db()
        state.refresh_from_db()
        assert not incomplete.live
        assert state.status == state.STATUS_IN_PROGRESS

    def test_approval_in_a_dialog_leads_to_the_editor(self, incomplete, moderator, client):
        state = self.submit(incomplete)
        address = reverse("wagtailadmin_pages:workflow_action", args=[incomplete.pk, "approve", state.pk])
        response = client.post(address, answers_of(incomplete), headers={"x-requested-with": "XMLHttpRequest"})
        assert json.loads(response.content)["redirect"] == reverse("wagtailadmin_pages:edit", args=[incomplete.pk])

    def test_approval_of_a_complete_page_publishes(self, tree, moderator, client):
        page = make_article("Complete", live=False)
        state = self.submit(page)
        address = reverse("wagtailadmin_pages:workflow_action", args=[page.pk, "approve", state.pk])
        client.post(address, answers_of(page))
        page.refresh_from_db()
        assert page.live

    def test_bulk_publishing_names_the_pages(self, incomplete, moderator, client):
        complete = make_article("Complete", live=False)
        address = reverse("wagtail_bulk_action", args=["wagtailcore", "page", "publish"])
        response = client.post(f"{address}?id={incomplete.pk}&id={complete.pk}", {})
        assert response.status_code == 302
        assert "Incomplete" in told(response)
        for page in (incomplete, complete):
            page.refresh_from_db()
            assert not page.live

    def test_bulk_publishing_looks_below(self, incomplete, moderator, client):
        address = reverse("wagtail_bulk_action", args=["wagtailcore", "page", "publish"])
        response = client.post(f"{address}?id={incomplete.get_parent().pk}", {"include_descendants": "on"})
        assert "Incomplete" in told(response)
        incomplete.refresh_from_db()
        assert not incomplete.live

    def test_bulk_publishing_of_complete_pages_publishes(self, tree, moderator, client):
        page = make_article("Complete", live=False)
        page.save_revision()
        approve(submit(page, UserFactory()), UserFactory(is_superuser=True))
        Page.objects.get(pk=page.pk).unpublish()
        address = reverse("wagtail_bulk_action", args=["wagtailcore", "page", "publish"])
        client.post(f"{address}?id={page.pk}", {})
        page.refresh_from_db()
        assert page.live

    def test_the_internal_api_publishes_nothing(self, tree, moderator, client):
        page = make_article("Complete", live=False)
        address = f"/admin/api/main/pages/{page.pk}/action/publish/"
        assert client.post(address, {}, content_type="application/json").status_code != 200
        page.refresh_from_db()
        assert not page.live
        assert client.get("/admin/api/main/pages/").status_code == 200
