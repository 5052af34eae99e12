"""The pages by which people come in: application, its status, attestation, invitation.

A link from an e-mail opens a page and changes nothing: programs that read e-mails open links too. What is done takes
the button on the page.
"""

from __future__ import annotations

from allauth.core import ratelimit
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language, gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from members import applications, invitations, sponsors
from members.accounts import NotPossible, account_with, password_address
from members.entry_forms import AnswerForm, ApplicationForm, AttestationForm, InvitedForm
from members.links import Purpose, path_to, secret_of
from members.models import Application, ApplicationStep, Attestation, Invitation


def _unusable(request: HttpRequest) -> HttpResponse:
    """Say that a link cannot be used: the same whether it was used, expired, revoked, forged or somebody else's."""
    return render(request, "members/link_unusable.html", status=404)


def _posted(request: HttpRequest) -> QueryDict | None:
    """Return what a form was sent with, even if nothing is in it; None when none was."""
    return request.POST if request.method == "POST" else None


# --- Application ------------------------------------------------------------------------------------


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def apply(request: HttpRequest) -> HttpResponse:
    """Take an application for membership (everyone, within limits). Says the same whether the address is known."""
    form = ApplicationForm(_posted(request))
    status = 200
    if request.method == "POST" and form.is_valid():
        if not ratelimit.consume(request, action="apply"):
            form.add_error(None, gettext("Many applications came from here just now. Please try again in an hour."))
            status = 429
        else:
            _submit(request, form)
            return redirect("application_sent")
    return render(request, "members/apply.html", {"form": form}, status=status)


def _submit(request: HttpRequest, form: ApplicationForm) -> None:
    """Submit a valid form; nothing more is sent to an address that had many e-mails today, and nobody is told."""
    application: Application = form.save(commit=False)
    application.language = get_language() or "en"
    if ratelimit.consume(request, action="apply_mail", key=application.email):
        applications.submit(application)


@never_cache
@require_safe
def application_sent(request: HttpRequest) -> HttpResponse:
    """Say that an e-mail is on its way (everyone)."""
    return render(request, "members/application_sent.html")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def confirm_application(request: HttpRequest, token: str) -> HttpResponse:
    """Let an applicant prove that the e-mail address is theirs (whoever has the link from the e-mail, once)."""
    secret = secret_of(Purpose.CONFIRMATION, token)
    application = Application.objects.filter(confirmation_secret=secret).first() if secret else None
    if application is None or not application.can_be_confirmed:
        return _unusable(request)
    if request.method == "POST":
        try:
            received = applications.confirm_address_of(application.pk)
        except (NotPossible, Application.DoesNotExist):
            return _unusable(request)
        return redirect(path_to(Purpose.APPLICATION, received.secret))
    return render(request, "members/confirm_application.html", {"application": application})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def application_status(request: HttpRequest, token: str) -> HttpResponse:
    """Show an applicant where their application stands; let them answer and withdraw (whoever has its address)."""
    secret = secret_of(Purpose.APPLICATION, token)
    application = Application.objects.filter(secret=secret).first() if secret else None
    if application is None:
        return _unusable(request)
    form = AnswerForm()
    if request.method == "POST":
        form = AnswerForm(request.POST if "answer" in request.POST else None)
        try:
            if "withdraw" in request.POST:
                applications.withdraw(application.pk)
                messages.success(request, gettext("Your application is withdrawn."))
                return redirect(request.path)
            if "answer" in request.POST and form.is_valid():
                applications.answer(application.pk, form.cleaned_data["text"])
                messages.success(request, gettext("Thank you. Your answer has been sent."))
                return redirect(request.path)
        except NotPossible as reason:
            messages.error(request, str(reason))
            return redirect(request.path)
    context = {
        "application": application,
        "steps": application.steps.filter(action__in=ApplicationStep.SHOWN),
        "form": form,
        "working_days": applications.usual_working_days(),
    }
    return render(request, "members/application_status.html", context)


# --- Attestation ------------------------------------------------------------------------------------


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def attest(request: HttpRequest, token: str) -> HttpResponse:
    """Ask a sponsor whether they vouch for an applicant (the member who was asked, signed in, once)."""
    secret = secret_of(Purpose.ATTESTATION, token)
    waiting = Attestation.objects.select_related("application__sector", "sponsor").filter(sponsor=request.user.pk)
    attestation = waiting.filter(secret=secret).first() if secret else None
    if attestation is None or not attestation.can_be_answered:
        return _unusable(request)
    form = AttestationForm(_posted(request))
    if request.method == "POST" and form.is_valid():
        try:
            sponsors.attest(attestation.pk, request.user, **form.cleaned_data)  # type: ignore[arg-type]
        except NotPossible:
            return _unusable(request)
        messages.success(request, gettext("Thank you. The secretariat has your answer."))
        return redirect("account")
    context = {"attestation": attestation, "application": attestation.application, "form": form}
    return render(request, "members/attest.html", context)


# --- Invitation -------------------------------------------------------------------------------------


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def accept_invitation(request: HttpRequest, token: str) -> HttpResponse:
    """Let somebody in who was invited (whoever has the link from the e-mail, once)."""
    secret = secret_of(Purpose.INVITATION, token)
    found = Invitation.objects.select_related("invited_by", "organisation").filter(secret=secret)
    invitation = found.first() if secret else None
    known = account_with(invitation.email) if invitation else None
    if invitation is None or not invitation.can_be_used or (known and invitations.is_closed_to(known, invitation)):
        return _unusable(request)
    initial = {"first_name": known.first_name, "last_name": known.last_name} if known else None
    form = InvitedForm(_posted(request), initial=initial)
    if request.method == "POST" and form.is_valid():
        names = {name: form.cleaned_data[name] for name in ("first_name", "last_name")}
        try:
            member = invitations.accept(invitation.pk, **names)
        except NotPossible:
            return _unusable(request)
        if member.has_usable_password():
            messages.success(request, gettext("You are a member now. Please sign in with the password you have."))
            return redirect(reverse("account_login"))
        messages.success(request, gettext("Welcome. Please choose a password."))
        return redirect(password_address(member, get_language() or "en"))
    context = {"invitation": invitation, "form": form}
    return render(request, "members/accept_invitation.html", context)
