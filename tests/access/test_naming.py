"""What was shared with a group, an organisation or a person that is deleted."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Group
from django.core import mail
from django.urls import reverse

from access.models import AuditEntry
from access.policy import may_read_page
from access.readers import reader_for
from knowledge.models import Article
from members.models import User
from tests.factories import MemberFactory, OrganisationFactory, UserFactory, make_article, make_image, translate

pytestmark = pytest.mark.django_db


def reads(user, page) -> bool:
    return may_read_page(page, reader_for(User.objects.get(pk=user.pk)))


@pytest.fixture
def moderator(tree):
    user = UserFactory(language="fr")
    user.groups.add(Group.objects.get(name="Moderators"))
    return user


@pytest.fixture
def named(db):
    """A group, an organisation and a person, each with the one member who is in it."""
    group = Group.objects.create(name="Port security")
    organisation = OrganisationFactory()
    person = MemberFactory(organisation=organisation)
    person.groups.add(group)
    return {"AMBER": group, "AMBER+STRICT": organisation, "RED": MemberFactory()}


KINDS = {"AMBER": "wagtail-group", "AMBER+STRICT": "organisation", "RED": "person"}


@pytest.mark.parametrize("marking", KINDS)
def test_what_it_was_shared_with_alone_is_for_editors_only(
    moderator, named, marking, client, django_capture_on_commit_callbacks
):
    page = make_article("Secret plans", marking=marking, shared_with=[f"{KINDS[marking]}:{named[marking].pk}"])
    with django_capture_on_commit_callbacks(execute=True):
        named[marking].delete()
    assert not any(reads(user, page) for user in User.objects.all())
    client.force_login(moderator)
    edit = reverse("wagtailadmin_pages:edit", args=[page.pk])
    assert client.get(edit).status_code == 200
    message = next(each for each in mail.outbox if each.to == [moderator.email])
    assert edit in message.body
    assert "Secret plans" not in message.body + message.subject
    assert AuditEntry.objects.filter(action="page.lost-readers", subject_key=str(page.pk)).exists()


def test_those_named_besides_go_on_reading(moderator, named, django_capture_on_commit_callbacks):
    other = Group.objects.create(name="Other")
    member = MemberFactory()
    member.groups.add(other)
    page = make_article(
        "A", marking="AMBER", shared_with=[f"wagtail-group:{each.pk}" for each in (named["AMBER"], other)]
    )
    with django_capture_on_commit_callbacks(execute=True):
        named["AMBER"].delete()
    assert reads(member, page)
    assert not mail.outbox


def test_translations_and_files_follow(moderator, named):
    fact = f"wagtail-group:{named['AMBER'].pk}"
    reader = MemberFactory()
    reader.groups.add(named["AMBER"])
    page = make_article("A", marking="AMBER", shared_with=[fact])
    translated = translate(page, "fr")
    image = make_image(marking="AMBER", shared_with=[fact])
    assert reads(reader, translated)
    named["AMBER"].delete()
    assert not reads(reader, translated)
    assert Article.objects.get(pk=translated.pk).shared_with == []
    image.refresh_from_db()
    assert image.shared_with == []


def test_a_key_is_never_given_again(moderator, named):
    fact = named["AMBER"].pk
    page = make_article("A", marking="AMBER", shared_with=[f"wagtail-group:{fact}"])
    named["AMBER"].delete()
    newcomer = MemberFactory()
    newcomer.groups.add(Group.objects.create(name="New"))
    assert not reads(newcomer, page)
