"""E-mails that wait to be sent, so that none is lost while the mail server is away."""

from __future__ import annotations

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Letter(models.Model):
    """One e-mail as it goes out, written in the transaction of what it tells.

    Once it is sent its text is forgotten, because it has links that open something.
    """

    kind = models.CharField(_("kind"), max_length=40)
    to = models.EmailField(_("to"))
    language = models.CharField(_("language"), max_length=10)
    subject = models.CharField(_("subject"), max_length=255)
    body = models.TextField(_("text"), blank=True)
    written_at = models.DateTimeField(_("written"), default=timezone.now)
    #: When a process last began to send it.
    taken_at = models.DateTimeField(null=True)
    attempts = models.PositiveIntegerField(_("attempts"), default=0)
    sent_at = models.DateTimeField(_("sent"), null=True, db_index=True)

    class Meta:
        verbose_name = _("e-mail")
        verbose_name_plural = _("e-mails")
        ordering = ["pk"]
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.kind} ({self.language})"


class LetterText(models.Model):
    """How a text of the e-mails is worded here in a language; empty if as the hub came with it.

    A text that is changed in the templates is another one: how its predecessor was worded is not used any more.
    """

    #: As gettext knows it.
    message = models.CharField(max_length=1_000)
    #: Which of the language's plural forms.
    form = models.PositiveSmallIntegerField(default=0)
    language = models.CharField(_("language"), max_length=10)
    text = models.TextField(_("text"), blank=True)

    class Meta:
        verbose_name = _("text of e-mails")
        verbose_name_plural = _("texts of e-mails")
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["language", "message", "form"], name="one_wording_of_a_text")]

    def __str__(self) -> str:
        return self.message
