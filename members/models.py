"""Users and organisations."""

from __future__ import annotations

import secrets
from typing import Any, ClassVar

from django.conf import settings
from django.contrib.auth.base_user import BaseUserManager
from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey
from modelcluster.models import ClusterableModel
from wagtail.admin.panels import FieldPanel, InlinePanel
from wagtail.search import index

from vocabulary.countries import country_choices, country_name
from vocabulary.models import Concept, Scheme


class Organisation(index.Indexed, ClusterableModel):
    """A body whose people belong to the community; named in each language it is known by."""

    slug = models.SlugField(_("identifier"), max_length=100, unique=True)
    country = models.CharField(_("country"), max_length=2, choices=country_choices, blank=True)
    sector = models.ForeignKey(
        Concept,
        verbose_name=_("sector"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        limit_choices_to={"scheme": Scheme.SECTOR},
    )

    panels = [
        FieldPanel("slug"),
        InlinePanel("names", heading=_("Names"), label=_("Name"), min_num=1),
        FieldPanel("country"),
        FieldPanel("sector"),
    ]
    search_fields = [
        index.SearchField("slug"),
        index.AutocompleteField("slug"),
        index.RelatedFields("names", [index.SearchField("text"), index.AutocompleteField("text")]),
    ]

    class Meta:
        verbose_name = _("organisation")
        verbose_name_plural = _("organisations")
        ordering = ["slug"]

    def __str__(self) -> str:
        return self.name_in(get_language() or settings.LANGUAGE_CODE)

    def name_in(self, language: str) -> str:
        """Return the name in a language, else in English, else any, else the identifier."""
        names = {name.language: name.text for name in self.names.all()}
        return names.get(language) or names.get("en") or next(iter(names.values()), self.slug)

    @property
    def country_name(self) -> str:
        """The country's name in the active language."""
        return country_name(self.country) if self.country else ""


class OrganisationName(models.Model):
    """What an organisation is called in one language."""

    organisation = ParentalKey(Organisation, on_delete=models.CASCADE, related_name="names")
    language = models.CharField(_("language"), max_length=10, choices=settings.LANGUAGES)
    text = models.CharField(_("name"), max_length=200)

    class Meta:
        verbose_name = _("name")
        verbose_name_plural = _("names")
        ordering = ["language"]
        constraints = [models.UniqueConstraint(fields=["organisation", "language"], name="one_name_per_language")]

    def __str__(self) -> str:
        return self.text


class UserManager(BaseUserManager["User"]):
    """Makes users, who are known by their e-mail address."""

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

    @staticmethod
    def current_members() -> models.Q:
        """Return the condition of `is_current_member` for queries of users."""
        return models.Q(is_active=True, is_member=True)

    @property
    def is_current_member(self) -> bool:
        """Whether they are a member right now (no query)."""
        return self.is_active and self.is_member


def new_feed_secret() -> str:
    """Return a secret that nobody guesses (128 bits)."""
    return secrets.token_urlsafe(16)


class FeedKey(models.Model):
    """What opens a member's own feed to a feed reader, which cannot sign in.

    The address of the feed carries the secret with the site's signature, so that a copy of the database opens
    nothing. A new secret makes the old address unknown; without a row there is no feed.
    """

    user = models.OneToOneField(User, on_delete=models.CASCADE, related_name="feed_key")
    secret = models.CharField(max_length=32, unique=True, default=new_feed_secret)
    made_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = _("feed key")
        verbose_name_plural = _("feed keys")

    def __str__(self) -> str:
        return f"{self.user}: {self.made_at:%Y-%m-%d}"
