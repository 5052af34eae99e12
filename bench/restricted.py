"""What a hub with much that is restricted has: five hundred audiences, and five thousand members who meet some.

Written into the tables directly, as in `bench.corpus`, and as the doors would have left it.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from allauth.mfa.models import Authenticator
from django.contrib.auth.models import Group
from django.db import connection, transaction

from access.audiences import refresh_audiences
from access.generation import start_new_generation
from access.models import GROUP, ORGANISATION, PERSON, Audience, Marking, PageAccess, conditions_of_marking
from bench.corpus import SEED
from knowledge.models import KnowledgePage
from members.models import Organisation, User
from search.index import push_pending, record_rights

MEMBERS, GROUPS, ORGANISATIONS = 5_000, 100, 100
AUDIENCES = {Marking.AMBER: 250, Marking.AMBER_STRICT: 124, Marking.RED: 124}
# Of the pieces of knowledge; the others stay for everyone or for members.
SHARE = 0.25
GROUPS_OF_A_MEMBER = 3


@dataclass(frozen=True)
class People:
    """Two members whose requests are measured.

    Attributes:
        member: of a few groups, like most.
        named_in_all: belongs to every group, and is named by all that is restricted: the longest list of audiences.
    """

    member: User
    named_in_all: User


def _in_bulk(users: list[User], group_keys: list[int], chance: random.Random) -> None:
    """Write users, each with a few groups and a second factor, without which they would read nothing restricted."""
    User.objects.bulk_create(users, batch_size=1_000)
    through = User.groups.through
    through.objects.bulk_create(
        (
            through(user_id=user.pk, group_id=key)
            for user in users
            for key in chance.sample(group_keys, GROUPS_OF_A_MEMBER)
        ),
        batch_size=5_000,
    )
    Authenticator.objects.bulk_create(
        (Authenticator(user=user, type=Authenticator.Type.TOTP, data={}) for user in users), batch_size=1_000
    )


def write_people(chance: random.Random) -> People:
    """Write groups, organisations and members; return the two who are measured."""
    groups = Group.objects.bulk_create(Group(name=f"Working group {number}") for number in range(GROUPS))
    Organisation.objects.bulk_create(Organisation(slug=f"organisation-{number}") for number in range(ORGANISATIONS))
    organisation_keys = list(Organisation.objects.values_list("pk", flat=True))
    users = [
        User(
            email=f"member-{number}@example.org",
            password="!",  # noqa: S106 - one that nobody has
            is_member=True,
            organisation_id=chance.choice(organisation_keys),
        )
        for number in range(MEMBERS)
    ]
    _in_bulk(users, [group.pk for group in groups], chance)
    member, named_in_all = users[:2]
    named_in_all.groups.set(groups)
    return People(member, named_in_all)


def _names(person: User, chance: random.Random) -> Iterator[tuple[Marking, list[str]]]:
    """Yield markings with those they name, no two alike, and the person named by each."""
    groups = list(person.groups.values_list("pk", flat=True))
    organisations = list(Organisation.objects.exclude(pk=person.organisation_id).values_list("pk", flat=True))
    people = list(User.objects.filter(email__startswith="member-").exclude(pk=person.pk).values_list("pk", flat=True))
    own: dict[Marking, list[Any]] = {
        Marking.AMBER: [],
        Marking.AMBER_STRICT: [person.organisation_id],
        Marking.RED: [person.pk],
    }
    others = {
        Marking.AMBER: (GROUP, groups, (1, 2)),
        Marking.AMBER_STRICT: (ORGANISATION, organisations, (1, 2)),
        Marking.RED: (PERSON, people, (2, 6)),
    }
    for marking, number in AUDIENCES.items():
        begin, keys, counts = others[marking]
        seen: set[frozenset[Any]] = set()
        while len(seen) < number:
            named = frozenset([*own[marking], *chance.sample(keys, chance.randint(*counts))])
            if named not in seen:
                seen.add(named)
                yield marking, sorted(f"{begin}{key}" for key in named)


def write_restrictions(person: User, chance: random.Random) -> int:
    """Restrict a part of the pieces, in all their languages; return how many pages that are."""
    names = list(_names(person, chance))
    keys = sorted(set(KnowledgePage.objects.filter(live=True).values_list("translation_key", flat=True)))
    chosen = chance.sample(keys, int(len(keys) * SHARE))
    written = 0
    for number, (marking, shared_with) in enumerate(names):
        pages = KnowledgePage.objects.filter(translation_key__in=chosen[number :: len(names)])
        page_ids = list(pages.values_list("pk", flat=True))
        live: dict[str, Any] = {"marking": marking.value, "shared_with": shared_with}
        KnowledgePage.objects.filter(pk__in=page_ids).update(**live)
        audience = Audience.objects.for_conditions(conditions_of_marking(marking, shared_with))
        PageAccess.objects.filter(page__in=page_ids).update(**live, label=marking.value, audience=audience)
        written += len(page_ids)
        record_rights(page_ids)
    if refresh_audiences(page_ids):
        raise RuntimeError("The restrictions were not written as the hub would have done it.")
    return written


def write_restricted() -> People:
    """Write people and restrictions, tell Elasticsearch, and return the two who are measured."""
    chance = random.Random(SEED + 2)  # noqa: S311 - the same every time
    with transaction.atomic():
        people = write_people(chance)
        write_restrictions(people.named_in_all, chance)
        start_new_generation()
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    push_pending()
    return people
