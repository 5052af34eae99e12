"""Who asks: every kind of reader that the hub tells apart."""

from __future__ import annotations

from dataclasses import dataclass, field

from allauth.mfa.models import Authenticator
from django.contrib.auth.models import Group

from members.models import Organisation, User
from tests.factories import MemberFactory, OrganisationFactory, UserFactory

NAMED_GROUP = "Experts"
NAMED_ORGANISATION = "cove-inspectorate"


@dataclass(frozen=True)
class Kind:
    """What is true of a kind of reader.

    Attributes:
        groups: names of their groups; of roles in the admin as of those that a marking names.
        fields: further fields of the user.
    """

    is_member: bool = False
    groups: tuple[str, ...] = ()
    is_in_organisation: bool = False
    has_second_factor: bool = True
    fields: dict[str, object] = field(default_factory=dict)


KINDS: dict[str, Kind | None] = {
    "visitor": None,
    "account": Kind(),
    "member": Kind(is_member=True),
    "group member": Kind(is_member=True, groups=(NAMED_GROUP,)),
    "organisation member": Kind(is_member=True, is_in_organisation=True),
    "named person": Kind(is_member=True),
    "former member": Kind(groups=(NAMED_GROUP,), is_in_organisation=True),
    "member without second factor": Kind(
        is_member=True, groups=(NAMED_GROUP,), is_in_organisation=True, has_second_factor=False
    ),
    "editor": Kind(groups=("Editors",)),
    "cleared editor": Kind(is_member=True, groups=("Editors", NAMED_GROUP)),
    "translator": Kind(groups=("Translators: Arabic",)),
    "moderator": Kind(groups=("Moderators",)),
    "administrator": Kind(is_member=True, fields={"is_superuser": True}),
}
READERS = tuple(KINDS)
SIGNED_IN = set(READERS) - {"visitor"}
MEMBERS = {name for name, kind in KINDS.items() if kind and kind.is_member}
# Whoever may read what names the group, the organisation, the person; all of them have a second factor.
OF_GROUP = {"group member", "cleared editor"}
OF_ORGANISATION = {"organisation member"}
NAMED = {"named person"}
# Wagtail's privacy setting asks for the group alone; a section's or a page's marking asks for more.
IN_GROUP = {*OF_GROUP, "administrator"}
EDITING = {"editor", "cleared editor", "translator", "moderator", "administrator"}


def user_called(who: str) -> User | None:
    """Return the user of a kind of reader, always the same one; nobody for a visitor."""
    kind = KINDS[who]
    if kind is None:
        return None
    email = f"{who.replace(' ', '.')}@matrix.example.org"
    user = User.objects.filter(email=email).first()
    if user is not None:
        return user
    factory = MemberFactory if kind.is_member else UserFactory
    organisation = named_organisation() if kind.is_in_organisation else None
    user = factory(email=email, organisation=organisation, **kind.fields)
    user.groups.set([Group.objects.get_or_create(name=name)[0] for name in kind.groups])
    if kind.has_second_factor:
        Authenticator.objects.create(user=user, type=Authenticator.Type.TOTP, data={})
    return user


def named_organisation() -> Organisation:
    """Return the organisation that markings name."""
    found = Organisation.objects.filter(slug=NAMED_ORGANISATION).first()
    return found or OrganisationFactory(slug=NAMED_ORGANISATION)


def group_fact() -> str:
    """Return the fact that names the group."""
    return f"wagtail-group:{Group.objects.get_or_create(name=NAMED_GROUP)[0].pk}"


def organisation_fact() -> str:
    """Return the fact that names the organisation."""
    return f"organisation:{named_organisation().pk}"


def person_fact() -> str:
    """Return the fact that names the person."""
    return f"person:{user_called('named person').pk}"


def sign_in(client, who: str) -> User | None:
    """Sign in as a kind of reader, whoever was before."""
    client.logout()
    user = user_called(who)
    if user is not None:
        client.force_login(user)
    return user
