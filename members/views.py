"""A member's e-mail addresses, and Wagtail's views for users with the hub's forms."""

from __future__ import annotations

from typing import Any, cast

from allauth.account.adapter import get_adapter
from allauth.account.models import EmailAddress
from allauth.account.views import EmailView
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_POST
from wagtail.users.views.users import CreateView, DeleteView, EditView, UserViewSet

from access.readers import reader_of
from members.feed_keys import make_feed_key, remove_feed_key
from members.forms import HubUserCreationForm, HubUserEditForm
from members.models import User
from members.roles import may_manage


class ActorMixin:
    """Tells a form who fills it in."""

    def get_form_kwargs(self) -> dict[str, Any]:
        """Add them."""
        return {**super().get_form_kwargs(), "actor": self.request.user}  # type: ignore[misc,attr-defined]


class ManagedAccountMixin:
    """A view that changes an account: for those whose rights cover those of the account (see `members.roles`)."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Refuse others."""
        if not may_manage(request.user, get_object_or_404(User, pk=self.kwargs["pk"])):  # type: ignore[attr-defined]
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)  # type: ignore[misc]


class AccountCreateView(ActorMixin, CreateView):
    """Add an account (permission: Wagtail's)."""


class AccountEditView(ManagedAccountMixin, ActorMixin, EditView):
    """Change an account (permission: Wagtail's, and rights that cover those of the account)."""


class AccountDeleteView(ManagedAccountMixin, DeleteView):
    """Delete an account (permission: Wagtail's, and rights that cover those of the account)."""


class HubUserViewSet(UserViewSet):
    """Adds membership, organisation and language to Wagtail's user forms (permission: Wagtail's)."""

    add_view_class = AccountCreateView
    edit_view_class = AccountEditView
    delete_view_class = AccountDeleteView
    copy_view_enabled = False

    def get_form_class(self, for_update: bool = False) -> Any:
        """Return the form for editing or for adding."""
        return HubUserEditForm if for_update else HubUserCreationForm


@login_required
@require_POST
def change_feed_key(request: HttpRequest) -> HttpResponse:
    """Give somebody's own feed a new address, or switch it off (members; others have no such feed)."""
    user = cast(User, request.user)
    if not reader_of(request).is_member:
        raise Http404
    if request.POST.get("action") == "remove":
        remove_feed_key(user)
        messages.success(request, gettext("Your feed is switched off. Its address leads nowhere now."))
    else:
        make_feed_key(user)
        messages.success(request, gettext("Your feed has a new address. An earlier one leads nowhere now."))
    return redirect(f"{reverse('account')}#feed")


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
