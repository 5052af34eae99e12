"""Erasing a person: who they are goes, what they gave to the community stays, as a former member's."""

from __future__ import annotations

import secrets

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import timezone, translation

from access.audit import record
from members.models import User
from members.personal_data import erase_personal_data


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
    email, language = user.email, user.language or settings.LANGUAGE_CODE
    with transaction.atomic():
        # All administrators, so that the last two do not go at once.
        administrators = User.objects.select_for_update().filter(is_superuser=True, is_active=True)
        remaining = [each.pk for each in administrators if each.pk != user.pk]
        if user.is_superuser and not remaining:
            raise LastAdministratorError
        erase_personal_data(user)
        user.groups.clear()
        user.user_permissions.clear()
        _empty(user)
        record("member.erased", actor=actor, subject=user)
        # A mail server that is away keeps nobody's data here.
        transaction.on_commit(lambda: _tell(email, language), robust=True)


def _empty(user: User) -> None:
    user.first_name = user.last_name = user.language = user.time_zone = ""
    user.email = f"erased-{secrets.token_hex(8)}@invalid"
    user.organisation = user.last_login = None
    user.is_active = user.is_member = user.is_staff = user.is_superuser = False
    user.erased_at = timezone.now()
    user.set_unusable_password()
    user.save()


def _tell(email: str, language: str) -> None:
    with translation.override(language):
        context = {"site": settings.WAGTAIL_SITE_NAME}
        subject = render_to_string("members/email/erased_subject.txt", context).strip()
        message = render_to_string("members/email/erased_message.txt", context)
        EmailMessage(subject, message, to=[email]).send()
