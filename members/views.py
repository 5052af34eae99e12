"""A member's own page, and Wagtail's views for users with the hub's forms."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from wagtail.users.views.users import UserViewSet

from members.forms import HubUserCreationForm, HubUserEditForm


class HubUserViewSet(UserViewSet):
    """Adds membership, organisation and language to Wagtail's user forms (permission: Wagtail's)."""

    def get_form_class(self, for_update: bool = False):
        """Return the form for editing or for adding."""
        return HubUserEditForm if for_update else HubUserCreationForm


@never_cache
@login_required
@require_safe
def account(request: HttpRequest) -> HttpResponse:
    """Show somebody's own account (signed-in users only)."""
    return render(request, "members/account.html")
