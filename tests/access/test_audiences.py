"""Markings, sections, privacy settings and translations add up to one audience."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Group
from wagtail.models import PageViewRestriction

from access.models import PageAccess
from access.policy import may_read_page
from tests.factories import MemberFactory, UserFactory, make_article, section, translate

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _tree(tree):
    """Every test here needs the tree."""


def may_read(page, reader) -> bool:
    return may_read_page(page, reader)


def test_clear_is_for_everyone_and_green_for_members(as_reader):
    clear, green = make_article(marking="CLEAR"), make_article(marking="GREEN")
    visitor, account, member = as_reader(), as_reader(UserFactory()), as_reader(MemberFactory())
    assert [may_read(clear, reader) for reader in (visitor, account, member)] == [True, True, True]
    assert [may_read(green, reader) for reader in (visitor, account, member)] == [False, False, True]


def test_without_a_marking_nobody_reads(as_reader):
    page = make_article(marking="", publishing_reason="testing")
    assert page.live
    assert not may_read(page, as_reader(MemberFactory()))


def test_drafts_are_read_by_nobody(as_reader):
    assert not may_read(make_article(live=False), as_reader(MemberFactory()))


def test_a_page_is_never_more_open_than_its_section(as_reader):
    page = make_article(marking="CLEAR")
    parent = section()
    parent.marking = "GREEN"
    parent.save_revision().publish()
    assert not may_read(page, as_reader())
    assert may_read(page, as_reader(MemberFactory()))


def test_moving_takes_over_the_new_section(as_reader, tree):
    page = make_article(marking="CLEAR")
    other = section(number=1)
    other.marking = "GREEN"
    other.save_revision().publish()
    page.move(other, pos="last-child")
    assert not may_read(page, as_reader())


def test_a_translation_has_the_marking_of_its_source(as_reader):
    page = make_article(marking="CLEAR")
    arabic = translate(page, "ar")
    assert may_read(arabic, as_reader())
    page.marking = "GREEN"
    page.save_revision().publish()
    arabic.refresh_from_db()
    assert arabic.marking == "GREEN"
    assert not may_read(arabic, as_reader())


def test_a_translation_cannot_open_itself(as_reader):
    page = make_article(marking="GREEN")
    arabic = translate(page, "ar")
    arabic.marking = "CLEAR"
    arabic.save_revision().publish()
    arabic.refresh_from_db()
    assert arabic.marking == "GREEN"
    assert not may_read(arabic, as_reader())


def test_a_draft_of_another_marking_changes_nothing_yet(as_reader):
    page = make_article(marking="CLEAR")
    page.marking = "GREEN"
    page.save_revision()
    assert may_read(page, as_reader())


def test_saving_only_the_base_table_does_not_open_a_page(as_reader):
    from wagtail.models import Page

    page = make_article(marking="GREEN")
    base = Page.objects.get(pk=page.pk)
    base.title = "Another title"
    base.save()
    assert not may_read(page, as_reader())
    assert PageAccess.objects.get(page=page.pk).marking == "GREEN"


def test_wagtails_privacy_counts_on_the_page_and_its_translations(as_reader):
    page = make_article(marking="CLEAR")
    arabic = translate(page, "ar")
    restriction = PageViewRestriction.objects.create(page=page, restriction_type=PageViewRestriction.LOGIN)
    assert not may_read(page, as_reader())
    assert not may_read(arabic, as_reader())
    assert may_read(arabic, as_reader(UserFactory()))
    restriction.delete()
    assert may_read(arabic, as_reader())


def test_wagtails_privacy_by_group(as_reader):
    page = make_article(marking="CLEAR")
    group = Group.objects.create(name="Some group")
    inside, former, outside = MemberFactory(), UserFactory(), MemberFactory()
    group.user_set.add(inside, former)
    restriction = PageViewRestriction.objects.create(page=page, restriction_type=PageViewRestriction.GROUPS)
    restriction.groups.add(group)
    assert may_read(page, as_reader(inside))
    assert not may_read(page, as_reader(outside))
    assert not may_read(page, as_reader(former))  # It is labelled TLP:AMBER, which is for members.
    inside.groups.remove(group)
    assert not may_read(page, as_reader(inside))


def test_a_deleted_group_closes_what_it_alone_could_read(as_reader):
    page = make_article(marking="CLEAR")
    group = Group.objects.create(name="Some group")
    restriction = PageViewRestriction.objects.create(page=page, restriction_type=PageViewRestriction.GROUPS)
    restriction.groups.add(group)
    user = UserFactory()
    user.groups.add(group)
    group.delete()
    assert not may_read(page, as_reader(user))


def test_a_page_password_is_known_to_those_who_gave_it(as_reader, client):
    page = make_article(marking="CLEAR")
    PageViewRestriction.objects.create(page=page, restriction_type=PageViewRestriction.PASSWORD, password="open sesame")
    assert not may_read(page, as_reader(MemberFactory()))


def test_losing_membership_counts_at_once(as_reader):
    page, member = make_article(marking="GREEN"), MemberFactory()
    assert may_read(page, as_reader(member))
    member.is_member = False
    member.save()
    assert not may_read(page, as_reader(member))


def test_a_closed_account_is_a_visitor(as_reader):
    page, member = make_article(marking="GREEN"), MemberFactory()
    member.is_active = False
    member.save()
    assert not may_read(page, as_reader(member))


def test_pages_with_the_same_rule_share_an_audience():
    first, second = make_article(marking="GREEN"), make_article("Another", marking="GREEN")
    assert PageAccess.objects.get(page=first.pk).audience == PageAccess.objects.get(page=second.pk).audience


def test_the_reader_costs_two_queries_and_one_when_cached(as_reader, django_assert_max_num_queries):
    member = MemberFactory()
    as_reader(member)
    with django_assert_max_num_queries(1):
        as_reader(member)
