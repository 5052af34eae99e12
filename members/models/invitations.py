"""Invitations to become a member."""

from __future__ import annotations

import datetime

from django.conf import settings
from django.contrib.auth.models import Group
from django.db import models
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail.models import AbstractGroupApprovalTask

from members.links import new_secret
from members.models.organisations import Organisation
from members.models.users import User

# The role of everybody who was vetted; the hub keeps it in step with their accounts.
MEMBERS = "Members"
VALID_FOR = datetime.timedelta(days=14)


def invitation_end() -> datetime.datetime:
    """Return until when a link that is sent now can be used."""
    return timezone.now() + VALID_FOR


def groups_without_rights() -> QuerySet[Group]:
    """Return the groups that name some people: without permissions of any kind, as roles have, nor all members."""
    rights = (
        Q(permissions__isnull=True)
        & Q(page_permissions__isnull=True)
        & Q(collection_permissions__isnull=True)
        & Q(site_permissions__isnull=True)
    )
    # Whoever is in a group that approves, reviews: tasks of any kind, those of apps above too.
    for relation in Group._meta.related_objects:
        if issubclass(relation.related_model, AbstractGroupApprovalTask):
            rights &= Q(**{f"{relation.name}__isnull": True})
    return Group.objects.filter(rights).exclude(name=MEMBERS).order_by("name")


class Invitation(models.Model):
    """A way in for somebody whom the secretariat knows: whoever uses its link once is a member."""

    email = models.EmailField(_("e-mail address"))
    language = models.CharField(_("language"), max_length=10, choices=settings.LANGUAGES, default="en")
    organisation = models.ForeignKey(
        Organisation,
        verbose_name=_("organisation"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="invitations",
    )
    groups = models.ManyToManyField(
        Group,
        verbose_name=_("groups"),
        blank=True,
        related_name="invitations",
        help_text=_("Groups that name people. Roles, which have permissions, are not given by invitation."),
    )
    note = models.CharField(
        _("note"), max_length=500, blank=True, help_text=_("Shown in the e-mail. Please write nothing restricted.")
    )
    invited_by = models.ForeignKey(
        User, verbose_name=_("invited by"), null=True, on_delete=models.SET_NULL, related_name="invitations_made"
    )
    made_at = models.DateTimeField(_("made"), default=timezone.now, editable=False)
    expires_at = models.DateTimeField(_("valid until"), default=invitation_end, editable=False)
    used_at = models.DateTimeField(_("used"), null=True, editable=False)
    revoked_at = models.DateTimeField(_("revoked"), null=True, editable=False)
    member = models.ForeignKey(
        User, verbose_name=_("account"), null=True, editable=False, on_delete=models.SET_NULL, related_name="+"
    )
    secret = models.CharField(max_length=40, unique=True, default=new_secret, editable=False)

    class Meta:
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        ordering = ["-made_at", "-pk"]
        default_permissions = ()
        permissions = [("invite", _("Can invite members"))]

    def __str__(self) -> str:
        return self.email

    @property
    def can_be_used(self) -> bool:
        """Whether its link still opens the door."""
        return not self.used_at and not self.revoked_at and timezone.now() < self.expires_at

    @property
    def state_in_words(self) -> str:
        """Where it stands, in the active language."""
        if self.used_at:
            return str(_("Used"))
        if self.revoked_at:
            return str(_("Revoked"))
        return str(_("Waiting") if self.can_be_used else _("Expired"))
