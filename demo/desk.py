"""What waits on the desks of the demonstration's translators: begun translations, questions, standing requests."""

from __future__ import annotations

import datetime
from collections.abc import Mapping

from django.utils import timezone
from wagtail.models import Locale
from wagtail_localize.models import StringSegment, Translation, TranslationSource

from access.readers import reader_for
from knowledge.models import ReadablePage
from members.models import User
from translation.editing import add_comment, approve_text, keep_draft, save_text, subject_of
from translation.models import Assignment, SegmentVersion, StandingRequest, TermSuggestion
from translation.suggestions import suggest_term

# Piece, language, role, days, priority; texts by place: approved, drafted by a machine, and typed but not saved.
BEGUN = [
    (
        "cross-border-truck-corridor",
        "fr",
        "translator (French)",
        10,
        Assignment.Priority.HIGH,
        {
            "title": "Nous avions parié contre\u00a0: une feuille de papier de Mombasa à Kigali",
            "slug": "une-feuille-de-mombasa-à-kigali",
        },
        {
            "summary": (
                "Trois chercheuses devaient mesurer un dispositif de sûreté pour les camions de produits chimiques au "
                "Kenya, en Ouganda et au Rwanda. L’une a parié une caisse de soda qu’il ne survivrait pas à la saison "
                "des pluies. Elle a perdu, et n’avait pas tort."
            )
        },
        {},
        ("summary", "Were all three researchers women? French has to choose."),
    ),
    (
        "marketplace-takedown-agreement",
        "ar",
        "translator (Arabic)",
        21,
        Assignment.Priority.NORMAL,
        {"title": "ست صفحات وهاتفان: اتفاق إزالة ناجح", "slug": "اتفاق-إزالة-ناجح"},
        {},
        {"summary": "هيئة رومانية وسوقان إلكترونيتان"},
        None,
    ),
]
# The section of a piece, language, days.
STANDING = [("new-vulnerabilities", "ar", 14), ("new-vulnerabilities", "fr", 14)]
# Role, language, term in the source, suggestion, why.
SUGGESTED = [
    ("translator (French)", "fr", "lorry park", "aire de repos gardée", "What drivers call it in West Africa.")
]


def make_desk(users: Mapping[str, User], pages: Mapping[str, ReadablePage]) -> None:
    """Make what is missing; runs again without doing anything twice.

    Args:
        users: by role, as `demo.accounts.make_accounts` returns them.
        pages: source pages by key, as `DemoLoader.pages` has them; what is not there is left out.
    """
    for key, language, role, days, priority, approved, by_machine, typed, question in BEGUN:
        if key not in pages:
            continue
        source, _created = TranslationSource.get_or_create_from_instance(pages[key])
        locale = Locale.objects.get(language_code=language)
        translation, is_new = Translation.objects.get_or_create(source=source, target_locale=locale)
        if not is_new:
            continue
        person = users[role]
        translation.save_target(user=users["editor"], publish=False)
        Assignment.objects.create(
            translation=translation,
            person=person,
            deadline=timezone.localdate() + datetime.timedelta(days=days),
            priority=priority,
            assigned_by=users["editor"],
        )
        for path, text in approved.items():
            segment = _segment(source, path)
            saved = save_text(translation, segment, text, "", person)
            if saved is not None:
                approve_text(saved, subject_of(translation, segment, text, reader_for(person)), person)
        for path, text in by_machine.items():
            save_text(translation, _segment(source, path), text, "", person, SegmentVersion.Origin.MACHINE)
        for path, text in typed.items():
            segment = _segment(source, path)
            keep_draft(translation, segment.string_id, segment.context_id, text, "", person)
        if question is not None:
            path, text = question
            add_comment(translation, _segment(source, path), text, person)
    for role, language, source, term, note in SUGGESTED:
        if not TermSuggestion.objects.filter(term=term).exists():
            suggest_term(source, language, term, users[role], note=note)
    for key, language, days in STANDING:
        if key in pages:
            StandingRequest.objects.get_or_create(
                section=pages[key].get_parent(), language=language, defaults={"days": days}
            )


def _segment(source: TranslationSource, path: str) -> StringSegment:
    return StringSegment.objects.select_related("string", "context").get(source=source, context__path=path)
