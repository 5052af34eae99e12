"""Wagtail's forms for users, with the hub's own fields."""

from __future__ import annotations

from wagtail.users.forms import UserCreationForm, UserEditForm


class HubUserEditForm(UserEditForm):
    """Edit a user in Wagtail's admin."""

    class Meta(UserEditForm.Meta):
        fields = UserEditForm.Meta.fields | {"organisation", "language", "is_member"}


class HubUserCreationForm(UserCreationForm):
    """Add a user in Wagtail's admin."""

    class Meta(UserCreationForm.Meta):
        fields = UserCreationForm.Meta.fields | {"organisation", "language", "is_member"}
