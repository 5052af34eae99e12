"""Who a marking lets read, in numbers and in names: what editors are told before they publish."""

from __future__ import annotations

from dataclasses import dataclass

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth.models import Group
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from access.models import (
    AUTHENTICATED,
    EVERYONE,
    GROUP,
    MEMBER,
    ORGANISATION,
    PERSON,
    SECOND_FACTOR,
    SUPERUSER,
    Conditions,
)
from members.models import User


@dataclass(frozen=True)
class Readership:
    """Who can read a thing now.

    Attributes:
        is_everyone: whether no account is needed; the numbers are 0 then.
        people: how many can.
        groups: how many groups the marking or privacy settings name.
        organisations: how many organisations those people belong to.
    """

    is_everyone: bool
    people: int = 0
    groups: int = 0
    organisations: int = 0

    @property
    def sentence(self) -> str:
        """Who can read it, in plain words, in the active language."""
        if self.is_everyone:
            return _("Everyone can read this, without signing in.")
        if not self.people:
            return _("Nobody but editors can read this.")
        people = ngettext("%(number)d person", "%(number)d people", self.people) % {"number": self.people}
        if not self.organisations:
            return _("%(people)s can read this.") % {"people": people}
        organisations = ngettext("%(number)d organisation", "%(number)d organisations", self.organisations) % {
            "number": self.organisations
        }
        if not self.groups:
            return _("%(people)s of %(organisations)s can read this.") % {
                "people": people,
                "organisations": organisations,
            }
        groups = ngettext("%(number)d group", "%(number)d groups", self.groups) % {"number": self.groups}
        return _("%(people)s in %(groups)s, of %(organisations)s can read this.") % {
            "people": people,
            "groups": groups,
            "organisations": organisations,
        }


def people_meeting(conditions: Conditions) -> QuerySet[User]:
    """Return the active users who meet conditions now: the same rule as `access.readers.facts_about`, as a query."""
    people = User.objects.filter(is_active=True)
    for clause in conditions:
        people = people.filter(_meeting_one_of(clause))
    return people


def _meeting_one_of(clause: frozenset[str]) -> Q:
    met = Q(pk__in=[])
    keys: dict[str, list[int]] = {GROUP: [], ORGANISATION: [], PERSON: []}
    for fact in clause:
        kind = next((kind for kind in keys if fact.startswith(kind)), "")
        if kind:
            keys[kind].append(int(fact.removeprefix(kind)))
        elif fact == AUTHENTICATED:
            met |= ~Q(pk__in=[])
        elif fact == MEMBER:
            met |= Q(pk__in=User.objects.current_members().values("pk"))
        elif fact == SUPERUSER:
            met |= Q(is_superuser=True)
        elif fact == SECOND_FACTOR:
            factors = Authenticator.objects.filter(user=OuterRef("pk")).exclude(type=Authenticator.Type.RECOVERY_CODES)
            met |= Q(Exists(factors)) if settings.SECOND_FACTOR_REQUIRED else ~Q(pk__in=[])
    # What waits for people whose membership is paused or over gives them nothing now.
    lapsed = User.objects.filter(is_member=True).exclude(pk__in=User.objects.current_members().values("pk"))
    # A subquery instead of a join: several clauses ask for groups of their own.
    in_groups = User.groups.through.objects.filter(group_id__in=keys[GROUP]).values("user_id")
    named = Q(pk__in=in_groups) | Q(organisation_id__in=keys[ORGANISATION]) | Q(pk__in=keys[PERSON])
    return met | (named & ~Q(pk__in=lapsed.values("pk")))


def readership_of(conditions: Conditions) -> Readership:
    """Count who meets conditions now (two queries; none for what is for everyone)."""
    if conditions == EVERYONE:
        return Readership(is_everyone=True)
    people = people_meeting(conditions)
    named = {int(fact.removeprefix(GROUP)) for clause in conditions for fact in clause if fact.startswith(GROUP)}
    organisations = people.exclude(organisation=None).values("organisation").distinct()
    return Readership(
        is_everyone=False,
        people=people.count(),
        groups=Group.objects.filter(pk__in=named).count() if named else 0,
        organisations=organisations.order_by().count(),
    )
