"""Forms of people's own pages."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from knowledge.models import ReadingList, ReadingListItem, Usefulness
from members.models import User

# Two days: no recording is longer.
MOST_SECONDS = 2 * 86_400


def _is_name_taken(owner: User, name: str, *, other_than: int = 0) -> bool:
    return ReadingList.objects.filter(owner=owner, name__iexact=name).exclude(pk=other_than).exists()


NAME_TAKEN = _("You have a list with this name already. Choose another name.")


class ReadingListForm(forms.ModelForm):
    """Name a list."""

    class Meta:
        model = ReadingList
        fields = ["name"]

    def clean_name(self) -> str:
        """Refuse the name of another list of the same person."""
        name = self.cleaned_data["name"]
        if _is_name_taken(self.instance.owner, name, other_than=self.instance.pk or 0):
            raise forms.ValidationError(NAME_TAKEN)
        return name


class NoteForm(forms.ModelForm):
    """What somebody wants to say of an item of their list."""

    class Meta:
        model = ReadingListItem
        fields = ["note"]
        widgets = {"note": forms.Textarea(attrs={"rows": 3})}


class KeepForm(forms.Form):
    """Where somebody keeps a piece of knowledge."""

    saved = forms.BooleanField(label=_("Saved items"), required=False)
    lists = forms.ModelMultipleChoiceField(
        label=_("Lists"),
        queryset=ReadingList.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    new_list = forms.CharField(label=_("In a new list, named"), max_length=100, required=False)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        self.fields["lists"].queryset = ReadingList.objects.filter(owner=user)  # type: ignore[attr-defined]

    def clean_new_list(self) -> str:
        """Refuse the name of a list that there is."""
        name = self.cleaned_data["new_list"]
        if name and _is_name_taken(self.user, name):
            raise forms.ValidationError(NAME_TAKEN)
        return name


class ProgressForm(forms.Form):
    """How far somebody is, as a script tells it; see `knowledge.shelf.actions.note_progress`."""

    position = forms.FloatField(min_value=0, max_value=MOST_SECONDS)
    duration = forms.FloatField(min_value=0, max_value=MOST_SECONDS, required=False)
    anchor = forms.RegexField(r"^[\w-]*\Z", max_length=64, required=False)


class UsefulnessForm(forms.ModelForm):
    """Was this useful? Yes or no, and why."""

    is_useful = forms.TypedChoiceField(
        label=_("Was this useful?"),
        choices=[("yes", _("Yes")), ("no", _("No"))],
        coerce=lambda value: value == "yes",
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose yes or no.")},
    )

    class Meta:
        model = Usefulness
        fields = ["is_useful", "comment"]
        labels = {"comment": _("What was useful, or what was missing?")}
        help_texts = {
            "comment": _("Optional. Editors read it without your name; please write nothing that must stay secret.")
        }
        widgets = {"comment": forms.Textarea(attrs={"rows": 3})}
