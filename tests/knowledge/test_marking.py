"""The marking panel of the editor: whom a marking names, what it opens up, and what is said of it."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Group
from django.urls import reverse
from wagtail.test.utils.form_data import inline_formset, nested_form_data, streamfield

from access.models import AuditEntry, PageAccess
from access.policy import may_read_page
from access.readers import reader_for
from knowledge.models import Article
from knowledge.publishing_gate import GateClosed, find_gaps
from members.models import User
from members.readership import readership_of
from members.sharing import SharedWithField
from tests.factories import MemberFactory, OrganisationFactory, make_article, make_image, section
from tests.knowledge.reviews import approve, submit

pytestmark = pytest.mark.django_db


@pytest.fixture
def group(db):
    return Group.objects.create(name="Port security")


@pytest.fixture
def publisher(db):
    return MemberFactory(is_superuser=True)


@pytest.fixture
def people(group):
    """Two members of the group in two organisations, one of whom is no member any more, and one outside of it."""
    inside = MemberFactory(organisation=OrganisationFactory())
    former = MemberFactory(organisation=OrganisationFactory(), is_member=False)
    outside = MemberFactory(organisation=OrganisationFactory())
    inside.groups.add(group)
    former.groups.add(group)
    return {"inside": inside, "former": former, "outside": outside}


def readers_of(page, people):
    return {name for name, user in people.items() if may_read_page(page, reader_for(User.objects.get(pk=user.pk)))}


def test_amber_is_for_members_of_the_named_groups(tree, group, people):
    page = make_article("A", marking="AMBER", shared_with=[f"wagtail-group:{group.pk}"])
    assert readers_of(page, people) == {"inside"}


def test_amber_strict_is_for_members_of_the_named_organisations(tree, people):
    organisation = people["outside"].organisation
    page = make_article("A", marking="AMBER+STRICT", shared_with=[f"organisation:{organisation.pk}"])
    assert readers_of(page, people) == {"outside"}


def test_red_is_for_the_named_people(tree, people):
    page = make_article("A", marking="RED", shared_with=[f"person:{people['inside'].pk}"])
    assert readers_of(page, people) == {"inside"}


@pytest.mark.parametrize("marking", ["AMBER", "AMBER+STRICT", "RED"])
def test_a_marking_that_names_nobody_is_for_nobody(tree, group, people, marking):
    page = make_article("A", marking=marking, publishing_reason="A test.")
    assert readers_of(page, people) == set()
    assert "shared_with" in {gap.field for gap in find_gaps(page)}


def test_names_of_another_kind_do_not_count(tree, group, people):
    page = make_article("A", marking="RED", shared_with=[f"wagtail-group:{group.pk}"], publishing_reason="A test.")
    assert readers_of(page, people) == set()


def test_restricted_texts_ask_for_a_second_factor(tree, group, people, settings):
    settings.SECOND_FACTOR_REQUIRED = True
    amber = make_article("A", marking="AMBER", shared_with=[f"wagtail-group:{group.pk}"])
    green = make_article("B", marking="GREEN")
    assert readers_of(amber, people) == set()
    assert readers_of(green, people) == {"inside", "outside"}


def test_the_label_is_the_strictest_on_the_way(tree, group):

    parent = section()
    page = make_article("A", marking="CLEAR")
    assert page.label == "CLEAR"
    parent.marking = "GREEN"
    parent.save_revision().publish()
    assert Article.objects.get(pk=page.pk).tlp == "TLP:GREEN"


def test_plain_words_count_people_groups_and_organisations(tree, group, people):
    page = make_article("A", marking="AMBER", shared_with=[f"wagtail-group:{group.pk}"])
    readership = readership_of(PageAccess.objects.get(page=page).audience.conditions)
    assert readership.sentence == "1 person in 1 group, of 1 organisation can read this."


def test_everyone_is_said_so(tree):
    page = make_article("A", marking="CLEAR")
    readership = readership_of(PageAccess.objects.get(page=page).audience.conditions)
    assert readership.sentence == "Everyone can read this, without signing in."


def test_opening_up_needs_a_reason(tree, publisher):
    page = make_article("A", marking="GREEN")
    page.marking = "CLEAR"
    revision = page.save_revision()
    with pytest.raises(GateClosed):
        revision.publish(user=publisher)
    page.marking_reason = "The authors agreed."
    page.save_revision(user=publisher)
    approve(submit(page, publisher), MemberFactory(is_superuser=True))
    entry = AuditEntry.objects.get(action="page.marked", subject_key=str(page.pk))
    assert (entry.details["from"], entry.details["to"]) == ("GREEN", "CLEAR")
    assert entry.details["reason"] == "The authors agreed."


def test_closing_needs_none(tree, people, publisher):
    page = make_article("A", marking="CLEAR")
    page.marking = "GREEN"
    page.save_revision().publish(user=publisher)
    assert readers_of(page, people) == {"inside", "outside"}


def test_another_group_is_wider_even_if_smaller(tree, group, publisher):
    page = make_article("A", marking="AMBER", shared_with=[f"wagtail-group:{group.pk}"])
    other = Group.objects.create(name="Other")
    page.shared_with = [f"wagtail-group:{other.pk}"]
    with pytest.raises(GateClosed):
        page.save_revision().publish(user=publisher)


def test_a_file_stricter_than_its_page_is_a_gap(tree, people):

    image = make_image(marking="RED", shared_with=[f"person:{people['inside'].pk}"])
    page = make_article("A", lead_image=image, lead_image_alternative_text="A port.", publishing_reason="A test.")
    assert any("more restricted" in gap.message for gap in find_gaps(page))


class TestSharedWithField:
    def test_people_are_named_by_their_addresses(self, people):
        field = SharedWithField()
        assert field.clean([[], [], people["inside"].email.upper()]) == [f"person:{people['inside'].pk}"]

    def test_unknown_addresses_are_said(self, people):
        with pytest.raises(Exception, match=r"nobody@example\.org"):
            SharedWithField().clean([[], [], "nobody@example.org"])

    def test_somebody_who_is_no_member_cannot_be_named(self, people):
        with pytest.raises(Exception, match="current members"):
            SharedWithField().clean([[], [], people["former"].email])

    def test_nothing_is_nothing(self):
        assert SharedWithField().clean([[], [], ""]) == []

    def test_it_shows_what_it_keeps(self, group, people):
        html = SharedWithField().widget.render(
            "shared_with", [f"wagtail-group:{group.pk}", f"person:{people['inside'].pk}"]
        )
        assert "checked" in html
        assert people["inside"].email in html


class TestEditor:
    @pytest.fixture
    def editor(self, client):
        user = MemberFactory(is_superuser=True)
        client.force_login(user)
        return user

    def test_it_says_who_can_read(self, tree, client, editor, group, people):
        page = make_article("A", marking="AMBER", shared_with=[f"wagtail-group:{group.pk}"])
        html = client.get(reverse("wagtailadmin_pages:edit", args=[page.pk])).content.decode()
        assert "1 person in 1 group, of 1 organisation can read this." in html
        assert reverse("list_readers", args=[page.pk]) in html
        listed = client.get(reverse("list_readers", args=[page.pk])).content.decode()
        assert str(people["inside"]) in listed
        assert str(people["outside"]) not in listed

    def test_it_warns_before_it_is_saved(self, tree, client, editor, group):
        page = make_article("A", marking="AMBER", shared_with=[f"wagtail-group:{group.pk}"])
        answer = client.post(reverse("check_readership"), {"page": page.pk, "marking": "CLEAR"}).json()
        assert answer["sentence"] == "Everyone can read this, without signing in."
        assert "Say why" in answer["warning"]

    def test_it_asks_for_a_new_page_too(self, tree, client, editor):
        parent = make_article("A").get_parent()
        answer = client.post(reverse("check_readership"), {"parent": parent.pk, "marking": "RED"}).json()
        assert answer == {"sentence": "Nobody but editors can read this.", "warning": ""}

    @pytest.mark.parametrize("parent", ["abc", "", "0", "²"])
    def test_what_is_no_section_is_unknown(self, tree, client, editor, parent):
        assert (
            client.post(reverse("check_readership"), {"parent": parent, "marking": "RED"}, follow=True).status_code
            == 404
        )

    def send(self, client, page, **fields):
        """Send the editor's form of an article, with a marking and whom it names."""
        form = {
            **{
                "title": page.title,
                "slug": page.slug,
                "summary": "",
                "lead_image": "",
                "lead_image_alternative_text": "",
            },
            **{"published_on": "2026-01-01", "initial-published_on": "2026-01-01"},
            **{"body": streamfield([]), "comments": inline_formset([])},
            **{name: inline_formset([]) for name in ("countries", "authors", "attachments", "related_items")},
            **fields,
        }
        return client.post(reverse("wagtailadmin_pages:edit", args=[page.pk]), nested_form_data(form))

    def test_whom_it_names_is_kept(self, tree, client, editor, group, people):
        page = make_article("A", marking="GREEN")
        named = {"shared_with_groups": str(group.pk), "shared_with_people": people["inside"].email}
        self.send(client, page, marking="AMBER", **named)
        draft = Article.objects.get(pk=page.pk).get_latest_revision_as_object()
        assert (draft.marking, draft.shared_with) == ("AMBER", [f"wagtail-group:{group.pk}"])

    def test_an_unknown_address_is_said_at_its_field(self, tree, client, editor):
        page = make_article("A", marking="GREEN")
        response = self.send(client, page, marking="RED", shared_with_people="nobody@example.org")
        assert "nobody@example.org" in response.content.decode()
        assert Article.objects.get(pk=page.pk).get_latest_revision_as_object().marking == "GREEN"

    def test_a_wider_marking_asks_for_a_reason_at_its_field(self, tree, client, editor):
        page = make_article("A", marking="GREEN")
        response = self.send(client, page, marking="CLEAR", **{"action-publish": "yes"})
        assert "More people could read this than can now. Say why." in response.content.decode()
        assert PageAccess.objects.get(page=page).marking == "GREEN"

    def test_others_are_not_told(self, tree, client, people):
        page = make_article("A")
        client.force_login(people["inside"])
        for response in (
            client.get(reverse("list_readers", args=[page.pk])),
            client.post(reverse("check_readership"), {"page": page.pk}),
        ):
            assert response.status_code in (302, 403)
