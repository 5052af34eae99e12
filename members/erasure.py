"""Erasing a person: who they are goes, what they gave to the community stays, as a former member's."""

from __future__ import annotations

import secrets

from django.db import transaction
from django.utils import timezone

from access.audit import record
from access.models import PERSON
from access.naming import forget_name
from members.letters import LAST_LETTER, write_letter
from members.models import User
from members.personal_data import erase_personal_data
from members.sponsors import void_requests_of


class LastAdministratorError(Exception):
    """Without this person nobody could run the hub."""


def erase_person(user: User, *, actor: User | None) -> None:
    """Remove all that says who somebody is, and close every way in; their row stays for what refers to it.

    Args:
        user: whom to erase.
        actor: who does it; None at the command line.

    Raises:
        LastAdministratorError: when nobody else may do everything.
    """
    email, language = user.email, user.language
    with transaction.atomic():
        # All administrators, so that the last two do not go at once.
        administrators = User.objects.select_for_update().filter(is_superuser=True, is_active=True)
        remaining = [each.pk for each in administrators if each.pk != user.pk]
        if user.is_superuser and not remaining:
            raise LastAdministratorError
        # As long as it is known what they were asked, so that it passes on.
        void_requests_of(user)
        erase_personal_data(user)
        forget_name(f"{PERSON}{user.pk}")
        user.groups.clear()
        user.user_permissions.clear()
        _empty(user)
        record("member.erased", actor=actor, subject=user)
        write_letter(LAST_LETTER, email, language)


def _empty(user: User) -> None:
    user.first_name = user.last_name = user.language = user.time_zone = ""
    user.email = f"erased-{secrets.token_hex(8)}@invalid"
    user.organisation = user.last_login = None
    user.is_active = user.is_member = user.is_staff = user.is_superuser = False
    user.erased_at = timezone.now()
    user.set_unusable_password()
    user.save()
