"""A person's account: addresses, sessions, profile, their data; and Wagtail's views for users with the hub's forms."""

from __future__ import annotations

from typing import Any, cast

from allauth.account.adapter import get_adapter
from allauth.account.decorators import reauthentication_required
from allauth.account.internal.flows.reauthentication import raise_if_reauthentication_required
from allauth.account.models import EmailAddress
from allauth.account.views import EmailView
from allauth.account.views import password_set as allauth_password_set
from allauth.socialaccount.providers.openid_connect.views import login as allauth_provider_login
from allauth.usersessions.internal.flows.sessions import end_sessions
from allauth.usersessions.models import UserSession
from allauth.usersessions.views import ListUserSessionsView
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from wagtail.users.views.users import CreateView, DeleteView, EditView, UserViewSet

from access.audit import record
from access.readers import reader_of
from members.attempts import COOKIE
from members.erasure import LastAdministratorError, erase_person
from members.feed_keys import make_feed_key, remove_feed_key
from members.forms import EraseForm, HubUserCreationForm, HubUserEditForm, ProfileForm
from members.models import User
from members.personal_data import collect_personal_data
from members.profiles import profile_for, profile_of, shown_fields
from members.roles import may_manage

# More digits no database takes for a number.
MAX_DIGITS = 18


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


class OwnSessionsView(ListUserSessionsView):
    """allauth's page of where one is signed in (signed-in people: their own), with an end to each by itself."""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """End the session that is named, or all but this one; whoever sits there says again who they are."""
        raise_if_reauthentication_required(request, app="allauth.account")
        named = request.POST.get("session", "")
        if not named:
            record("session.revoked", actor=request.user, subject=cast(User, request.user), details={"all": True})
            return super().post(request, *args, **kwargs)
        number = int(named) if named.isascii() and named.isdigit() and len(named) < MAX_DIGITS else 0
        session = UserSession.objects.filter(user=request.user, pk=number).first()
        if session is None:
            raise Http404
        end_sessions(request, [session])
        record("session.revoked", actor=request.user, subject=cast(User, session.user))
        messages.success(request, gettext("The session is ended."))
        return redirect("usersessions_list")


# allauth asks nobody again who gives an account its first password: whoever finds a device unlocked would keep it.
set_first_password = login_required(reauthentication_required(app="allauth.account")(allauth_password_set))


def sign_in_with_provider(request: HttpRequest, provider_id: str) -> HttpResponse:
    """Lead to the service that signs people in (everyone).

    Browsers hold the redirect that answers a form to the policy on forms, which knows this site only; so a page
    leads there.
    """
    answer = allauth_provider_login(request, provider_id)
    if request.method == "POST" and answer.status_code == 302:
        return render(request, "socialaccount/login_redirect.html", {"redirect_to": answer["Location"]})
    return answer


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def edit_profile(request: HttpRequest) -> HttpResponse:
    """Change what one tells of oneself, and who sees it (signed-in people: their own)."""
    user = cast(User, request.user)
    profile = profile_of(user)
    form = ProfileForm(request.POST or None, instance=profile, user=user)
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, gettext("Your profile is saved."))
        return redirect("edit_profile")
    return render(request, "members/edit_profile.html", {"form": form, "profile": profile})


@never_cache
@require_safe
def person(request: HttpRequest, public_id: str) -> HttpResponse:
    """Show a member what another one lets them see (current members; to others nobody is there)."""
    if not reader_of(request).is_member:
        raise Http404
    viewer = cast(User, request.user)
    profile = profile_for(viewer, public_id)
    fields = shown_fields(profile, viewer) if profile else {}
    if profile is None or not (fields or profile.user == viewer):
        raise Http404
    return render(request, "members/person.html", {"fields": fields, "is_own": profile.user == viewer})


@never_cache
@login_required
@reauthentication_required(app="allauth.account")
@require_http_methods(["GET", "HEAD", "POST"])
def export_personal_data(request: HttpRequest) -> HttpResponse:
    """Hand out all that is kept about somebody, as JSON (signed-in people: their own; asked again who they are)."""
    if request.method != "POST":
        return render(request, "members/export.html")
    user = cast(User, request.user)
    record("member.exported", actor=user, subject=user)
    kept = {"made_at": timezone.now(), **collect_personal_data(user)}
    response = JsonResponse(kept, json_dumps_params={"indent": 2, "ensure_ascii": False})
    response["Content-Disposition"] = f'attachment; filename="my-data-{timezone.now():%Y-%m-%d}.json"'
    return response


@never_cache
@login_required
@reauthentication_required(app="allauth.account")
@require_http_methods(["GET", "HEAD", "POST"])
def erase_account(request: HttpRequest) -> HttpResponse:
    """Erase oneself, for good (signed-in people: themselves; asked again who they are)."""
    user = cast(User, request.user)
    form = EraseForm(request.POST or None, user=user)
    if request.method == "POST" and form.is_valid():
        try:
            erase_person(user, actor=user)
        except LastAdministratorError:
            form.add_error(
                None, gettext("You are the only administrator. Make somebody else one first, then you can go.")
            )
        else:
            logout(request)
            messages.success(request, gettext("Your account is erased. Thank you for what you gave to the community."))
            response = redirect(f"/{get_language()}/")
            response.delete_cookie(COOKIE)
            return response
    return render(request, "members/erase.html", {"form": form})
