"""A second pair of eyes: nothing is published, and nothing opened, by one person alone."""

from __future__ import annotations

import json

import pytest
from django.contrib.auth.models import Group
from django.contrib.messages import get_messages
from django.core.files.base import ContentFile
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone
from wagtail.models import (
    Collection,
    CollectionViewRestriction,
    GroupApprovalTask,
    Page,
    PageLogEntry,
    PageViewRestriction,
    Revision,
    Workflow,
    WorkflowTask,
)
from wagtail.test.utils.form_data import inline_formset, nested_form_data, streamfield
from wagtail_localize.models import Translation

from access.audiences import refresh_audiences
from access.models import AuditEntry, PageAccess, is_wider
from knowledge.models import Article, Attachment, KnowledgeIndexPage, SensitivityReviewState, SensitivityReviewTask
from knowledge.models.review import put_review_into_workflow
from knowledge.review_forms import CHECKLIST
from knowledge.sensitivity_review import (
    ReviewRefusedError,
    ReviewRequiredError,
    approval_of,
    authors_of_change,
    needs_review,
)
from members.models.invitations import groups_without_rights
from tests.factories import UserFactory, make_article, make_document, section, stream, translate
from tests.knowledge.reviews import ALL, answers_of, approve, editor_action, version_of

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def person(role: str):
    user = UserFactory()
    user.groups.add(Group.objects.get(name=role))
    return user


@pytest.fixture
def editor(tree):
    return person("Editors")


@pytest.fixture
def moderator(tree):
    return person("Moderators")


@pytest.fixture
def draft(editor):
    """An article that its editor submitted for review."""
    page = make_text("A draft", live=False, owner=editor)
    page.save_revision(user=editor)
    Workflow.objects.get().start(page, editor)
    return page


def make_text(title: str, **fields):
    """An article whose text a test can send back as it is."""
    return make_article(title, body=stream(Article, "body", [("heading", "A heading")]), **fields)


def told(response) -> str:
    return " ".join(str(message) for message in get_messages(response.wsgi_request))


def is_live(page: Page) -> bool:
    return Page.objects.get(pk=page.pk).live


def review_url(page: Page, action: str = "approve") -> str:
    state = page.current_workflow_task_state
    return reverse("wagtailadmin_pages:workflow_action", args=[page.pk, action, state.pk])


class TestApproval:
    def test_somebody_else_approves_and_it_is_published(self, draft, moderator):
        approve(draft, moderator, comment="Good.")
        assert is_live(draft)
        state = SensitivityReviewState.objects.get()
        assert (state.finished_by, state.comment, state.answers) == (moderator, "Good.", ALL)
        assert state.finished_at

    @pytest.mark.parametrize("left_open", list(CHECKLIST))
    def test_each_statement_must_be_confirmed(self, draft, moderator, left_open):
        for answer in (False, "on", None):
            with pytest.raises(ReviewRefusedError):
                approve(draft, moderator, **{left_open: answer})
        assert not is_live(draft)

    def test_whoever_submitted_it_does_not_review_it(self, tree, editor, moderator):
        page = make_article("Another's text", live=False)
        page.save_revision(user=editor)
        Workflow.objects.get().start(page, moderator)
        with pytest.raises(ReviewRefusedError):
            approve(page, moderator)
        assert page.current_workflow_task.get_actions(page, moderator) == []

    def test_no_author_since_the_last_publication_reviews_it(self, draft, editor, moderator):
        draft.title = "A correction"
        draft.save_revision(user=moderator)
        other = person("Moderators")
        draft.title = "Another correction"
        draft.save_revision(user=other)
        assert authors_of_change(draft) == {editor.pk, moderator.pk, other.pk}
        with pytest.raises(ReviewRefusedError):
            approve(draft, moderator)
        approve(draft, person("Moderators"))
        assert is_live(draft)
        draft.refresh_from_db()
        draft.save_revision(user=editor)
        assert authors_of_change(draft) == {editor.pk}

    def test_administrators_are_no_exception(self, tree):
        administrator = UserFactory(is_superuser=True)
        page = make_article("An administrator's text", live=False)
        revision = page.save_revision(user=administrator)
        with pytest.raises(ReviewRequiredError):
            revision.publish(user=administrator)
        Workflow.objects.get().start(page, administrator)
        with pytest.raises(ReviewRefusedError):
            approve(page, administrator)
        assert not is_live(page)

    def test_what_changed_meanwhile_is_read_again(self, draft, editor, moderator):
        read = version_of(draft)
        draft.title = "Something else"
        draft.save_revision(user=editor)
        with pytest.raises(ReviewRefusedError):
            approve(draft, moderator, version=read)
        approve(draft, moderator)
        assert is_live(draft)
        assert Page.objects.get(pk=draft.pk).title == "Something else"

    def test_an_approval_is_of_one_content(self, draft, moderator):
        approve(draft, moderator)
        revision = draft.get_latest_revision()
        assert approval_of(revision) is not None
        revision.content["title"] = "Something else"
        assert approval_of(revision) is None

    def test_asking_for_changes_needs_a_comment(self, draft, moderator):
        state = draft.current_workflow_task_state
        with pytest.raises(ReviewRefusedError):
            state.reject(user=moderator, comment=" ")
        state.reject(user=moderator, comment="Name no place.")
        state.refresh_from_db()
        assert (state.status, state.comment) == (state.STATUS_REJECTED, "Name no place.")

    def test_what_was_decided_is_in_the_audit_without_the_remark(self, draft, moderator):
        draft.current_workflow_task_state.reject(user=moderator, comment="Page 3 names the depot.")
        entry = AuditEntry.objects.get(action="review.rejected")
        assert (entry.actor_key, entry.subject_key) == (moderator.pk, str(draft.pk))
        assert "depot" not in json.dumps(entry.details)
        draft.current_workflow_state.resume(draft.owner)
        approve(Page.objects.get(pk=draft.pk).specific, moderator)
        assert AuditEntry.objects.get(action="review.approved").marking == "CLEAR"

    def test_the_history_says_what_was_confirmed(self, draft, moderator):
        approve(draft, moderator, comment="Good.")
        entry = PageLogEntry.objects.get(action="wagtail.workflow.approve")
        assert "Good." in entry.comment
        assert str(CHECKLIST["marking_fits"]) in entry.comment

    def test_own_changes_do_not_wait_for_oneself(self, draft, moderator):
        task = SensitivityReviewTask.objects.get()
        assert task.get_task_states_user_can_moderate(moderator).count() == 1
        draft.save_revision(user=moderator)
        draft.current_workflow_state.cancel(user=moderator)
        Workflow.objects.get().start(Page.objects.get(pk=draft.pk).specific, moderator)
        assert not task.get_task_states_user_can_moderate(moderator)


class TestScreens:
    def test_the_checklist_is_shown_and_approves(self, draft, moderator, client):
        client.force_login(moderator)
        shown = json.loads(client.get(review_url(draft)).content)["html"]
        assert str(CHECKLIST["no_misuse"]) in shown
        assert version_of(draft) in shown
        assert "TLP:CLEAR" in shown
        answers = answers_of(draft)
        assert client.post(review_url(draft), answers).status_code == 302
        assert is_live(draft)

    def test_an_unfinished_checklist_approves_nothing(self, draft, moderator, client):
        client.force_login(moderator)
        client.post(review_url(draft), {"version": version_of(draft), "no_misuse": "on"})
        assert not is_live(draft)

    def test_a_stale_checklist_is_refused_with_a_message(self, draft, editor, moderator, client):
        client.force_login(moderator)
        answers = answers_of(draft)
        draft.title = "Something else"
        draft.save_revision(user=editor)
        response = client.post(review_url(draft), answers)
        assert "changed while you read it" in told(response)
        assert not is_live(draft)

    def test_authors_get_no_checklist(self, draft, client):
        administrator = UserFactory(is_superuser=True)
        draft.save_revision(user=administrator)
        client.force_login(administrator)
        response = client.get(review_url(draft))
        assert response.status_code == 302
        assert not is_live(draft)

    def form_of(self, page: Page, **changes) -> dict:
        body = streamfield([("heading", "A heading")])
        body["0"]["id"] = next(iter(page.specific.body.raw_data))["id"]
        return nested_form_data(
            {
                "title": page.title,
                "slug": page.slug,
                "summary": "",
                "body": body,
                "marking": "CLEAR",
                "published_on": str(page.specific.published_on),
                "initial-published_on": str(page.specific.published_on),
                "publishing_reason": "",
                "comments": inline_formset([]),
                **{name: inline_formset([]) for name in ("countries", "authors", "attachments", "related_items")},
                **changes,
            }
        )

    def edit(self, client, page: Page, **changes):
        return client.post(reverse("wagtailadmin_pages:edit", args=[page.pk]), self.form_of(page, **changes))

    def test_publishing_alone_leaves_a_draft(self, moderator, client):
        client.force_login(moderator)
        page = make_text("A draft", live=False)
        response = self.edit(client, page, title="Changed", **{"action-publish": "yes"})
        assert "submit it for review" in told(response)
        assert not is_live(page)
        assert Page.objects.get(pk=page.pk).get_latest_revision().content["title"] == "Changed"

    def test_a_new_page_is_not_published_at_once(self, moderator, client):
        client.force_login(moderator)
        template = make_text("A template", live=False)
        address = reverse("wagtailadmin_pages:add", args=["knowledge", "article", section().pk])
        before = Page.objects.count()
        form = self.form_of(template, title="New", slug="new", **{"action-publish": "yes"})
        response = client.post(address, form)
        assert response.status_code == 200
        assert "submit it for review" in str(response.context["form"].non_field_errors())
        assert Page.objects.count() == before

    def test_a_stricter_marking_and_nothing_else_is_published_at_once(self, moderator, client):
        client.force_login(moderator)
        page = make_text("Live")
        response = self.edit(client, page, marking="GREEN", **{"action-publish": "yes"})
        assert response.status_code == 302, response.context["form"].errors
        assert PageAccess.objects.get(page=page).marking == "GREEN"
        self.edit(client, page, marking="AMBER", title="With another title", **{"action-publish": "yes"})
        assert PageAccess.objects.get(page=page).marking == "GREEN"

    def test_a_wider_marking_is_not(self, moderator, client):
        client.force_login(moderator)
        page = make_text("Live", marking="GREEN")
        opened = {"marking": "CLEAR", "marking_reason": "It is agreed."}
        response = self.edit(client, page, **opened, **{"action-publish": "yes"})
        assert "submit it for review" in told(response)
        assert PageAccess.objects.get(page=page).marking == "GREEN"

    def test_reviewing_and_changing_at_once_is_refused(self, draft, moderator, client):
        client.force_login(moderator)
        action = editor_action(draft)
        response = self.edit(client, draft, title="Changed in passing", **action)
        assert "You changed the page" in told(response)
        assert not is_live(draft)
        assert self.edit(client, draft, **action).status_code == 302
        assert is_live(draft)

    def test_forged_answers_approve_nothing(self, draft, moderator, client):
        client.force_login(moderator)
        action = {**editor_action(draft), "workflow-action-extra-data": "{}"}
        self.edit(client, draft, **action)
        assert not is_live(draft)

    def test_publish_is_offered_only_where_it_is_not_refused(self, moderator, client):
        client.force_login(moderator)

        def offers(page: Page) -> str:
            return client.get(reverse("wagtailadmin_pages:edit", args=[page.pk])).content.decode()

        assert 'name="action-publish"' not in offers(make_text("A draft", live=False))
        assert "Publish stricter marking" in offers(make_text("Live"))
        added = client.get(reverse("wagtailadmin_pages:add", args=["knowledge", "article", section().pk]))
        assert 'name="action-publish"' not in added.content.decode()

    def test_publishing_several_together_is_refused(self, moderator, client):
        client.force_login(moderator)
        page = make_text("A draft", live=False)
        page.save_revision(user=person("Editors"))
        address = reverse("wagtail_bulk_action", args=["wagtailcore", "page", "publish"])
        response = client.post(f"{address}?id={page.pk}", {})
        assert "A draft" in told(response)
        assert not is_live(page)


class TestPublishing:
    def test_programs_publish(self, tree):
        make_article("By a loader").save_revision().publish()

    def test_what_was_scheduled_after_a_review_is_published(self, draft, moderator):
        draft.go_live_at = timezone.now() + timezone.timedelta(hours=1)
        draft.save_revision(user=draft.owner)
        approve(draft, moderator)
        assert not is_live(draft)
        past = timezone.now() - timezone.timedelta(minutes=1)
        scheduled = draft.revisions.get(approved_go_live_at__isnull=False)
        scheduled.content["go_live_at"] = past.isoformat()
        draft.revisions.filter(pk=scheduled.pk).update(approved_go_live_at=past, content=scheduled.content)
        call_command("publish_scheduled")
        assert is_live(draft)

    def test_translators_publish_translations(self, tree):
        translated = translate(make_article("The original"), "fr")
        translated.title = "Autrement"
        translated.save_revision().publish(user=person("Translators: French"))

    def test_a_hub_with_one_editor_does_without(self, tree, editor, settings):
        settings.SENSITIVITY_REVIEW_REQUIRED = False
        make_article("Alone", live=False).save_revision(user=editor).publish(user=editor, skip_permission_checks=True)

    def test_a_section_is_published_alone_unless_that_opens_it(self, moderator):
        best_practices = section()
        best_practices.introduction = "Another one."
        assert not needs_review(best_practices)
        best_practices.marking = "GREEN"
        best_practices.save_revision(user=moderator).publish(user=moderator)
        make_article("In it")
        best_practices.marking = "CLEAR"
        revision = best_practices.save_revision(user=moderator)
        with pytest.raises(ReviewRequiredError):
            revision.publish(user=moderator)

    def test_saving_a_section_that_is_not_live_opens_nothing_below(self, moderator, client):
        best_practices = section()
        best_practices.marking = "GREEN"
        best_practices.save_revision().publish()
        make_article("In it")
        best_practices.unpublish()
        client.force_login(moderator)
        form = {
            "title": best_practices.title,
            "slug": best_practices.slug,
            "introduction": "",
            "marking": "CLEAR",
            "comments": inline_formset([]),
        }
        response = client.post(reverse("wagtailadmin_pages:edit", args=[best_practices.pk]), nested_form_data(form))
        assert "Nothing was saved" in told(response)
        assert KnowledgeIndexPage.objects.get(pk=best_practices.pk).marking == "GREEN"


class TestOpeningElsewhere:
    @pytest.fixture
    def closed(self, tree):
        """A page without limits of its own, in a section for members."""
        members_only = section()
        members_only.marking = "GREEN"
        members_only.save_revision().publish()
        return make_article("In the closed section")

    @pytest.fixture(params=["Moderators", "administrator"])
    def mover(self, request, tree, client):
        user = UserFactory(is_superuser=True) if request.param == "administrator" else person("Moderators")
        client.force_login(user)
        return user

    @pytest.fixture
    def elsewhere(self, tree):
        other = KnowledgeIndexPage(title="Another section", locale=tree["en"].locale, marking="CLEAR")
        tree["en"].add_child(instance=other)
        return other

    def test_a_move_into_an_open_section_is_refused(self, closed, elsewhere, mover, client):
        address = reverse("wagtailadmin_pages:move_confirm", args=[closed.pk, elsewhere.pk])
        response = client.post(address)
        assert "More people could read" in told(response)
        assert Page.objects.get(pk=closed.pk).get_parent().pk == section().pk

    def test_it_moves_once_its_own_marking_keeps_it_closed(self, closed, elsewhere, mover, client):
        closed.marking = "GREEN"
        closed.save_revision(user=mover).publish(user=mover)
        client.post(reverse("wagtailadmin_pages:move_confirm", args=[closed.pk, elsewhere.pk]))
        assert Page.objects.get(pk=closed.pk).get_parent().pk == elsewhere.pk

    def test_moving_several_is_refused_too(self, closed, elsewhere, mover, client):
        address = reverse("wagtail_bulk_action", args=["wagtailcore", "page", "move"])
        response = client.post(f"{address}?id={closed.pk}", {"chooser": elsewhere.pk})
        assert "More people could read" in told(response)
        assert Page.objects.get(pk=closed.pk).get_parent().pk == section().pk

    def set_privacy(self, client, page: Page, kind: str, *groups: Group):
        address = reverse("wagtailadmin_pages:set_privacy", args=[page.pk])
        return client.post(address, {"restriction_type": kind, "groups": [group.pk for group in groups]})

    def test_privacy_closes_and_does_not_open(self, tree, mover, client):
        page = make_article("Private")
        first, second = Group.objects.create(name="First"), Group.objects.create(name="Second")
        # Else they would not be cleared for it any more: what is for a group is for the members in it.
        type(mover).objects.filter(pk=mover.pk).update(is_member=True)
        mover.groups.add(first)
        self.set_privacy(client, page, "groups", first)
        assert PageViewRestriction.objects.filter(page=page).exists()
        for kind, groups in (("none", []), ("login", []), ("groups", [first, second])):
            response = self.set_privacy(client, page, kind, *groups)
            assert "More people could read" in json.loads(response.content)["html"]
        restriction = PageViewRestriction.objects.get(page=page)
        assert (restriction.restriction_type, list(restriction.groups.all())) == ("groups", [first])

    def test_privacy_goes_where_a_marking_is_as_strict(self, tree, mover, client):
        page = make_article("Private", marking="GREEN")
        PageViewRestriction.objects.create(page=page, restriction_type="login")
        self.set_privacy(client, page, "none")
        assert not PageViewRestriction.objects.exists()

    def test_live_copies_are_refused(self, closed, elsewhere, mover, client):
        address = reverse("wagtailadmin_pages:copy", args=[closed.pk])
        form = {"new_title": "A copy", "new_slug": "a-copy", "new_parent_page": elsewhere.pk}
        response = client.post(address, {**form, "publish_copies": "on"})
        assert "as a draft" in told(response)
        assert not Page.objects.filter(slug="a-copy").exists()
        response = client.post(address, {**form, "publish_copies": "on", "alias": "false"})
        assert "as a draft" in told(response)
        assert not Page.objects.filter(slug="a-copy").exists()
        client.post(address, form)
        assert not Page.objects.get(slug="a-copy").live

    @pytest.mark.parametrize("kind", ["copy", "alias"])
    def test_a_section_is_not_copied_with_what_is_closed_to_who_copies_it(self, closed, elsewhere, client, kind):
        client.force_login(person("Moderators"))
        closed.marking, closed.shared_with = "RED", ["person:1"]
        closed.save_revision().publish()
        form = {"new_title": "A copy", "new_slug": "a-copy", "new_parent_page": elsewhere.get_parent().pk}
        form |= {"alias": "on"} if kind == "alias" else {}
        address = reverse("wagtailadmin_pages:copy", args=[section().pk])
        client.post(address, {**form, "copy_subpages": "on"})
        assert not Page.objects.filter(slug="a-copy").exists()
        client.post(address, form)
        assert Page.objects.filter(slug="a-copy").exists()

    def test_an_alias_is_not_parted_from_what_keeps_it_closed(self, closed, elsewhere, mover, client):
        alias = closed.create_alias(parent=elsewhere)
        address = reverse("wagtailadmin_pages:convert_alias", args=[alias.pk])
        assert "as a draft" in told(client.post(address))
        assert Page.objects.get(pk=alias.pk).alias_of_id
        closed.marking = "GREEN"
        closed.save_revision().publish()
        client.post(address)
        assert not Page.objects.get(pk=alias.pk).alias_of_id

    def test_a_parted_alias_is_no_stricter_with_the_same_marking(self, closed, elsewhere):
        alias = closed.create_alias(parent=elsewhere)
        Page.objects.filter(pk=alias.pk).update(alias_of=None)
        assert needs_review(Article.objects.get(pk=alias.pk))

    def test_what_an_original_kept_closed_stays_closed_without_it(self, closed, elsewhere):
        alias = closed.create_alias(parent=elsewhere)
        before = PageAccess.objects.get(page=alias).audience.conditions
        Page.objects.get(pk=closed.pk).delete()
        refresh_audiences([elsewhere.pk])
        assert not is_wider(PageAccess.objects.get(page=alias).audience.conditions, before)
        assert Article.objects.get(pk=alias.pk).marking == ""

    def test_an_alias_that_is_closed_by_itself_outlives_its_original(self, tree, elsewhere):
        original = make_article("An original", marking="GREEN")
        alias = original.create_alias(parent=elsewhere)
        Page.objects.get(pk=original.pk).delete()
        assert Article.objects.get(pk=alias.pk).marking == "GREEN"


def test_a_translation_that_goes_its_own_way_is_reviewed(tree):
    original = make_text("An original", marking="GREEN")
    translated = translate(original, "fr")
    assert not needs_review(translated)
    Translation.objects.filter(source__object_id=original.translation_key).update(enabled=False)
    assert not needs_review(translated)  # As it is live.
    translated.summary = "Something else."
    assert needs_review(translated)
    user = UserFactory(is_superuser=True)
    revision = translated.save_revision(user=user)
    with pytest.raises(ReviewRequiredError):
        revision.publish(user=user)
    assert not PageAccess.objects.filter(page=translated).exclude(marking="GREEN").exists()


class TestFiles:
    @pytest.fixture
    def document(self, editor):
        """A document that a live page uses, uploaded by an editor and for members only."""
        document = make_document()
        document.uploaded_by_user, document.marking = editor, "GREEN"
        document.save()
        page = make_article("With a file", live=False, marking="GREEN")
        page.attachments.add(Attachment(document=document, locale=page.locale))
        page.save_revision().publish()
        return document

    def edit(self, client, document, **changes):
        form = {"title": document.title, "collection": document.collection_id, "tags": "", "marking": document.marking}
        address = reverse("wagtaildocs:edit", args=[document.pk])
        response = client.post(address, {**form, **changes})
        document.refresh_from_db()
        return response

    def test_whoever_uploaded_it_closes_it_and_does_not_open_it(self, document, editor, client):
        client.force_login(editor)
        response = self.edit(client, document, marking="")
        assert "marking" in response.context["form"].errors
        assert document.marking == "GREEN"
        assert self.edit(client, document, marking="RED", shared_with_people=[editor.pk]).status_code in {200, 302}

    def test_somebody_else_opens_it_and_the_audit_says_so(self, document, moderator, client):
        client.force_login(moderator)
        assert self.edit(client, document, marking="").status_code == 302
        assert document.marking == ""
        entry = AuditEntry.objects.filter(action="file.marked").first()
        assert (entry.actor_key, entry.details["from"], entry.details["to"]) == (moderator.pk, "GREEN", "")

    def test_what_readers_get_is_not_exchanged(self, document, moderator, client):
        client.force_login(moderator)
        response = self.edit(client, document, file=ContentFile(b"x,y\n3,4\n", name="other.csv"))
        assert "file" in response.context["form"].errors
        assert document.file.read() == b"a,b\n1,2\n"

    @pytest.fixture
    def collections(self, document):
        """A collection for signed-in people, where the document is, and one beside it for all."""
        root = Collection.get_first_root_node()
        closed, opened = (root.add_child(name=name) for name in ("Closed", "Open"))
        CollectionViewRestriction.objects.create(collection=closed, restriction_type="login")
        document.collection = closed
        document.save()
        return closed, opened

    def test_whoever_uploaded_it_does_not_open_it_by_its_collection(self, document, collections, editor, client):
        closed, opened = collections
        client.force_login(editor)
        response = self.edit(client, document, collection=opened.pk)
        assert "collection" in response.context["form"].errors
        address = reverse("wagtail_bulk_action", args=["documents", "hubdocument", "add_to_collection"])
        address = address.replace("documents", document._meta.app_label)
        response = client.post(f"{address}?id={document.pk}", {"collection": opened.pk})
        assert "More people could have this file." in told(response)
        document.refresh_from_db()
        assert document.collection == closed

    @pytest.mark.parametrize("is_scheduled", [True, False])
    def test_what_a_reviewer_looks_at_is_not_exchanged(self, editor, moderator, client, is_scheduled):
        document = make_document()
        page = make_article("A draft with a file", live=False, owner=editor)
        page.attachments.add(Attachment(document=document, locale=page.locale))
        revision = page.save_revision(user=editor)
        client.force_login(moderator)
        exchanged = {"file": ContentFile(b"x,y\n3,4\n", name="other.csv")}
        if is_scheduled:
            Revision.objects.filter(pk=revision.pk).update(approved_go_live_at=timezone.now())
        else:
            Workflow.objects.get().start(page, editor)
        assert "file" in self.edit(client, document, **exchanged).context["form"].errors


def clauses(*rule):
    return frozenset(frozenset(clause) for clause in rule)


@pytest.mark.parametrize(
    ("new", "old", "is_strict"),
    [
        (clauses({"member"}), clauses(), True),
        (clauses(), clauses({"member"}), False),
        (clauses({"member"}), clauses({"authenticated"}), True),
        (clauses({"authenticated"}), clauses({"member"}), False),
        (clauses({"member"}, {"wagtail-group:1"}), clauses({"wagtail-group:1", "superuser"}), True),
        (clauses({"wagtail-group:1", "wagtail-group:2"}), clauses({"wagtail-group:1"}), False),
        (clauses(set()), clauses({"person:1"}), True),
        (clauses({"person:1"}), clauses(set()), False),
        (clauses({"password:1"}), clauses({"authenticated"}), False),
    ],
)
def test_what_is_as_strict(new, old, is_strict):
    assert is_wider(new, old) is not is_strict


class TestWorkflow:
    def test_a_group_that_reviews_is_a_role(self, tree):
        reviewers = Group.objects.create(name="Reviewers")
        assert reviewers in groups_without_rights()
        SensitivityReviewTask.objects.create(name="Another review").groups.add(reviewers)
        assert reviewers not in groups_without_rights()

    def test_the_review_takes_the_place_of_a_bare_approval(self, tree):
        workflow = Workflow.objects.get()
        review = SensitivityReviewTask.objects.get()
        assert [each.task_id for each in WorkflowTask.objects.filter(workflow=workflow)] == [review.pk]
        WorkflowTask.objects.update(task=GroupApprovalTask.objects.get())
        put_review_into_workflow()
        put_review_into_workflow()
        assert [each.task_id for each in WorkflowTask.objects.filter(workflow=workflow)] == [review.pk]
        assert [group.name for group in review.groups.all()] == ["Moderators"]

    def test_what_was_submitted_before_comes_to_the_review(self, editor, moderator):
        WorkflowTask.objects.update(task=GroupApprovalTask.objects.get())
        page = make_article("Submitted before", live=False)
        page.save_revision(user=editor)
        Workflow.objects.get().start(page, editor)
        put_review_into_workflow()
        page.current_workflow_task_state.approve(user=moderator)
        assert not is_live(page)
        approve(Page.objects.get(pk=page.pk).specific, moderator)
        assert is_live(page)
