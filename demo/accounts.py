"""The demonstration's accounts: one for each role. Everybody in it is invented."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group
from wagtail.users.models import UserProfile

from members.models import Organisation, User

# Known to everyone who reads this, so `load_demo` refuses to run where DEBUG is off.
PASSWORD = "quiet-harbour-lantern-27"  # noqa: S105 - of the demonstration


@dataclass(frozen=True)
class Account:
    """Somebody who can sign in to the demonstration."""

    role: str
    email: str
    first_name: str
    last_name: str
    language: str = "en"
    groups: tuple[str, ...] = ()
    organisation: str = ""
    is_member: bool = True
    is_superuser: bool = False


NAMED_GROUP = "Working group: transport"

ACCOUNTS = [
    Account("member", "member@example.org", "Amina", "Otieno", organisation="coastal-hotline-centre"),
    Account(
        "member of a named group",
        "group.member@example.org",
        "Julien",
        "Sarr",
        "fr",
        (NAMED_GROUP,),
        "sahel-response-unit",
    ),
    Account("expert", "expert@example.org", "Lucía", "Quispe", "es", ("Experts",), "andes-chemical-council"),
    Account(
        "editor",
        "editor@example.org",
        "Grace",
        "Nakato",
        groups=("Editors",),
        organisation="lakeside-university",
    ),
    Account(
        "translator (English)",
        "translator.en@example.org",
        "Ioana",
        "Munteanu",
        "en",
        ("Translators: English",),
    ),
    Account("translator (Arabic)", "translator.ar@example.org", "هدى", "المصري", "ar", ("Translators: Arabic",)),
    Account(
        "translator (Spanish)",
        "translator.es@example.org",
        "Inés",
        "Paredes",
        "es",
        ("Translators: Spanish",),
    ),
    Account("translator (French)", "translator.fr@example.org", "Awa", "Diallo", "fr", ("Translators: French",)),
    Account(
        "moderator",
        "moderator@example.org",
        "Erik",
        "Lindqvist",
        groups=("Moderators",),
        organisation="nordic-logistics-forum",
    ),
    Account(
        "secretariat",
        "secretariat@example.org",
        "Farida",
        "Rahimi",
        groups=("Secretariat",),
        organisation="nordic-logistics-forum",
    ),
    Account("administrator", "admin@example.org", "Salma", "Haddad", "ar", is_superuser=True),
]


def make_accounts() -> dict[str, User]:
    """Create the accounts that are missing and return all by role. One hash serves all: they share a password."""
    password = make_password(PASSWORD)
    made = {}
    for account in ACCOUNTS:
        user, is_new = User.objects.get_or_create(
            email=account.email,
            defaults={
                "password": password,
                "first_name": account.first_name,
                "last_name": account.last_name,
                "language": account.language,
                "is_member": account.is_member,
                "is_staff": account.is_superuser,
                "is_superuser": account.is_superuser,
                "organisation": Organisation.objects.filter(slug=account.organisation).first(),
            },
        )
        if is_new:
            # Wagtail's admin in English, so that whoever looks around can; each can change it under their account.
            UserProfile.objects.create(user=user, preferred_language="en")
            user.groups.set([Group.objects.get_or_create(name=name)[0] for name in account.groups])
        made[account.role] = user
    return made
