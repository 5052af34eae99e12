"""Keeps the addresses that open an account to the one the secretariat gave it, and writes down how it changes."""

from __future__ import annotations

from typing import Any

from allauth.account.models import EmailAddress
from allauth.account.signals import email_changed, password_changed, password_reset, password_set
from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authenticator_added, authenticator_removed
from django.db.models.signals import post_save
from django.dispatch import receiver

from access.audit import record
from members.models import User


@receiver(post_save, sender=User, dispatch_uid="members.forget_former_address")
def forget_former_address(instance: User, raw: bool = False, update_fields: Any = None, **kwargs: Any) -> None:
    """An address that an administrator replaced no longer signs in, nor gets links to a new password.

    What its owner does on their own page writes the address alone (`update_fields`), and allauth's records first.
    """
    if raw or update_fields is not None:
        return
    former = EmailAddress.objects.filter(user=instance, primary=True).exclude(email__iexact=instance.email)
    former.delete()


@receiver(authenticator_added, dispatch_uid="members.record_added_factor")
def record_added_factor(user: User, authenticator: Authenticator, **kwargs: Any) -> None:
    """Write down that somebody set up a second factor."""
    record("second-factor.added", actor=user, subject=user, details={"type": authenticator.type})


@receiver(authenticator_removed, dispatch_uid="members.record_removed_factor")
def record_removed_factor(user: User, authenticator: Authenticator, **kwargs: Any) -> None:
    """Write down that somebody gave one up."""
    record("second-factor.removed", actor=user, subject=user, details={"type": authenticator.type})


@receiver([password_changed, password_set, password_reset], dispatch_uid="members.record_new_password")
def record_new_password(user: User, **kwargs: Any) -> None:
    """Write down that an account has a new password."""
    record("password.changed", actor=user, subject=user)


@receiver(email_changed, dispatch_uid="members.record_new_address")
def record_new_address(user: User, **kwargs: Any) -> None:
    """Write down that an account has another address; not which."""
    record("address.changed", actor=user, subject=user)
