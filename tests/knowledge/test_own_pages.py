"""A member sees who has access to what they shared, and who read it."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Group
from django.urls import reverse

from access.audit import record
from members.models import Profile
from tests.factories import MemberFactory, OrganisationFactory, UserFactory, make_article, translate

pytestmark = pytest.mark.django_db


@pytest.fixture
def group(tree):
    return Group.objects.create(name="Readers")


@pytest.fixture
def owner(group, client):
    user = MemberFactory()
    user.groups.add(group)
    client.force_login(user)
    return user


def shown(client) -> str:
    return client.get(reverse("shared_by_me")).content.decode()


def test_it_is_for_current_members(tree, client):
    address = reverse("shared_by_me")
    assert client.get(address).status_code == 302
    client.force_login(UserFactory())
    assert client.get(address).status_code == 404


def test_without_anything_it_says_so(owner, client):
    make_article("Somebody else's", owner=MemberFactory())
    make_article("A draft", live=False, owner=owner)
    assert "is published yet" in shown(client)


def test_it_says_who_can_read(owner, client):
    make_article("Mine", owner=owner, marking="GREEN")
    text = shown(client)
    assert "Mine" in text
    assert "1 person can read this." in text
    assert "Who read it lately" not in text
    MemberFactory()
    assert "2 people can read this." in shown(client)


def test_it_says_who_read_what_is_restricted(owner, group, client):
    page = make_article("Mine", owner=owner, marking="AMBER", shared_with=[f"wagtail-group:{group.pk}"])
    assert "Nobody else has read it yet." in shown(client)
    reader = MemberFactory(first_name="Re", last_name="Ader", organisation=OrganisationFactory(names={"en": "A lab"}))
    Profile.objects.create(user=reader, display_name="Re Ader", visibility={"organisation": "members"})
    reader.groups.add(group)
    client.force_login(reader)
    assert client.get(page.url).status_code == 200
    assert client.get(translate(page, "fr").url).status_code == 200
    client.force_login(owner)
    assert client.get(page.url).status_code == 200
    text = shown(client)
    assert text.count("Re Ader") == 2
    assert "A lab" in text
    reader.delete()
    text = shown(client)
    assert "Re Ader" not in text
    assert text.count("Former member") == 2


@pytest.mark.parametrize(("visible", "name"), [("nobody", "a member"), ("groups", "Shown"), ("members", "Shown")])
def test_readers_are_named_as_their_profile_shows_them(owner, group, client, visible, name):
    page = make_article("Mine", owner=owner, marking="AMBER", shared_with=[f"wagtail-group:{group.pk}"])
    reader = MemberFactory(first_name="Re", last_name="Ader", organisation=OrganisationFactory(names={"en": "A lab"}))
    Profile.objects.create(user=reader, display_name="Shown", visibility={"name": visible})
    reader.groups.add(group)
    unnamed = MemberFactory(first_name="", last_name="", email="secretive@example.org")
    for each in (reader, unnamed):
        record("page.read", actor=each, subject=page, marking="AMBER")
    text = shown(client)
    assert f"<bdi>{name}</bdi>" in text
    assert "<bdi>a member</bdi>" in text
    assert not [word for word in ("Re Ader", "A lab", "secretive") if word in text]


def test_what_they_may_not_read_any_more_is_not_named(owner, client):
    make_article("Zirconium", owner=owner, marking="RED", shared_with=["person:0"])
    assert "Zirconium" not in shown(client)


def test_queries_are_bounded(owner, group, client, django_assert_max_num_queries):
    for number in range(12):
        page = make_article(f"Mine {number}", owner=owner, marking="AMBER", shared_with=[f"wagtail-group:{group.pk}"])
        record("page.read", actor=MemberFactory(), subject=page, marking="AMBER")
    shown(client)
    with django_assert_max_num_queries(25):
        shown(client)
