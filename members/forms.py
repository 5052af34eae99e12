"""Wagtail's forms for users and organisations, with the hub's own fields."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.db import transaction
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms.models import WagtailAdminModelForm
from wagtail.admin.widgets import AdminDateInput
from wagtail.log_actions import get_active_log_context
from wagtail.users.forms import UserCreationForm, UserEditForm

from members.membership import pause, unpause
from members.models import PauseReason, User

OWN_FIELDS = {"organisation", "language", "is_member", "member_until"}


class HubUserEditForm(UserEditForm):
    """Edit a user in Wagtail's admin."""

    is_paused = forms.BooleanField(
        label=_("Membership paused"),
        required=False,
        help_text=_("They can sign in, and read what is public only, until you take the mark away. They are told."),
    )

    class Meta(UserEditForm.Meta):
        fields = UserEditForm.Meta.fields | OWN_FIELDS
        widgets = {**UserEditForm.Meta.widgets, "member_until": AdminDateInput}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["is_paused"].initial = bool(self.instance.paused_at)

    @transaction.atomic
    def save(self, commit: bool = True) -> User:
        """Save, then pause or take up the membership if that was changed."""
        user = cast(User, super().save(commit))
        actor = get_active_log_context().user
        if commit and "is_paused" in self.changed_data:
            if self.cleaned_data["is_paused"]:
                pause(user, PauseReason.SECRETARIAT, actor)
            else:
                unpause(user, actor)
        return user


class HubUserCreationForm(UserCreationForm):
    """Add a user in Wagtail's admin."""

    class Meta(UserCreationForm.Meta):
        fields = UserCreationForm.Meta.fields | OWN_FIELDS
        widgets = {**UserCreationForm.Meta.widgets, "member_until": AdminDateInput}


class OrganisationForm(WagtailAdminModelForm):
    """Edit an organisation: its focal points are among its people."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "focal_points" in self.fields:
            people = User.objects.filter(organisation=self.instance.pk or 0, is_active=True)
            self.fields["focal_points"].queryset = people
