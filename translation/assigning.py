"""Asking people to translate: one translation or many, with a deadline and a priority."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from typing import cast

from django import forms
from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail_localize.models import Translation

from members.letters import write_letter
from members.models import User
from translation.models import Assignment
from translation.roles import translators_group_name

MOST_AT_ONCE = 200


def translators() -> QuerySet[User]:
    """Return everybody who translates, into whatever language, by name."""
    groups = [translators_group_name(code) for code, _name in settings.LANGUAGES]
    people = User.objects.filter(is_active=True, groups__name__in=groups).distinct()
    return people.order_by("first_name", "last_name", "pk")


class AssignmentForm(forms.Form):
    """Who is asked, until when, and how much it matters."""

    person = forms.ModelChoiceField(
        label=gettext_lazy("Translator"),
        queryset=User.objects.none(),
        required=False,
        empty_label=gettext_lazy("Nobody in particular"),
    )
    deadline = forms.DateField(
        label=gettext_lazy("Until"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    priority = forms.TypedChoiceField(
        label=gettext_lazy("Priority"),
        choices=Assignment.Priority.choices,
        coerce=int,
        initial=Assignment.Priority.NORMAL,
    )

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        field = cast(forms.ModelChoiceField, self.fields["person"])
        field.queryset = translators()

    def clean_deadline(self) -> datetime.date | None:
        """Refuse a day that is over."""
        deadline: datetime.date | None = self.cleaned_data["deadline"]
        if deadline and deadline < timezone.localdate():
            raise forms.ValidationError(_("This day is over."))
        return deadline


class CannotTranslate(ValueError):
    """Somebody was asked to translate into a language that is not theirs."""


@transaction.atomic
def assign(
    translations: Iterable[Translation],
    person: User | None,
    deadline: datetime.date | None,
    priority: int,
    coordinator: User | None,
) -> int:
    """Ask somebody to work on translations, and write to them; return how many there are.

    Args:
        translations: with their target locales; all that the coordinator may work on.
        person: nothing for a deadline or a priority that is everybody's.
        deadline: the day by which they are wanted.
        priority: one of `Assignment.Priority`.
        coordinator: who asks; nothing for a standing request.

    Raises:
        CannotTranslate: one of them is into a language that the person does not translate into. Nothing changed.
    """
    chosen = list(translations)
    if person is not None:
        theirs = set(person.groups.values_list("name", flat=True))
        for code in {each.target_locale.language_code for each in chosen}:
            if translators_group_name(code) not in theirs:
                raise CannotTranslate(code)
    for each in chosen:
        Assignment.objects.update_or_create(
            translation=each,
            defaults={
                "person": person,
                "deadline": deadline,
                "priority": priority,
                "assigned_by": coordinator,
                "assigned_at": timezone.now(),
            },
        )
    if person is not None and person != coordinator and chosen:
        # No title: a letter carries no restricted text.
        write_letter(
            "translations_assigned",
            person.email,
            person.language,
            user=person,
            number=len(chosen),
            deadline=deadline,
            url=f"{settings.BASE_URL}{reverse('translation_desk')}?who=mine",
        )
    return len(chosen)
