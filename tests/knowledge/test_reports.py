"""What editors are told: due reviews, and what waits for them."""

from __future__ import annotations

import datetime

import pytest
from django.contrib.auth.models import Group
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from wagtail.models import Page, PageViewRestriction

from knowledge.models import Usefulness
from knowledge.reports import due_for_review, editable_pages, waiting_for
from tests.factories import UserFactory, make_article, translate

pytestmark = pytest.mark.django_db


def days(number: int) -> datetime.date:
    return timezone.localdate() + datetime.timedelta(days=number)


def person(*groups: str):
    user = UserFactory()
    user.groups.add(*Group.objects.filter(name__in=groups))
    return user


def waiting(user, rf):
    request = rf.get("/")
    request.user = user
    return waiting_for(request)


class TestDueForReview:
    def test_overdue_and_soon_but_no_drafts_nor_translations(self, tree):
        overdue = make_article("Overdue", review_by=days(-1))
        translate(overdue, "ar")
        soon = make_article("Soon", review_by=days(30))
        make_article("Later", review_by=days(31))
        make_article("Never")
        make_article("Draft", review_by=days(-1), live=False)
        written_in_french = make_article("En retard", language="fr", review_by=days(-5))
        assert set(due_for_review(Page.objects.all())) == {page.page_ptr for page in (overdue, soon, written_in_french)}

    def test_the_report_shows_and_exports_it(self, tree, client):
        make_article("Overdue", review_by=days(-1))
        make_article("Soon", review_by=days(3))
        client.force_login(person("Editors"))
        page = client.get(reverse("due_for_review"))
        assert page.status_code == 200
        content = page.content.decode()
        assert content.index("Overdue") < content.index("Soon")
        assert "Soon" not in client.get(reverse("due_for_review_results"), {"state": "overdue"}).content.decode()
        assert "Overdue" not in client.get(reverse("due_for_review_results"), {"locale": "fr"}).content.decode()
        table = b"".join(client.get(reverse("due_for_review"), {"export": "csv"}).streaming_content).decode()
        assert table.splitlines()[0] == "Title,Type,Language,Review by,Owner"
        assert table.splitlines()[1].startswith("Overdue,Best practice,English,")
        assert client.get(reverse("due_for_review"), {"export": "xlsx"}).status_code == 200

    def test_it_is_for_those_who_edit(self, tree, client):
        somebody = UserFactory()
        client.force_login(somebody)
        assert client.get(reverse("due_for_review")).status_code == 302

    def test_a_page_closed_to_an_editor_is_left_out(self, tree):
        closed = make_article("Closed", review_by=days(-1))
        restriction = PageViewRestriction.objects.create(page=closed, restriction_type=PageViewRestriction.GROUPS)
        group = Group.objects.create(name="The few")
        restriction.groups.add(group)
        editor = person("Editors")
        type(editor).objects.filter(pk=editor.pk).update(is_member=True)
        assert closed.page_ptr not in editable_pages(type(editor).objects.get(pk=editor.pk))
        editor.groups.add(group)
        assert closed.page_ptr in editable_pages(type(editor).objects.get(pk=editor.pk))

    def test_queries_do_not_grow(self, tree, client):
        client.force_login(person("Editors"))

        def queries() -> int:
            client.get(reverse("due_for_review_results"))
            with CaptureQueriesContext(connection) as captured:
                client.get(reverse("due_for_review_results"))
            return len(captured)

        make_article("One", review_by=days(-1), owner=UserFactory())
        before = queries()
        for number in range(4):
            make_article(f"Another {number}", review_by=days(-1), owner=UserFactory())
        assert queries() == before


class TestWaiting:
    def test_counts_and_drafts(self, tree, rf):
        editor = person("Editors")
        make_article("Overdue", review_by=days(-1))
        drafts = [make_article(f"Draft {number}", live=False) for number in range(6)]
        for draft in drafts:
            draft.save_revision(user=editor)
        make_article("Somebody else's", live=False).save_revision(user=UserFactory())
        found = waiting(editor, rf)
        assert (found["due_count"], found["draft_count"]) == (1, 6)
        assert [page.title for page in found["drafts"]] == [f"Draft {number}" for number in (5, 4, 3, 2, 1)]

    def test_the_dashboard_shows_it_in_a_constant_number_of_queries(self, tree, client):
        editor = person("Editors")
        client.force_login(editor)

        def queries() -> int:
            client.get(reverse("wagtailadmin_home"))
            with CaptureQueriesContext(connection) as captured:
                page = client.get(reverse("wagtailadmin_home")).content.decode()
            assert "Waiting for you" in page
            return len(captured)

        make_article("Overdue", review_by=days(-1))
        before = queries()
        for number in range(3):
            make_article(f"Overdue {number}", review_by=days(-1))
        assert queries() == before
        make_article("A draft", live=False).save_revision(user=editor)
        assert "A draft" in client.get(reverse("wagtailadmin_home")).content.decode()


class TestUsefulness:
    def answer(self, page, is_useful: bool, comment: str = "") -> None:
        Usefulness.objects.create(
            page=page, translation_key=page.translation_key, is_useful=is_useful, comment=comment, user=UserFactory()
        )

    def test_the_report_counts_and_exports_what_one_may_edit(self, tree, client):
        judged, closed = make_article("Judged"), make_article("Closed")
        make_article("Never judged")
        self.answer(judged, True)
        self.answer(judged, True, "=HYPERLINK(1)")
        self.answer(judged, False, "Too <long>")
        self.answer(closed, False, "For the few")
        restriction = PageViewRestriction.objects.create(page=closed, restriction_type=PageViewRestriction.GROUPS)
        restriction.groups.add(Group.objects.create(name="The few"))
        client.force_login(person("Editors"))
        content = client.get(reverse("usefulness")).content.decode()
        assert "Judged" in content
        assert "Too &lt;long&gt;" in content
        for hidden in ("Never judged", "Closed", "For the few"):
            assert hidden not in content
        assert "example.org" not in content[content.index("<table") : content.index("</table")]
        table = b"".join(client.get(reverse("usefulness"), {"export": "csv"}).streaming_content).decode()
        lines = table.splitlines()
        assert lines[0] == "Title,Type,Language,Yes,No,Last answer,Comments"
        assert lines[1].startswith("Judged,Best practice,English,2,1,")
        assert "Yes: =HYPERLINK(1)" in table
        assert client.get(reverse("usefulness"), {"export": "xlsx"}).status_code == 200

    def test_translators_see_answers_on_their_language(self, tree, client):
        article = make_article("In English")
        arabic = translate(article, "ar", "بالعربية")
        self.answer(article, True, "English comment")
        self.answer(arabic, True, "تعليق")
        client.force_login(person("Translators: Arabic"))
        content = client.get(reverse("usefulness_results")).content.decode()
        assert "تعليق" in content
        assert "English comment" not in content

    def test_it_is_for_those_who_edit_in_a_constant_number_of_queries(self, tree, client):
        client.force_login(UserFactory())
        assert client.get(reverse("usefulness")).status_code == 302
        client.force_login(person("Editors"))

        def queries() -> int:
            client.get(reverse("usefulness_results"))
            with CaptureQueriesContext(connection) as captured:
                client.get(reverse("usefulness_results"))
            return len(captured)

        self.answer(make_article("One"), True, "A")
        before = queries()
        for number in range(4):
            self.answer(make_article(f"More {number}"), False, "B")
        assert queries() == before
