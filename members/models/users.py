"""Users, and until when they are members."""

from __future__ import annotations

import datetime
import zoneinfo
from typing import Any, ClassVar

from django.conf import settings
from django.contrib.auth.base_user import BaseUserManager
from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models import Q, QuerySet
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from members.models.organisations import Organisation


def utc_today() -> datetime.date:
    """Return today's date as membership counts it: in UTC, wherever the reader is."""
    return timezone.now().astimezone(datetime.UTC).date()


def time_zone_choices() -> list[tuple[str, str]]:
    """Return the names of time zones, by region and city."""
    names = sorted(name for name in zoneinfo.available_timezones() if "/" in name and not name.startswith("Etc/"))
    return [(name, name.replace("_", " ")) for name in ["UTC", *names]]


class PauseReason(models.TextChoices):
    """Why somebody is not a member for the time being."""

    SECRETARIAT = "secretariat", _("Paused by the secretariat")
    UNCONFIRMED = "unconfirmed", _("The yearly question was not answered")


class UserManager(BaseUserManager["User"]):
    """Makes users, who are known by their e-mail address."""

    def current_members(self) -> QuerySet[User]:
        """Return who is a member right now; says in SQL what `User.is_current_member` says of one."""
        open_today = Q(member_until__isnull=True) | Q(member_until__gte=utc_today())
        return self.filter(open_today, is_active=True, is_member=True, paused_at__isnull=True)

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        """Create a user; without a password they must set one by e-mail before they can sign in."""
        if not email:
            raise ValueError("A user needs an e-mail address.")
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> User:
        """Create an administrator who may do everything."""
        return self.create_user(
            email, password, **{"is_staff": True, "is_superuser": True, "is_member": True, **fields}
        )

    def get_by_natural_key(self, email: str | None) -> User:
        """Find a user by e-mail address, whatever its capitals."""
        return self.get(email__iexact=email)


class User(AbstractUser):  # type: ignore[django-manager-missing]  # Images and documents have none for it.
    """Somebody with an account. A vetted one is a member; roles are Wagtail's groups.

    First and last name stay apart because Wagtail's own forms for users ask for both.
    """

    username = None  # type: ignore[assignment]
    email = models.EmailField(_("e-mail address"), unique=True)
    organisation = models.ForeignKey(
        Organisation,
        verbose_name=_("organisation"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="people",
    )
    language = models.CharField(
        _("language"),
        max_length=10,
        choices=settings.LANGUAGES,
        blank=True,
        help_text=_("The language of e-mails to this person."),
    )
    is_member = models.BooleanField(
        _("member"), default=False, help_text=_("Vetted: may read what is marked TLP:GREEN.")
    )
    member_until = models.DateField(
        _("member until"),
        null=True,
        blank=True,
        help_text=_("The last day of the membership, in UTC. Empty: without an end."),
    )
    paused_at = models.DateTimeField(_("paused since"), null=True, blank=True, editable=False)
    pause_reason = models.CharField(
        _("reason of the pause"), max_length=16, choices=PauseReason.choices, blank=True, editable=False
    )
    confirmed_at = models.DateTimeField(
        _("facts confirmed"),
        default=timezone.now,
        editable=False,
        help_text=_("When they last said that what the hub knows of them is right."),
    )
    time_zone = models.CharField(
        _("time zone"),
        max_length=64,
        choices=time_zone_choices,
        blank=True,
        help_text=_("Times on your own pages are shown in it. Without one they are in UTC."),
    )
    erased_at = models.DateTimeField(_("erased"), null=True, blank=True, editable=False)
    # How often the present yearly question was sent, and when last; see `members.membership`.
    times_asked = models.PositiveSmallIntegerField(default=0, editable=False)
    asked_at = models.DateTimeField(null=True, editable=False)
    # For which last day of membership they were told that it comes, and that it came.
    end_announced_for = models.DateField(null=True, editable=False)
    end_told_for = models.DateField(null=True, editable=False)

    objects = UserManager()  # type: ignore[assignment,misc]

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")
        ordering = ["email"]
        constraints = [models.UniqueConstraint(Lower("email"), name="one_account_per_email")]

    def __str__(self) -> str:
        return self.get_full_name() or self.email

    def get_full_name(self) -> str:
        """Return the name; of somebody who was erased, what they were."""
        return gettext("Former member") if self.erased_at else super().get_full_name()

    @property
    def is_current_member(self) -> bool:
        """Whether they are a member right now (no query)."""
        is_open = self.member_until is None or utc_today() <= self.member_until
        return self.is_active and self.is_member and self.paused_at is None and is_open

    @property
    def has_ended(self) -> bool:
        """Whether the last day of their membership is over."""
        return self.member_until is not None and utc_today() > self.member_until

    @property
    def mail_language(self) -> str:
        """The language of e-mails to them."""
        return self.language or settings.LANGUAGE_CODE
