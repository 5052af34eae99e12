"""Taking second factors off an account whose owner lost them."""

from __future__ import annotations

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import translation

from access.audit import record
from members.models import User


def remove_second_factors(user: User, *, actor: User | None) -> int:
    """Remove passkeys, app and recovery codes of an account, end its sessions, and tell its owner.

    Args:
        user: whose they are.
        actor: the administrator; None at the command line.

    Returns:
        How many there were.
    """
    with transaction.atomic():
        count, _models = Authenticator.objects.filter(user=user).delete()
        for session in UserSession.objects.filter(user=user):
            session.end()
        record("second-factor.reset", actor=actor, subject=user)
        transaction.on_commit(lambda: _tell(user), robust=True)
    return count


def _tell(user: User) -> None:
    with translation.override(user.language or settings.LANGUAGE_CODE):
        context = {"site": settings.WAGTAIL_SITE_NAME}
        subject = render_to_string("members/email/second_factor_reset_subject.txt", context).strip()
        message = render_to_string("members/email/second_factor_reset_message.txt", context)
        EmailMessage(subject, message, to=[user.email]).send()
