"""Terms on their way into the vocabulary: suggested by translators or from a file, decided by its keepers."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from wagtail.log_actions import log

from members.letters import write_letter
from members.models import User
from translation.models import TermSuggestion
from vocabulary.models import Concept, ConceptLabel

KEEP_VOCABULARY = "vocabulary.change_concept"


def keeps_vocabulary(user: User | AnonymousUser) -> bool:
    """Tell whether somebody decides about suggestions."""
    return user.has_perm(KEEP_VOCABULARY)


def is_known(concept: Concept | None, language: str, term: str) -> bool:
    """Tell whether the vocabulary has a term already: for a concept, or for any if it is not known which one."""
    labels = ConceptLabel.objects.filter(language=language, text__iexact=term)
    return labels.filter(concept=concept).exists() if concept else labels.exists()


def suggest_term(
    source: str, language: str, term: str, user: User, concept: Concept | None = None, note: str = ""
) -> TermSuggestion:
    """Suggest a term to the keepers of the vocabulary.

    Args:
        source: the term in the text that is translated.
        language: code of the language of the suggestion.
        term: the suggestion.
        user: who suggests it.
        concept: what is meant, if the vocabulary has it.
        note: why.

    Raises:
        ValidationError: the vocabulary has it, it is suggested already, or something is missing or too long.
    """
    suggestion = TermSuggestion(
        concept=concept, source=source.strip(), language=language, term=term.strip(), note=note.strip(), person=user
    )
    if is_known(concept, language, suggestion.term):
        raise ValidationError(_("The vocabulary has this term already."))
    suggestion.full_clean(exclude=["person", "decided_by"])
    suggestion.save()
    return suggestion


class DecidedAlready(ValueError):
    """Somebody else decided meanwhile."""


def _take(suggestion: TermSuggestion) -> TermSuggestion:
    """Return a suggestion that is still open, for this transaction."""
    found = TermSuggestion.objects.select_for_update(of=("self",)).filter(pk=suggestion.pk, decision="").first()
    if found is None:
        raise DecidedAlready
    return found


@transaction.atomic
def accept_term(suggestion: TermSuggestion, concept: Concept, user: User) -> None:
    """Put a suggestion into the vocabulary: as the preferred label where the language has none, or as another one.

    Raises:
        DecidedAlready: somebody else was quicker.
    """
    taken = _take(suggestion)
    if not is_known(concept, taken.language, taken.term):
        has_preferred = ConceptLabel.objects.filter(
            concept=concept, language=taken.language, is_preferred=True
        ).exists()
        ConceptLabel.objects.create(
            concept=concept, language=taken.language, text=taken.term, is_preferred=not has_preferred
        )
        log(concept, "wagtail.edit", user=user)
    taken.concept = concept
    _decide(taken, TermSuggestion.Decision.ACCEPTED, "", user)


@transaction.atomic
def decline_term(suggestion: TermSuggestion, reason: str, user: User) -> None:
    """Leave a term out of the vocabulary, and say why.

    Raises:
        DecidedAlready: somebody else was quicker.
        ValidationError: there is no reason.
    """
    if not reason.strip():
        raise ValidationError(_("Say in a few words why not."))
    _decide(_take(suggestion), TermSuggestion.Decision.DECLINED, reason.strip()[:500], user)


def _decide(suggestion: TermSuggestion, decision: str, reason: str, user: User) -> None:
    suggestion.decision, suggestion.reason = decision, reason
    suggestion.decided_by, suggestion.decided_at = user, timezone.now()
    suggestion.save()
    person = suggestion.person
    if person is not None and person != user and person.is_active:
        # Without the term: it may be from a text that few may read.
        write_letter(
            "term_decided",
            person.email,
            person.language,
            user=person,
            url=f"{settings.BASE_URL}{reverse('desk_terms')}",
        )


def collect_suggestions(user: User) -> list[dict[str, object]]:
    """Return what somebody suggested."""
    return [dict(each) for each in TermSuggestion.objects.filter(person=user).values("term", "language", "at")]


def erase_suggestions(user: User) -> None:
    """Remove somebody's name from what they suggested and decided."""
    TermSuggestion.objects.filter(person=user).update(person=None)
    TermSuggestion.objects.filter(decided_by=user).update(decided_by=None)
