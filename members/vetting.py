"""The secretariat's queue of applications, and its invitations, in Wagtail's admin."""

from __future__ import annotations

import datetime
from typing import Any, cast

import django_filters
from django import forms
from django.contrib.auth.models import Group, Permission
from django.db import transaction
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path, reverse
from django.utils import timezone, translation
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from django.views import View
from wagtail.admin import messages
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.ui.tables import Column, DateColumn, TitleColumn
from wagtail.admin.views.generic import IndexView
from wagtail.admin.viewsets.base import ViewSet
from wagtail.admin.widgets import AdminDateInput, HeaderButton

from access.permissions import PermissionMixin, PermittedMenuItem
from members import applications, invitations
from members.accounts import NotPossible, account_with
from members.models import Application, Attestation, Invitation, Organisation, User, utc_today
from members.models.invitations import groups_without_rights

VET = "members.vet_application"
INVITE = "members.invite"


def vetters() -> QuerySet[User]:
    """Return who may vet applications."""
    app_label, _dot, codename = VET.partition(".")
    permission = Permission.objects.filter(codename=codename, content_type__app_label=app_label)
    may = Q(is_superuser=True) | Q(user_permissions__in=permission) | Q(groups__permissions__in=permission)
    return User.objects.filter(may, is_active=True).distinct()


# --- The queue --------------------------------------------------------------------------------------


def waiting_days(application: Application) -> str:
    """Return for how long an application waits, or how long it waited."""
    start = application.received_at or application.created_at
    days = ((application.decided_at or timezone.now()) - start).days
    return ngettext("%(days)d day", "%(days)d days", days) % {"days": days}


def sponsors_in_words(application: Application) -> str:
    """Return what became of the requests to sponsors."""
    return ", ".join(attestation.get_state_display() for attestation in application.attestations.all())


class ApplicationFilterSet(WagtailFilterSet):
    """Filters of the queue: state, whose, how old."""

    state = django_filters.MultipleChoiceFilter(
        label=_("State"), choices=Application.State.choices, widget=forms.CheckboxSelectMultiple
    )
    whose = django_filters.ChoiceFilter(
        label=_("Assigned"),
        choices=[("mine", _("To me")), ("nobody", _("To nobody"))],
        method="filter_whose",
        empty_label=_("All"),
        widget=forms.RadioSelect,
    )
    age = django_filters.ChoiceFilter(
        label=_("Waiting"),
        choices=[("5", _("More than 5 days")), ("14", _("More than 14 days"))],
        method="filter_age",
        empty_label=_("All"),
        widget=forms.RadioSelect,
    )
    sponsor = django_filters.ChoiceFilter(
        label=_("Sponsor"),
        choices=Attestation.State.choices,
        field_name="attestations__state",
        empty_label=_("All"),
        widget=forms.RadioSelect,
        distinct=True,
    )

    class Meta:
        model = Application
        fields = ["state", "whose", "age", "sponsor"]

    def filter_whose(self, queue: QuerySet[Application], name: str, value: str) -> QuerySet[Application]:
        """Limit to one's own, or to those nobody has."""
        return queue.filter(assignee=self.request.user if value == "mine" else None)

    def filter_age(self, queue: QuerySet[Application], name: str, value: str) -> QuerySet[Application]:
        """Limit to the open ones that have waited long."""
        before = timezone.now() - datetime.timedelta(days=int(value))
        return queue.filter(state__in=Application.OPEN, received_at__lt=before)


class ApplicationIndexView(PermissionMixin, IndexView):
    """The queue (those who vet). Without a filter it has what is open; what was never confirmed only by filter."""

    permission = VET
    any_permission_required = None
    model = Application
    page_title = _("Applications")
    header_icon = "user"
    index_url_name = "applications:index"
    index_results_url_name = "applications:index_results"
    filterset_class = ApplicationFilterSet
    search_fields = ["first_name", "last_name", "email", "organisation_name"]
    default_ordering = "received_at"
    paginate_by = 50
    columns = [
        TitleColumn("name", label=_("Name"), url_name="applications:vet", sort_key="last_name"),
        Column("organisation_name", label=_("Organisation"), sort_key="organisation_name"),
        Column("state", label=_("State"), accessor="get_state_display", sort_key="state"),
        Column("assignee", label=_("Assigned to"), sort_key="assignee"),
        Column("sponsors", label=_("Sponsors"), accessor=sponsors_in_words),
        DateColumn("received_at", label=_("Received"), sort_key="received_at"),
        Column("waiting", label=_("Waiting"), accessor=waiting_days),
    ]

    def get_base_queryset(self) -> QuerySet[Application]:
        """Return the open ones; all of them when a state is asked for, or something is searched."""
        queue = Application.objects.select_related("assignee").prefetch_related("attestations")
        if self.request.GET.get("state") or self.is_searching:
            return queue
        return queue.filter(state__in=Application.OPEN)


# --- One application --------------------------------------------------------------------------------

# Beginnings that a kind refusal can have; offered in the applicant's language.
KIND_REASONS = (
    _("We could not find a link between your work and what this community deals with."),
    _("We could not confirm that you work for the organisation you named. A message from its focal point would help."),
    _("We need a member who knows you. Please ask somebody from your field, and apply again with their address."),
)


class AssignForm(forms.Form):
    """Who looks at an application."""

    assignee = forms.ModelChoiceField(label=_("Assign to"), queryset=User.objects.none())

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["assignee"].queryset = vetters()  # type: ignore[attr-defined]


class TextForm(forms.Form):
    """A question, or a note."""

    text = forms.CharField(label=_("Text"), max_length=4000, widget=forms.Textarea(attrs={"rows": 3}))


class QuestionForm(TextForm):
    """A question to the applicant."""

    text = forms.CharField(
        label=_("Question"),
        max_length=4000,
        help_text=_("E-mailed as you write it. Please write in the applicant's language, and nothing restricted."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class ApproveForm(forms.Form):
    """Into which groups and organisation an applicant comes, and until when."""

    organisation = forms.ModelChoiceField(
        label=_("Organisation"), queryset=Organisation.objects.none(), required=False, empty_label=_("None")
    )
    new_organisation = forms.CharField(
        label=_("or a new organisation, named"), max_length=200, required=False, help_text=_("As it calls itself.")
    )
    groups = forms.ModelMultipleChoiceField(
        label=_("Groups"),
        queryset=Group.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Groups that name people. Roles, which have permissions, are given elsewhere."),
    )
    member_until = forms.DateField(
        label=_("Member until"), required=False, widget=AdminDateInput, help_text=_("Empty: without an end.")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        organisations = Organisation.objects.prefetch_related("names")
        self.fields["organisation"].queryset = organisations  # type: ignore[attr-defined]
        self.fields["groups"].queryset = groups_without_rights()  # type: ignore[attr-defined]

    def clean_member_until(self) -> Any:
        """Refuse a day that is over."""
        day = self.cleaned_data["member_until"]
        if day and day < utc_today():
            raise forms.ValidationError(_("This day is over."))
        return day

    def clean(self) -> dict[str, Any]:
        """Refuse two organisations."""
        given = super().clean() or {}
        if given.get("organisation") and given.get("new_organisation"):
            self.add_error("new_organisation", _("Choose an organisation or name a new one, not both."))
        return given


class DeclineForm(forms.Form):
    """Why an application is declined."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=4000,
        help_text=_("It is e-mailed as you write it. Please be kind, and write in the applicant's language."),
        widget=forms.Textarea(attrs={"rows": 4}),
    )


class VetView(PermissionMixin, View):
    """One application: what it says, what was done with it, and what can be done (those who vet)."""

    permission = VET
    FORMS = {
        "assign": AssignForm,
        "ask": QuestionForm,
        "note": TextForm,
        "approve": ApproveForm,
        "decline": DeclineForm,
    }

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show it."""
        return self._show(request, self._application(pk))

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Do what the pressed button says: `assign`, `ask`, `note`, `approve` or `decline`."""
        application = self._application(pk)
        name = request.POST.get("do", "")
        if name not in self.FORMS:
            raise Http404
        form = self.FORMS[name](request.POST, prefix=name)
        if not form.is_valid():
            messages.error(
                request, gettext("Something is missing or needs a change. Please look at the marked fields.")
            )
            return self._show(request, application, {name: form})
        try:
            done = self._do(name, application, cast(User, request.user), form.cleaned_data)
        except NotPossible as reason:
            messages.error(request, str(reason))
        else:
            messages.success(request, done)
        return redirect("applications:vet", pk)

    @staticmethod
    def _application(pk: int) -> Application:
        known = Application.objects.select_related("organisation", "sector", "assignee", "member")
        return get_object_or_404(known, pk=pk)

    @staticmethod
    def _do(name: str, application: Application, actor: User, given: dict[str, Any]) -> str:
        """Do one thing and return what to say of it."""
        match name:
            case "assign":
                applications.assign(application.pk, actor, given["assignee"])
                return gettext("The application is assigned to %(name)s.") % {"name": given["assignee"]}
            case "ask":
                applications.ask(application.pk, actor, given["text"])
                return gettext("The question was sent.")
            case "note":
                applications.note(application.pk, actor, given["text"])
                return gettext("The note was kept.")
            case "approve":
                applications.approve(application.pk, actor, **given)
                return gettext("%(name)s is a member now, and was told by e-mail.") % {"name": application.name}
        applications.decline(application.pk, actor, given["reason"])
        return gettext("The application was declined, and the reason e-mailed.")

    def _show(
        self, request: HttpRequest, application: Application, bound: dict[str, forms.Form] | None = None
    ) -> HttpResponse:
        user = cast(User, request.user)
        initial = {
            "assign": {"assignee": application.assignee_id or user.pk},
            "approve": {
                "organisation": application.organisation_id,
                "new_organisation": "" if application.organisation_id else application.organisation_name,
            },
        }
        shown = {
            name: (bound or {}).get(name) or form(prefix=name, initial=initial.get(name))
            for name, form in self.FORMS.items()
        }
        with translation.override(application.language):
            reasons = [str(reason) for reason in KIND_REASONS]
        context = {
            "application": application,
            "attestations": application.attestations.select_related("sponsor"),
            "steps": application.steps.select_related("actor"),
            "forms": shown,
            "may_decide": applications.may_decide(application, user),
            "account": account_with(application.email),
            "kind_reasons": reasons,
            "page_title": gettext("Application"),
            "page_subtitle": application.name,
            "header_icon": "user",
            "breadcrumbs_items": [
                {"url": reverse("wagtailadmin_home"), "label": gettext("Home")},
                {"url": reverse("applications:index"), "label": gettext("Applications")},
                {"url": "", "label": application.name},
            ],
        }
        return render(request, "members/admin/vet.html", context)


class VettersMenuItem(PermittedMenuItem):
    """For those who vet."""

    permission = VET


class InvitersMenuItem(PermittedMenuItem):
    """For those who invite."""

    permission = INVITE


class ApplicationViewSet(ViewSet):
    """The queue and its applications, below /admin/applications/."""

    menu_item_class = VettersMenuItem
    menu_name = "applications"
    name = "applications"
    icon = "user"
    menu_label = _("Applications")
    menu_order = 255
    add_to_admin_menu = True

    def get_urlpatterns(self) -> list[URLPattern]:
        """Return list and detail."""
        return [
            path("", ApplicationIndexView.as_view(), name="index"),
            path("results/", ApplicationIndexView.as_view(results_only=True), name="index_results"),
            path("<int:pk>/", VetView.as_view(), name="vet"),
        ]


# --- Invitations ------------------------------------------------------------------------------------


class InvitationForm(forms.ModelForm):
    """Invite somebody."""

    class Meta:
        model = Invitation
        fields = ["email", "language", "organisation", "groups", "note"]
        widgets = {"groups": forms.CheckboxSelectMultiple, "note": forms.Textarea(attrs={"rows": 3})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["groups"].queryset = groups_without_rights()  # type: ignore[attr-defined]
        organisations = Organisation.objects.prefetch_related("names")
        self.fields["organisation"].queryset = organisations  # type: ignore[attr-defined]
        self.fields["organisation"].empty_label = _("None")  # type: ignore[attr-defined]

    def clean_email(self) -> str:
        """Refuse the address of a member, and of a closed account."""
        email = self.cleaned_data["email"].lower()
        known = account_with(email)
        if known and known.is_member and not known.has_ended:
            raise forms.ValidationError(_("Somebody with this address is a member already."))
        if known and not known.is_active:
            raise forms.ValidationError(_("There is an account with this address, and it was closed. Open it first."))
        return email


class InvitationIndexView(PermissionMixin, IndexView):
    """The invitations, with what can be done with each (those who invite)."""

    permission = INVITE
    any_permission_required = None
    model = Invitation
    page_title = _("Invitations")
    header_icon = "mail"
    index_url_name = "invitations:index"
    index_results_url_name = "invitations:index_results"
    search_fields = ["email"]
    default_ordering = "-made_at"
    paginate_by = 50
    columns = [
        TitleColumn("email", label=_("E-mail address"), url_name="invitations:detail", sort_key="email"),
        Column("state", label=_("State"), accessor="state_in_words"),
        Column("organisation", label=_("Organisation")),
        Column("invited_by", label=_("Invited by")),
        DateColumn("made_at", label=_("Made"), sort_key="made_at"),
        DateColumn("expires_at", label=_("Valid until"), sort_key="expires_at"),
    ]

    def get_base_queryset(self) -> QuerySet[Invitation]:
        """Return all, with who made them."""
        return Invitation.objects.select_related("organisation", "invited_by").prefetch_related("organisation__names")

    @property
    def header_buttons(self) -> list[HeaderButton]:
        """Offer to invite."""
        return [HeaderButton(gettext("Invite somebody"), url=reverse("invitations:add"), icon_name="plus")]


class InviteView(PermissionMixin, View):
    """Invite somebody (those who invite)."""

    permission = INVITE

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show the form."""
        return self._show(request, InvitationForm())

    def post(self, request: HttpRequest) -> HttpResponse:
        """Make the invitation, and send it."""
        form = InvitationForm(request.POST)
        if not form.is_valid():
            return self._show(request, form)
        with transaction.atomic():
            form.instance.invited_by = request.user
            invitation = form.save()
            invitations.note_made(invitation, cast(User, request.user))
            invitations.send_invitation(invitation)
        messages.success(request, gettext("The invitation was sent to %(email)s.") % {"email": invitation.email})
        return redirect("invitations:index")

    @staticmethod
    def _show(request: HttpRequest, form: InvitationForm) -> HttpResponse:
        context = {
            "form": form,
            "page_title": gettext("Invite somebody"),
            "header_icon": "mail",
            "breadcrumbs_items": [
                {"url": reverse("wagtailadmin_home"), "label": gettext("Home")},
                {"url": reverse("invitations:index"), "label": gettext("Invitations")},
                {"url": "", "label": gettext("Invite somebody")},
            ],
        }
        return render(request, "members/admin/invite.html", context)


class InvitationView(PermissionMixin, View):
    """One invitation: send it again, or revoke it (those who invite)."""

    permission = INVITE

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show it."""
        invitation = get_object_or_404(Invitation.objects.select_related("organisation", "invited_by"), pk=pk)
        context = {
            "invitation": invitation,
            "page_title": gettext("Invitation"),
            "page_subtitle": invitation.email,
            "header_icon": "mail",
            "breadcrumbs_items": [
                {"url": reverse("wagtailadmin_home"), "label": gettext("Home")},
                {"url": reverse("invitations:index"), "label": gettext("Invitations")},
                {"url": "", "label": invitation.email},
            ],
        }
        return render(request, "members/admin/invitation.html", context)

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Do what the pressed button says: `resend` or `revoke`."""
        get_object_or_404(Invitation, pk=pk)
        actor = cast(User, request.user)
        try:
            match request.POST.get("do"):
                case "resend":
                    invitations.resend(pk, actor)
                    messages.success(request, gettext("The invitation was sent again; its earlier link is dead."))
                case "revoke":
                    invitations.revoke(pk, actor)
                    messages.success(request, gettext("The invitation is revoked; its link is dead."))
        except NotPossible as reason:
            messages.error(request, str(reason))
        return redirect("invitations:detail", pk)


class InvitationViewSet(ViewSet):
    """Invitations, below /admin/invitations/."""

    menu_item_class = InvitersMenuItem
    menu_name = "invitations"
    name = "invitations"
    icon = "mail"
    menu_label = _("Invitations")
    menu_order = 256
    add_to_admin_menu = True

    def get_urlpatterns(self) -> list[URLPattern]:
        """Return list, form and detail."""
        return [
            path("", InvitationIndexView.as_view(), name="index"),
            path("results/", InvitationIndexView.as_view(results_only=True), name="index_results"),
            path("add/", InviteView.as_view(), name="add"),
            path("<int:pk>/", InvitationView.as_view(), name="detail"),
        ]
