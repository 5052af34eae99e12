"""Taking second factors off an account whose owner lost them."""

from __future__ import annotations

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.db import transaction

from access.audit import record
from members.letters import write_letter
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
        write_letter("second_factor_reset", user.email, user.language)
    return count
