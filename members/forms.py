"""Wagtail's forms for users, with the hub's own fields."""

from __future__ import annotations

from typing import Any

from wagtail.users.forms import UserCreationForm, UserEditForm

from members.models import User
from members.roles import assignable_groups

# What nobody decides about themselves, administrators with the keys to everything aside.
DECIDED_BY_OTHERS = ("groups", "is_active", "is_member", "organisation")


class LimitedRightsMixin:
    """Leaves out of a form for accounts what would give more rights than the one who fills it in has.

    What is not in the form is not read from what is sent.
    """

    def __init__(self, *args: Any, actor: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields = self.fields  # type: ignore[attr-defined]
        fields["groups"].queryset = assignable_groups(actor)
        if actor.is_superuser:
            return
        fields.pop("is_superuser", None)  # Wagtail has left it out of one's own account.
        if self.instance.pk == actor.pk:  # type: ignore[attr-defined]
            for name in set(DECIDED_BY_OTHERS) & set(fields):
                del fields[name]


class HubUserEditForm(LimitedRightsMixin, UserEditForm):
    """Edit a user in Wagtail's admin."""

    class Meta(UserEditForm.Meta):
        fields = UserEditForm.Meta.fields | {"organisation", "language", "is_member"}


class HubUserCreationForm(LimitedRightsMixin, UserCreationForm):
    """Add a user in Wagtail's admin."""

    class Meta(UserCreationForm.Meta):
        fields = UserCreationForm.Meta.fields | {"organisation", "language", "is_member"}
