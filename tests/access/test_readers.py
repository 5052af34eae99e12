"""What it costs to know who reads: the audiences that somebody meets are looked up once and kept."""

from __future__ import annotations

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import AnonymousUser, Group
from django.db import connection
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext
from django.utils.functional import SimpleLazyObject

from access.generation import start_new_generation
from access.models import GROUP, ORGANISATION, PERSON, Audience, Marking, conditions_of_marking
from access.readers import Reader, reader_for, reader_of
from tests.factories import MemberFactory, OrganisationFactory

pytestmark = pytest.mark.django_db
GENERATION = "access_contentgeneration"


@pytest.fixture
def member():
    """A member of many groups, with a second factor, where many things are restricted."""
    person = MemberFactory(organisation=OrganisationFactory())
    Authenticator.objects.create(user=person, type=Authenticator.Type.TOTP, data={})
    for number in range(12):
        group = Group.objects.create(name=f"Group {number}")
        person.groups.add(group)
        for marking, name in (
            (Marking.AMBER, f"{GROUP}{group.pk}"),
            (Marking.AMBER_STRICT, f"{ORGANISATION}{number}"),
            (Marking.RED, f"{PERSON}{number}"),
        ):
            Audience.objects.for_conditions(conditions_of_marking(marking, [name]))
    return type(person).objects.select_related("organisation").get(pk=person.pk)


def asked(user) -> tuple[Reader, list[str]]:
    """Return the reader that a user is, and the queries this took."""
    with CaptureQueriesContext(connection) as captured:
        reader = reader_for(user)
    return reader, [query["sql"] for query in captured]


def test_the_audience_set_takes_at_most_two_queries_however_many_audiences_and_groups(member):
    start_new_generation()
    reader, queries = asked(member)
    assert len(reader.audience_ids) >= 12
    assert len(queries) <= 2


def test_the_audience_set_takes_no_query_when_it_is_kept_but_for_whether_it_still_holds(member):
    """The generation is asked once a request, by whatever is kept: without it a right would be lost too late."""
    first, _queries = asked(member)
    second, queries = asked(member)
    assert second.audience_ids == first.audience_ids
    assert len(queries) == 1
    assert GENERATION in queries[0]


def test_the_same_holds_for_visitors():
    start_new_generation()
    assert len(asked(AnonymousUser())[1]) <= 2
    _reader, queries = asked(AnonymousUser())
    assert [GENERATION in query for query in queries] == [True]


def test_a_request_asks_once(member):
    request = RequestFactory().get("/en/")
    request.user = SimpleLazyObject(lambda: member)
    with CaptureQueriesContext(connection) as captured:
        readers = {reader_of(request).audience_ids for _ in range(5)}
    assert len(readers) == 1
    assert len(captured) <= 2


def test_what_is_kept_is_asked_for_anew_when_a_right_is_gone(member):
    before, _queries = asked(member)
    member.groups.remove(member.groups.exclude(name="Members").first())
    after, queries = asked(member)
    assert len(after.audience_ids) == len(before.audience_ids) - 1
    assert len(queries) == 2
