"""Accounts that membership gives: made without a password, which their owner sets by a link."""

from __future__ import annotations

import datetime
from collections.abc import Iterable

from allauth.account import app_settings
from allauth.account.models import EmailAddress
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.contrib.auth.models import Group
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext

from members.models import Organisation, User
from members.models.invitations import groups_without_rights


class NotPossible(Exception):
    """What somebody wanted to do cannot be done; the text says why, to them."""


def account_with(email: str) -> User | None:
    """Return whose account an address belongs to: as its own, or as another that was confirmed."""
    user = User.objects.filter(email__iexact=email).first()
    if user is None:
        confirmed = EmailAddress.objects.filter(email__iexact=email, verified=True).select_related("user").first()
        user = confirmed.user if confirmed else None
    return user


def make_member(
    *,
    email: str,
    first_name: str,
    last_name: str,
    language: str,
    organisation: Organisation | None,
    groups: Iterable[Group],
    member_until: datetime.date | None = None,
) -> User:
    """Make somebody a member, who has proven that the address is theirs (in a transaction).

    An account that is there already becomes a member's again: it keeps its name and language, and its organisation
    unless another one is given; any pause is lifted, and the yearly question is a year away. Groups with permissions
    are left out: roles are given by those who administer them.

    Raises:
        NotPossible: when the account was closed.
    """
    user = account_with(email)
    if user is None:
        user = User.objects.create_user(email, first_name=first_name, last_name=last_name, language=language)
        EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    elif not user.is_active:
        raise NotPossible(gettext("There is an account with this address, and it was closed. Open it first."))
    user.is_member = True
    user.organisation = organisation or user.organisation
    user.member_until = member_until
    user.paused_at, user.pause_reason = None, ""
    user.confirmed_at, user.times_asked, user.asked_at = timezone.now(), 0, None
    user.save(
        update_fields=[
            *("is_member", "organisation", "member_until", "paused_at", "pause_reason"),
            *("confirmed_at", "times_asked", "asked_at"),
        ]
    )
    user.groups.add(*groups_without_rights().filter(pk__in=[group.pk for group in groups]))
    return user


def password_address(user: User, language: str) -> str:
    """Return where somebody sets a password, once and for some days (allauth's link to a new password)."""
    key = app_settings.PASSWORD_RESET_TOKEN_GENERATOR().make_token(user)
    with translation.override(language):
        path = reverse("account_reset_password_from_key", kwargs={"uidb36": user_pk_to_url_str(user), "key": key})
    return settings.BASE_URL + path


def password_days() -> int:
    """Return for how many days such a link works."""
    return settings.PASSWORD_RESET_TIMEOUT // 86_400
