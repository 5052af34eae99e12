"""Whether somebody who knows an applicant vouches for them."""

from __future__ import annotations

import datetime

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from members.links import new_secret
from members.models.applications import Application
from members.models.users import User

ANSWER_WITHIN = datetime.timedelta(days=21)


def _answer_by() -> datetime.datetime:
    return timezone.now() + ANSWER_WITHIN


class Attestation(models.Model):
    """A request to a member to vouch for an applicant, and the answer."""

    class State(models.TextChoices):
        """Where it stands."""

        WAITING = "waiting", _("Waiting for an answer")
        ATTESTED = "attested", _("Vouches for the applicant")
        DECLINED = "declined", _("Does not vouch for the applicant")
        VOID = "void", _("Void: the sponsor is not a member any more")

    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="attestations")
    sponsor = models.ForeignKey(
        User, verbose_name=_("sponsor"), null=True, on_delete=models.SET_NULL, related_name="attestations"
    )
    state = models.CharField(_("state"), max_length=16, choices=State.choices, default=State.WAITING)
    comment = models.TextField(_("comment"), max_length=2000, blank=True)
    asked_at = models.DateTimeField(_("asked"), default=timezone.now)
    expires_at = models.DateTimeField(_("answer by"), default=_answer_by)
    answered_at = models.DateTimeField(_("answered"), null=True, blank=True)
    secret = models.CharField(max_length=40, unique=True, default=new_secret, editable=False)

    class Meta:
        verbose_name = _("attestation")
        verbose_name_plural = _("attestations")
        ordering = ["asked_at", "pk"]
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["application", "sponsor"], name="one_attestation_per_sponsor")]

    def __str__(self) -> str:
        return f"{self.sponsor}: {self.get_state_display()}"

    @property
    def can_be_answered(self) -> bool:
        """Whether it waits, in time, for somebody who may answer, about an application that is open."""
        is_waiting = self.state == self.State.WAITING and timezone.now() < self.expires_at
        return bool(is_waiting and self.application.is_open and self.sponsor and self.sponsor.is_current_member)
