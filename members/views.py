"""A member's e-mail addresses, and Wagtail's views for users with the hub's forms."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.models import EmailAddress
from allauth.account.views import EmailView
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from wagtail.users.views.users import UserViewSet

from members.forms import HubUserCreationForm, HubUserEditForm
from members.models import User


class HubUserViewSet(UserViewSet):
    """Adds membership, organisation and language to Wagtail's user forms (permission: Wagtail's)."""

    def get_form_class(self, for_update: bool = False) -> Any:
        """Return the form for editing or for adding."""
        return HubUserEditForm if for_update else HubUserCreationForm


class OwnAddressesView(EmailView):
    """allauth's page of one's e-mail addresses (signed-in people: their own).

    allauth lets an account whose own address was never confirmed take over any other one at once, somebody
    else's too. Here only an address whose owner confirmed it becomes the account's.
    """

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Add, remove, confirm again or choose an address."""
        if "action_primary" in request.POST and not self._may_become_primary(request.POST.get("email", "")):
            get_adapter().add_message(request, messages.ERROR, "account/messages/unverified_primary_email.txt")
            return redirect("account_email")
        return super().post(request, *args, **kwargs)

    def _may_become_primary(self, address: str) -> bool:
        own = EmailAddress.objects.filter(user=self.request.user, verified=True).values_list("email", flat=True)
        confirmed = next((each for each in own if each.lower() == address.lower()), None)
        return bool(confirmed) and not User.objects.filter(email__iexact=confirmed).exclude(pk=self.request.user.pk)
