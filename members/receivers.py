"""Keeps the addresses that open an account to the one the secretariat gave it."""

from __future__ import annotations

from typing import Any

from allauth.account.models import EmailAddress
from django.db.models.signals import post_save, pre_save
from django.dispatch import receiver
from wagtail.users.models import UserProfile

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


@receiver(pre_save, sender=UserProfile, dispatch_uid="members.take_over_language")
def take_over_language(instance: UserProfile, raw: bool = False, **kwargs: Any) -> None:
    """Wagtail writes its e-mails in the language of a profile of its own, which begins with the person's."""
    if not raw and instance._state.adding and not instance.preferred_language:
        instance.preferred_language = instance.user.language
