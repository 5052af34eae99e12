"""Keeps the addresses that open an account to the one the secretariat gave it, and members in their group."""

from __future__ import annotations

from typing import Any

from allauth.account.models import EmailAddress
from django.contrib.auth.models import Group
from django.db.models.signals import m2m_changed, post_save, pre_save
from django.dispatch import receiver
from wagtail.users.models import UserProfile

from members.models import User
from members.roles import MEMBERS, keep_in_members_group


@receiver(post_save, sender=User, dispatch_uid="members.forget_former_address")
def forget_former_address(instance: User, raw: bool = False, update_fields: Any = None, **kwargs: Any) -> None:
    """An address that an administrator replaced no longer signs in, nor gets links to a new password.

    What its owner does on their own page writes the address alone (`update_fields`), and allauth's records first.
    """
    if raw or update_fields is not None:
        return
    former = EmailAddress.objects.filter(user=instance, primary=True).exclude(email__iexact=instance.email)
    former.delete()


@receiver(post_save, sender=User, dispatch_uid="members.follow_membership")
def follow_membership(instance: User, raw: bool = False, update_fields: Any = None, **kwargs: Any) -> None:
    """Put a new member into the group of members, and take out who is none any more."""
    if not raw and (update_fields is None or "is_member" in update_fields):
        keep_in_members_group(instance)


@receiver(m2m_changed, sender=User.groups.through, dispatch_uid="members.keep_members_group")
def keep_members_group(instance: Any, action: str, reverse: bool, pk_set: Any, **kwargs: Any) -> None:
    """Undo what was done to that group by hand: the account says who is a member."""
    if action not in {"post_add", "post_remove", "post_clear"}:
        return
    if not reverse:
        keep_in_members_group(instance)
    elif isinstance(instance, Group) and instance.name == MEMBERS:
        touched = User.objects.filter(pk__in=pk_set) if pk_set is not None else User.objects.filter(is_member=True)
        for user in touched:
            keep_in_members_group(user)


@receiver(pre_save, sender=UserProfile, dispatch_uid="members.take_over_language")
def take_over_language(instance: UserProfile, raw: bool = False, **kwargs: Any) -> None:
    """Wagtail writes its e-mails in the language of a profile of its own, which begins with the person's."""
    if not raw and instance._state.adding and not instance.preferred_language:
        instance.preferred_language = instance.user.language
