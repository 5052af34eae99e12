"""The own marking of a file, which counts where it is stricter than the pages that use it."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from access.clearance import may_name_file
from access.models import Audience, Marking, conditions_of_marking


class MarkedFile(models.Model):
    """Base of images, documents and media: without a marking of its own a file follows the pages that use it."""

    marking = models.CharField(
        _("own marking"),
        max_length=16,
        choices=Marking.choices,
        blank=True,
        help_text=_("Only if the file is more restricted than the pages that use it. Empty: it follows them."),
    )
    shared_with = models.JSONField(
        _("shared with"),
        default=list,
        blank=True,
        help_text=_("The groups, organisations or people that the marking names."),
    )
    audience = models.ForeignKey(
        Audience, null=True, blank=True, editable=False, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        abstract = True

    def __str__(self) -> str:
        """Return the title, but in the admin not to those who are not cleared for the file."""
        return super().__str__() if may_name_file(self) else gettext("Restricted file")

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Keep the audience that follows from the marking, whichever fields are written."""
        conditions = conditions_of_marking(self.marking, self.shared_with)
        self.audience = Audience.objects.for_conditions(conditions) if self.marking else None
        fields = kwargs.get("update_fields")
        if fields is not None and {"marking", "shared_with"} & set(fields):
            kwargs["update_fields"] = {*fields, "audience"}
        super().save(*args, **kwargs)
