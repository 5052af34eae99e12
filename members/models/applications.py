"""Applications for membership, and what was done with each."""

from __future__ import annotations

import datetime

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from members.links import new_secret
from members.models.organisations import Organisation
from members.models.users import User
from vocabulary.countries import country_choices, country_name
from vocabulary.models import Concept, Scheme

# What was never confirmed is forgotten after this long; until then the link in the e-mail works.
UNVERIFIED_FOR = datetime.timedelta(days=7)
# What was declined or withdrawn is forgotten after this long.
REFUSED_FOR = datetime.timedelta(days=365)


class Application(models.Model):
    """Somebody's wish to become a member.

    `secret` opens its status page to whoever has the address from an e-mail, `confirmation_secret` proves once that
    the e-mail address is theirs (see `members.links`).
    """

    class State(models.TextChoices):
        """Where it stands."""

        UNVERIFIED = "unverified", _("E-mail address not confirmed")
        RECEIVED = "received", _("Received")
        IN_REVIEW = "in_review", _("In review")
        QUESTION = "question", _("Question asked")
        APPROVED = "approved", _("Approved")
        DECLINED = "declined", _("Declined")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    OPEN = (State.RECEIVED, State.IN_REVIEW, State.QUESTION)

    state = models.CharField(_("state"), max_length=16, choices=State.choices, default=State.UNVERIFIED)
    first_name = models.CharField(_("first name"), max_length=150)
    last_name = models.CharField(_("last name"), max_length=150, blank=True)
    email = models.EmailField(_("e-mail address"))
    language = models.CharField(_("language"), max_length=10, choices=settings.LANGUAGES)
    organisation_name = models.CharField(_("organisation"), max_length=200)
    organisation = models.ForeignKey(
        Organisation,
        verbose_name=_("organisation in the hub"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="applications",
    )
    sector = models.ForeignKey(
        Concept,
        verbose_name=_("sector"),
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
        limit_choices_to={"scheme": Scheme.SECTOR},
    )
    country = models.CharField(_("country"), max_length=2, choices=country_choices)
    why = models.TextField(_("why they want to join"), max_length=2000)
    sponsor_email = models.EmailField(_("e-mail address of a sponsor"), blank=True)
    consented_at = models.DateTimeField(_("consented"), default=timezone.now)
    created_at = models.DateTimeField(_("sent"), default=timezone.now)
    received_at = models.DateTimeField(_("received"), null=True, blank=True)
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)
    assignee = models.ForeignKey(
        User, verbose_name=_("assigned to"), null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    member = models.ForeignKey(
        User, verbose_name=_("account"), null=True, blank=True, on_delete=models.SET_NULL, related_name="applications"
    )
    secret = models.CharField(max_length=40, unique=True, default=new_secret, editable=False)
    confirmation_secret = models.CharField(max_length=40, unique=True, null=True, default=new_secret, editable=False)

    class Meta:
        verbose_name = _("application")
        verbose_name_plural = _("applications")
        ordering = ["received_at", "pk"]
        default_permissions = ()
        permissions = [("vet_application", _("Can vet applications"))]
        constraints = [
            models.UniqueConstraint(
                Lower("email"),
                condition=Q(state__in=["received", "in_review", "question"]),
                name="one_open_application_per_email",
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """First and last name."""
        return f"{self.first_name} {self.last_name}".strip()

    @property
    def is_open(self) -> bool:
        """Whether it waits for the secretariat or for an answer."""
        return self.state in self.OPEN

    @property
    def can_be_confirmed(self) -> bool:
        """Whether the link that proves the e-mail address still works."""
        return self.state == self.State.UNVERIFIED and timezone.now() < self.created_at + UNVERIFIED_FOR

    @property
    def country_name(self) -> str:
        """The country's name in the active language."""
        return country_name(self.country)


class ApplicationStep(models.Model):
    """One thing that was done with an application; appended only."""

    class Action(models.TextChoices):
        """What was done."""

        SUBMITTED = "submitted", _("Sent")
        CONFIRMED = "confirmed", _("E-mail address confirmed")
        ASSIGNED = "assigned", _("Assigned")
        ASKED = "asked", _("Question")
        ANSWERED = "answered", _("Answer")
        NOTED = "noted", _("Note")
        APPROVED = "approved", _("Approved")
        DECLINED = "declined", _("Declined")
        WITHDRAWN = "withdrawn", _("Withdrawn")
        SPONSOR_ASKED = "sponsor_asked", _("Sponsor asked")
        ATTESTED = "attested", _("Sponsor vouches")
        NOT_ATTESTED = "not_attested", _("Sponsor does not vouch")
        SPONSOR_LEFT = "sponsor_left", _("Sponsor has left; the request is void")

    #: What the applicant sees on the status page.
    SHOWN = (
        Action.SUBMITTED,
        Action.CONFIRMED,
        Action.ASKED,
        Action.ANSWERED,
        Action.APPROVED,
        Action.DECLINED,
        Action.WITHDRAWN,
    )

    #: Their text is the key of a person, so that no name stays when they go.
    NAMING = (Action.ASSIGNED, Action.SPONSOR_ASKED, Action.SPONSOR_LEFT)

    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="steps")
    at = models.DateTimeField(_("time"), default=timezone.now)
    actor = models.ForeignKey(User, verbose_name=_("person"), null=True, on_delete=models.SET_NULL, related_name="+")
    action = models.CharField(_("step"), max_length=16, choices=Action.choices)
    text = models.TextField(_("text"), blank=True)

    class Meta:
        verbose_name = _("step of an application")
        verbose_name_plural = _("steps of applications")
        ordering = ["at", "pk"]
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d} {self.get_action_display()}"

    @property
    def text_in_words(self) -> str:
        """The text; of a step that names somebody, their name now."""
        if self.action not in self.NAMING or not self.text.isdecimal():
            return self.text
        return str(User.objects.filter(pk=int(self.text)).first() or "")
