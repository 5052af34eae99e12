"""The form field that names whom a restricted thing is shared with."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from access.models import GROUP, ORGANISATION, PERSON, Marking
from members.models import Organisation, User


def _keys(facts: Iterable[str], kind: str) -> list[int]:
    return [int(fact.removeprefix(kind)) for fact in facts if fact.startswith(kind)]


def _group_choices() -> list[tuple[Any, Any]]:
    return [(group.pk, group.name) for group in Group.objects.order_by("name")]


def _organisation_choices() -> list[tuple[Any, Any]]:
    return [(each.pk, str(each)) for each in Organisation.objects.prefetch_related("names")]


class SharedWithWidget(forms.MultiWidget):
    """Groups to tick, organisations to choose, people by e-mail address; the script shows what the marking names."""

    template_name = "members/admin/shared_with.html"

    def decompress(self, value: list[str] | None) -> list[Any]:
        """Return the groups, the organisations and the addresses that facts name; those that are gone are left out."""
        facts = value or []
        people = User.objects.filter(pk__in=_keys(facts, PERSON)).order_by("email").values_list("email", flat=True)
        return [_keys(facts, GROUP), _keys(facts, ORGANISATION), "\n".join(people)]

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        """Take apart what is kept; Django takes any list for what was sent, which has a list of groups first."""
        if not value or isinstance(value[0], str):
            value = self.decompress(value)
        return super().get_context(name, value, attrs)

    def id_for_label(self, id_: str) -> str:
        """Return nothing: a label stands for one field, this is a set of three."""
        return ""


class PeopleField(forms.CharField):
    """Current members, by e-mail address, one a line or separated by commas."""

    def clean(self, value: Any) -> list[int]:
        """Return the keys of the people.

        Raises:
            ValidationError: naming the addresses that are no current member's.
        """
        text = super().clean(value) or ""
        addresses = {each.strip().lower() for each in text.replace(",", "\n").replace(";", "\n").splitlines()} - {""}
        people = User.objects.current_members().filter(email__in=addresses)
        found = {user.email.lower(): user.pk for user in people}
        if unknown := sorted(addresses - found.keys()):
            message = _("These addresses are not those of current members: %(addresses)s")
            raise ValidationError(message, params={"addresses": ", ".join(unknown)})
        return sorted(found.values())


class SharedWithField(forms.MultiValueField):
    """Whom a thing is shared with; its value is the sorted list of facts that `access.models` keeps."""

    def __init__(self, **kwargs: Any) -> None:
        fields = (
            forms.ModelMultipleChoiceField(Group.objects.order_by("name"), required=False),
            forms.ModelMultipleChoiceField(Organisation.objects.prefetch_related("names"), required=False),
            PeopleField(required=False),
        )
        # Functions, so that the choices are those of the moment.
        widgets: dict[str, forms.Widget | type[forms.Widget]] = {
            "groups": forms.CheckboxSelectMultiple(choices=_group_choices),  # type: ignore[arg-type]
            "organisations": forms.SelectMultiple(choices=_organisation_choices, attrs={"size": 8}),  # type: ignore[arg-type]
            "people": forms.Textarea(attrs={"rows": 4, "dir": "ltr", "autocomplete": "off"}),
        }
        kwargs.pop("encoder", None)
        kwargs.pop("decoder", None)
        kwargs.setdefault("label", _("Shared with"))
        super().__init__(fields, require_all_fields=False, required=False, widget=SharedWithWidget(widgets), **kwargs)

    def compress(self, values: list[Any]) -> list[str]:
        """Return the facts that name what was chosen."""
        groups, organisations, people = values or ([], [], [])
        return sorted(
            [f"{GROUP}{group.pk}" for group in groups or ()]
            + [f"{ORGANISATION}{organisation.pk}" for organisation in organisations or ()]
            + [f"{PERSON}{pk}" for pk in people or ()]
        )

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Compare what is named, not how it was written."""
        try:
            return sorted(initial or []) != self.clean(data)
        except ValidationError:
            return True


class NamingForm(forms.ModelForm):
    """Base of forms in which a thing is marked that has to name who may have it, if its marking names somebody."""

    shared_with = SharedWithField()
    nobody_named: Any

    def clean(self) -> dict[str, Any]:
        """Keep of those whom it is shared with what the marking names; it must name somebody."""
        cleaned = super().clean() or self.cleaned_data
        marking = cleaned.get("marking", "")
        if "shared_with" in cleaned:
            cleaned["shared_with"] = named_by(marking, cleaned["shared_with"])
            if marking and Marking(marking).names and not cleaned["shared_with"]:
                self.add_error("shared_with", self.nobody_named)
        return cleaned


def named_by(marking: str, shared_with: Iterable[str]) -> list[str]:
    """Return the facts of the kind that a marking names; the others mean nothing with it."""
    kind = Marking(marking).names if marking in Marking.values else ""
    return sorted(fact for fact in shared_with if kind and fact.startswith(kind))
