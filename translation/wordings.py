"""The hub's words that stand in no page: names of concepts and organisations, e-mails, and what other apps have.

Translators of a language write them on the desk, beside the pages. Where a language has reviewers, these do.
Sections and menus are pages, and are translated as such.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from wagtail.log_actions import log

from members.letter_texts import letter_texts, most_letters, subject_of, word_letter_text
from members.models import Organisation, OrganisationName, User
from translation.placeholders import printable
from translation.roles import has_reviewers, is_reviewer, translators_group_name
from vocabulary.models import Concept, ConceptDefinition, ConceptLabel

# Whose source is shown, when there is one.
FIRST_LANGUAGE = settings.LANGUAGE_CODE
SHOWN_NUMBERS = 3


@dataclass(frozen=True)
class Wording:
    """A text that stands in no page, in one language.

    Attributes:
        key: what it is among those of its kind.
        place: where it stands, in words.
        source: how it is worded in the hub's first language, or another.
        source_language: the code of that one.
        text: how it is worded in the language that is wanted; empty if it is not yet.
        most: how many letters it may have.
        is_long: whether it is of several lines.
    """

    key: str
    place: str
    source: str
    source_language: str
    text: str
    most: int
    is_long: bool = False


@dataclass(frozen=True)
class Kind:
    """A kind of wording, by the app that has it.

    Attributes:
        title: what people call them.
        wordings: takes a language; returns all that can be worded in it, in a bounded number of queries.
        store: takes key, language and text, and returns the object that was changed; raises `ValidationError`.
        has_standard: whether the hub comes with texts of this kind, which an empty one brings back.
        for_members: whether only members are told what there is of it.
    """

    title: Promise
    wordings: Callable[[str], Iterable[Wording]]
    store: Callable[[str, str, str], Any]
    has_standard: bool = False
    for_members: bool = False


_kinds: dict[str, Kind] = {}


def contribute_wordings(name: str, kind: Kind) -> None:
    """Put texts that an app keeps per language on the translators' desk."""
    _kinds[name] = kind


def kinds(user: User) -> dict[str, Kind]:
    """Return what somebody may be told of, by name."""
    is_member = user.is_superuser or user.is_current_member
    return {name: kind for name, kind in _kinds.items() if is_member or not kind.for_members}


def languages_worded_by(user: User | AnonymousUser) -> list[str]:
    """Return the codes of the languages in which somebody may word the hub: translators, or reviewers if there are."""
    if user.is_superuser:
        return [code for code, _name in settings.LANGUAGES]
    groups = set(user.groups.values_list("name", flat=True))
    return [
        code
        for code, _name in settings.LANGUAGES
        if translators_group_name(code) in groups and (not has_reviewers(code) or is_reviewer(user, code))
    ]


@transaction.atomic
def word(kind: Kind, key: str, language: str, text: str, user: User) -> None:
    """Store how something is worded, and who did it, in Wagtail's log.

    Raises:
        ValidationError: it cannot be worded so. Nothing changed.
    """
    text = printable(text).strip()
    if not text and not kind.has_standard:
        raise ValidationError(_("There is no text to save."))
    changed = kind.store(key, language, text)
    log(changed, "wagtail.edit", user=user)


def _concepts() -> Iterable[Concept]:
    return Concept.objects.prefetch_related("labels", "definitions").order_by("scheme", "slug")


def _wording(
    key: str, place: str, texts: dict[str, str], language: str, most: int, *, is_long: bool = False
) -> Iterator[Wording]:
    """Return what can be worded in a language, if there is a text to translate from."""
    others = {code: text for code, text in texts.items() if code != language and text}
    if others:
        code = FIRST_LANGUAGE if FIRST_LANGUAGE in others else next(iter(others))
        yield Wording(key, place, others[code], code, texts.get(language, ""), most, is_long)


def concept_labels(language: str) -> Iterable[Wording]:
    """Return the preferred labels of all concepts (three queries)."""
    most = ConceptLabel._meta.get_field("text").max_length or 0
    for concept in _concepts():
        texts = {label.language: label.text for label in concept.labels.all() if label.is_preferred}
        yield from _wording(concept.slug, str(concept.get_scheme_display()), texts, language, most)


def store_concept_label(slug: str, language: str, text: str) -> Concept:
    """Make a text the preferred label of a concept."""
    concept = _concept(slug)
    label = ConceptLabel.objects.filter(concept=concept, language=language, is_preferred=True).first()
    label = label or ConceptLabel(concept=concept, language=language, is_preferred=True)
    # What was a synonym is the name now.
    concept.labels.filter(language=language, is_preferred=False, text=text).delete()
    label.text = text
    label.full_clean(exclude=["concept"])
    label.save()
    return concept


def definitions(language: str) -> Iterable[Wording]:
    """Return the definitions of all concepts that have one (three queries)."""
    for concept in _concepts():
        texts = {each.language: each.text for each in concept.definitions.all()}
        yield from _wording(concept.slug, str(concept), texts, language, 2_000, is_long=True)


def store_definition(slug: str, language: str, text: str) -> Concept:
    """Make a text the definition of a concept."""
    concept = _concept(slug)
    if len(text) > 2_000:
        raise ValidationError(_("This is too long: it may have %(most)d letters.") % {"most": 2_000})
    ConceptDefinition.objects.update_or_create(concept=concept, language=language, defaults={"text": text})
    return concept


def _concept(slug: str) -> Concept:
    concept = Concept.objects.filter(slug=slug).first()
    if concept is None:
        raise ValidationError(_("This is not there any more."))
    return concept


def organisation_names(language: str) -> Iterable[Wording]:
    """Return the names of all organisations (two queries)."""
    most = OrganisationName._meta.get_field("text").max_length or 0
    for organisation in Organisation.objects.prefetch_related("names").order_by("slug"):
        texts = {each.language: each.text for each in organisation.names.all()}
        yield from _wording(organisation.slug, organisation.country_name, texts, language, most)


def store_organisation_name(slug: str, language: str, text: str) -> Organisation:
    """Make a text the name of an organisation."""
    organisation = Organisation.objects.filter(slug=slug).first()
    if organisation is None:
        raise ValidationError(_("This is not there any more."))
    name = OrganisationName.objects.filter(organisation=organisation, language=language).first()
    name = name or OrganisationName(organisation=organisation, language=language)
    name.text = text
    name.full_clean(exclude=["organisation"])
    name.save()
    return organisation


def texts_of_letters(language: str) -> Iterable[Wording]:
    """Return what e-mails say, in each plural form of a language (one query)."""
    for each in letter_texts(language):
        count = len(each.letters)
        if count == 1:
            place = _("“%(letter)s”") % {"letter": subject_of(each.letters[0])}
        else:
            place = ngettext("in %(count)d e-mail", "in %(count)d e-mails", count) % {"count": count}
        if each.numbers:
            numbers = ", ".join(map(str, each.numbers[:SHOWN_NUMBERS]))
            numbers += " …" if len(each.numbers) > SHOWN_NUMBERS else ""
            place = _("%(place)s, when the number is %(numbers)s") % {"place": place, "numbers": numbers}
        if each.is_subject:
            place = _("%(place)s, subject") % {"place": place}
        is_long = not each.is_subject
        yield Wording(each.key, place, each.source, FIRST_LANGUAGE, each.text, most_letters(each), is_long)


contribute_wordings("labels", Kind(gettext_lazy("Names of concepts"), concept_labels, store_concept_label))
contribute_wordings("definitions", Kind(gettext_lazy("Definitions of concepts"), definitions, store_definition))
contribute_wordings(
    "organisations",
    # Which bodies belong to the community is told to its members only.
    Kind(gettext_lazy("Names of organisations"), organisation_names, store_organisation_name, for_members=True),
)
contribute_wordings("letters", Kind(gettext_lazy("E-mails"), texts_of_letters, word_letter_text, has_standard=True))
