"""One's own membership: what the hub knows, whether it is still right, and why it is paused."""

from __future__ import annotations

from typing import cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from members.membership import confirm
from members.models import PauseReason, User


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def confirm_membership(request: HttpRequest) -> HttpResponse:
    """Show what the hub knows of somebody, and take their word that it is right (signed-in people: their own).

    That lifts a pause for want of an answer at once. One by the secretariat stays, and so does an end.
    """
    user = cast(User, request.user)
    can_confirm = user.is_member and not user.has_ended and user.pause_reason != PauseReason.SECRETARIAT
    if request.method == "POST":
        if can_confirm:
            confirm(user)
            messages.success(request, gettext("Thank you. Your membership goes on."))
            return redirect("account")
        messages.error(request, gettext("Please write to the secretariat: only they can open this membership again."))
        return redirect("confirm_membership")
    context = {"can_confirm": can_confirm, "groups": user.groups.order_by("name")}
    return render(request, "members/confirm_membership.html", context)
