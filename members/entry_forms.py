"""The forms by which people come in, and say that what the hub knows of them is right."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from members.models import Application
from vocabulary.countries import country_choices
from vocabulary.models import Concept, Scheme


class ApplicationForm(forms.ModelForm):
    """Apply for membership."""

    consent = forms.BooleanField(
        label=_("I agree that my application is kept and that the secretariat and my sponsor read it."),
        error_messages={"required": _("Without your consent the application cannot be taken in.")},
    )

    class Meta:
        model = Application
        fields = [
            *("first_name", "last_name", "email", "organisation_name", "sector"),
            *("country", "why", "sponsor_email"),
        ]
        widgets = {
            "first_name": forms.TextInput(attrs={"autocomplete": "given-name"}),
            "last_name": forms.TextInput(attrs={"autocomplete": "family-name"}),
            "email": forms.EmailInput(attrs={"autocomplete": "email"}),
            "organisation_name": forms.TextInput(attrs={"autocomplete": "organization"}),
            "why": forms.Textarea(attrs={"rows": 6}),
        }
        labels = {"why": _("Why do you want to join?"), "sponsor_email": _("E-mail address of somebody who knows you")}
        help_texts = {
            "email": _("Please use the address of your work, if you have one. A link is sent to it."),
            "organisation_name": _("The body you work for, as it calls itself."),
            "why": _("What you work on, and what you would like to learn or share. At most 2,000 characters."),
            "sponsor_email": _("Optional: a member, or your organisation's focal point, who knows you and is asked."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        sectors = Concept.objects.filter(scheme=Scheme.SECTOR).prefetch_related("labels")
        self.fields["sector"].queryset = sectors  # type: ignore[attr-defined]
        self.fields["sector"].required = sectors.exists()
        # Django's own words for no choice are in English only.
        self.fields["sector"].empty_label = _("Please choose")  # type: ignore[attr-defined]
        self.fields["country"].choices = [("", _("Please choose")), *country_choices()]  # type: ignore[attr-defined]

    def clean_email(self) -> str:
        """Write addresses in one way."""
        return self.cleaned_data["email"].lower()

    def clean_sponsor_email(self) -> str:
        """Refuse the applicant's own address."""
        sponsor = self.cleaned_data["sponsor_email"].lower()
        if sponsor and sponsor == self.cleaned_data.get("email"):
            raise forms.ValidationError(_("Please name somebody else: nobody vouches for themselves."))
        return sponsor


class AnswerForm(forms.Form):
    """Answer a question about one's application."""

    text = forms.CharField(label=_("Your answer"), max_length=4000, widget=forms.Textarea(attrs={"rows": 6}))


class AttestationForm(forms.Form):
    """Say whether one vouches for an applicant."""

    vouches = forms.TypedChoiceField(
        label=_("Do you vouch for this person?"),
        choices=[("yes", _("Yes, I know them and vouch for them")), ("no", _("No, I do not vouch for them"))],
        coerce=lambda value: value == "yes",
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose yes or no.")},
    )
    comment = forms.CharField(
        label=_("Comment"),
        required=False,
        max_length=2000,
        help_text=_("Optional. Only the secretariat reads it."),
        widget=forms.Textarea(attrs={"rows": 4}),
    )


class InvitedForm(forms.Form):
    """Accept an invitation."""

    first_name = forms.CharField(
        label=_("First name"), max_length=150, widget=forms.TextInput(attrs={"autocomplete": "given-name"})
    )
    last_name = forms.CharField(
        label=_("Last name"),
        max_length=150,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "family-name"}),
    )
    consent = forms.BooleanField(
        label=_("I agree that the hub keeps my name, e-mail address and organisation, to give me access."),
        error_messages={"required": _("Without your consent there can be no account.")},
    )
