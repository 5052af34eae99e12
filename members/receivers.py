"""Keeps the addresses that open an account to the one the secretariat gave it."""

from __future__ import annotations

from typing import Any

from allauth.account.models import EmailAddress
from django.db.models.signals import post_save
from django.dispatch import receiver

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
