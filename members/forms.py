"""Wagtail's forms for users and organisations, with the hub's fields; allauth's, with its words; the profile's."""

from __future__ import annotations

from typing import Any, cast

from allauth.account.forms import ResetPasswordForm as AllauthResetPasswordForm
from allauth.core.internal import ratelimit
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.webauthn.forms import AddWebAuthnForm, EditWebAuthnForm
from django import forms
from django.conf import settings
from django.db import transaction
from django.http import HttpRequest
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms.models import WagtailAdminModelForm
from wagtail.admin.widgets import AdminDateInput
from wagtail.log_actions import get_active_log_context
from wagtail.users.forms import UserCreationForm, UserEditForm

from access.generation import current_generation
from members.membership import pause, unpause
from members.models import PauseReason, Profile, User, Visibility, time_zone_choices
from members.profiles import FIELDS, MAX_LANGUAGES, language_choices, visibility_of
from members.roles import assignable_groups
from vocabulary.countries import country_choices
from vocabulary.models import TOPIC_SCHEMES
from vocabulary.queries import current_vocabulary

OWN_FIELDS = {"organisation", "language", "is_member", "member_until"}


# What nobody decides about themselves, administrators with the keys to everything aside.
DECIDED_BY_OTHERS = ("groups", "is_active", "is_member", "is_paused", "member_until", "organisation")


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

    is_paused = forms.BooleanField(
        label=_("Membership paused"),
        required=False,
        help_text=_("They can sign in, and read what is public only, until you take the mark away. They are told."),
    )

    class Meta(UserEditForm.Meta):
        fields = UserEditForm.Meta.fields | OWN_FIELDS
        widgets = {**UserEditForm.Meta.widgets, "member_until": AdminDateInput}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "is_paused" in self.fields:
            self.fields["is_paused"].initial = bool(self.instance.paused_at)

    @transaction.atomic
    def save(self, commit: bool = True) -> User:
        """Save, then pause or take up the membership if that was changed."""
        user = cast(User, super().save(commit))
        actor = get_active_log_context().user
        if commit and "is_paused" in self.changed_data:
            if self.cleaned_data["is_paused"]:
                pause(user, PauseReason.SECRETARIAT, actor)
            else:
                unpause(user, actor)
        return user


class HubUserCreationForm(LimitedRightsMixin, UserCreationForm):
    """Add a user in Wagtail's admin."""

    class Meta(UserCreationForm.Meta):
        fields = UserCreationForm.Meta.fields | OWN_FIELDS
        widgets = {**UserCreationForm.Meta.widgets, "member_until": AdminDateInput}


class OrganisationForm(WagtailAdminModelForm):
    """Edit an organisation: its focal points are among its people."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "focal_points" in self.fields:
            people = User.objects.filter(organisation=self.instance.pk or 0, is_active=True)
            self.fields["focal_points"].queryset = people


class ResetPasswordForm(AllauthResetPasswordForm):
    """Ask for a link to a new password."""

    def save(self, request: HttpRequest, **kwargs: Any) -> str:
        """Send the link, but not the sixth within an hour.

        Whoever asks is told the same: so nobody fills another's letter box, and nobody keeps another from asking.
        """
        email = self.cleaned_data["email"]
        action, key = "reset_password_letters", email.lower()
        if not ratelimit.consume(request, app="allauth.account", action=action, key=key):
            return email
        return super().save(request, **kwargs)


def _describe_code(field: forms.Field) -> None:
    field.widget.attrs = {"autocomplete": "one-time-code", "inputmode": "numeric", "dir": "ltr", "autofocus": True}


class CodeForm(AuthenticateForm):
    """Give a second factor when signing in: a code of the app, or a recovery code."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].label = _("Code")
        self.fields["code"].help_text = _("From your authenticator app, or one of your recovery codes.")
        _describe_code(self.fields["code"])


class ConfirmingCodeForm(ReauthenticateForm):
    """Say again who one is, with a code."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].label = _("Code")
        self.fields["code"].help_text = _("From your authenticator app, or one of your recovery codes.")
        _describe_code(self.fields["code"])


class ActivateAppForm(ActivateTOTPForm):
    """Show that the app has the secret."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].label = _("Code")
        self.fields["code"].help_text = _("The six figures that your app shows now.")
        _describe_code(self.fields["code"])


class AddPasskeyForm(AddWebAuthnForm):
    """Add a passkey, with which one signs in without a password, or a key that is a second factor only."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].label = _("Name")
        self.fields["name"].help_text = _("So that you tell it from others, for instance the name of the device.")
        self.fields["name"].max_length = 100
        self.fields["passwordless"].label = _("Let me sign in with it instead of the password")
        self.fields["passwordless"].help_text = _(
            "Your device then asks for your finger, face or PIN. Otherwise it is a second factor, after the password."
        )
        self.fields["passwordless"].initial = True


class RenamePasskeyForm(EditWebAuthnForm):
    """Give a passkey another name."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].label = _("Name")
        self.fields["name"].max_length = 100


class ProfileForm(forms.ModelForm):
    """What somebody tells of themselves, who sees it, and how the hub speaks to them."""

    language = forms.ChoiceField(
        label=_("Language of e-mails"), choices=[("", _("As on the site")), *settings.LANGUAGES], required=False
    )
    time_zone = forms.ChoiceField(
        label=_("Time zone"),
        required=False,
        choices=lambda: [("", "UTC"), *time_zone_choices()[1:]],
        help_text=_("Times on your own pages are shown in it. Without one they are in UTC."),
    )

    class Meta:
        model = Profile
        fields = ["display_name", "position", "country", "expertise", "biography", "digest"]
        widgets = {"biography": forms.Textarea(attrs={"rows": 6, "maxlength": 1000})}

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        self.fields["display_name"].help_text = _("As you want to be called.")
        self.fields["language"].initial = user.language
        self.fields["time_zone"].initial = user.time_zone
        # Django's own words for no choice are in English only.
        self.fields["country"].choices = [("", "–"), *country_choices()]  # type: ignore[attr-defined]
        self.fields["expertise"] = self._expertise_field()
        self._add_languages()
        self._add_visibility()

    def _expertise_field(self) -> forms.Field:
        """Return a field of check boxes with labels in the active language (no query for each)."""
        field: Any = self.fields["expertise"]
        terms = current_vocabulary(current_generation()).in_schemes(TOPIC_SCHEMES, get_language() or "en")
        field.widget = forms.CheckboxSelectMultiple()
        field.widget.choices = [(term.pk, term.label_in(get_language() or "en")) for term in terms]
        return field

    def _add_languages(self) -> None:
        known = self.instance.languages
        for number in range(MAX_LANGUAGES):
            self.fields[f"language_{number}"] = forms.ChoiceField(
                label=_("Language you read best") if number == 0 else _("Further language"),
                choices=[("", "–"), *language_choices()],
                initial=known[number] if number < len(known) else "",
                required=False,
            )

    def _add_visibility(self) -> None:
        for name in FIELDS:
            self.fields[f"show_{name}"] = forms.ChoiceField(
                label=_("Who sees this"), choices=Visibility.choices, initial=visibility_of(self.instance, name)
            )

    def clean(self) -> dict[str, Any]:
        """Bring the languages into one list, best first, each once."""
        cleaned = super().clean() or self.cleaned_data
        chosen = [cleaned.get(f"language_{number}") for number in range(MAX_LANGUAGES)]
        cleaned["languages"] = list(dict.fromkeys(code for code in chosen if code))
        return cleaned

    def save(self, commit: bool = True) -> Profile:
        """Save the profile, and on the account what the hub needs on every request."""
        self.instance.languages = self.cleaned_data["languages"]
        self.instance.visibility = {name: self.cleaned_data[f"show_{name}"] for name in FIELDS}
        self.user.language = self.cleaned_data["language"]
        self.user.time_zone = self.cleaned_data["time_zone"]
        self.user.save(update_fields=["language", "time_zone"])
        return super().save(commit)

    def of(self, *names: str) -> list[forms.BoundField]:
        """Return some fields, in the order given, for the template."""
        return [self[name] for name in names]

    @property
    def languages_fields(self) -> list[forms.BoundField]:
        """The fields in which languages are chosen."""
        return self.of(*(f"language_{number}" for number in range(MAX_LANGUAGES)))


class EraseForm(forms.Form):
    """Say for sure that one wants to be erased."""

    email = forms.CharField(
        label=_("Your e-mail address"),
        help_text=_("Type it, to show that you mean it."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "dir": "ltr"}),
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user

    def clean_email(self) -> str:
        """Refuse any other address."""
        email = self.cleaned_data["email"].strip()
        if email.lower() != self.user.email.lower():
            raise forms.ValidationError(_("This is not the e-mail address of your account."))
        return email
