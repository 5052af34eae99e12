"""What administrators do with other people's accounts, in Wagtail's admin."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods
from wagtail.admin import messages

from members.models import User
from members.second_factors import remove_second_factors


@require_http_methods(["GET", "HEAD", "POST"])
def reset_second_factor(request: HttpRequest, user_id: int) -> HttpResponse:
    """Take lost second factors off somebody's account (administrators)."""
    if not request.user.is_superuser:
        raise PermissionDenied
    person = get_object_or_404(User, pk=user_id)
    if request.method == "POST":
        remove_second_factors(person, actor=request.user)
        messages.success(request, gettext("The second factor is removed, and its owner told."))
        return redirect("wagtailusers_users:index")
    return render(request, "members/admin/reset_second_factor.html", {"person": person})
