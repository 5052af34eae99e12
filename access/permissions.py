"""Views and menu items of Wagtail's admin for those who have one permission."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from wagtail.admin.menu import MenuItem


class PermissionMixin:
    """A view for those with one permission."""

    permission = ""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Refuse everybody else."""
        if not request.user.has_perm(self.permission):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)  # type: ignore[misc]


class PermittedMenuItem(MenuItem):
    """A menu item for those with one permission, given when it is made, or by a subclass where Wagtail makes it."""

    permission = ""

    def __init__(self, *args: Any, permission: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.permission = permission or self.permission

    def is_shown(self, request: HttpRequest) -> bool:
        """Ask for it."""
        return request.user.has_perm(self.permission)
