"""What is looked at before a text is approved."""

from __future__ import annotations

import re

import pytest

from translation.checks import CHECKS, Subject, findings
from translation.terms import TermHint

NBSP = "\u00a0"


def subject(source: str, text: str, language: str = "fr", **fields) -> Subject:
    return Subject(source, text, re.sub(r"<(/?)1>", r"<\1b>", source), "en", language, **fields)


def names(*args, **fields) -> set[str]:
    dismissed = fields.pop("dismissed", ())
    return {finding.check.name for finding in findings(subject(*args, **fields), dismissed)}


GOOD = [
    ("Lock the store at night.", "Fermez l’entrepôt à clé la nuit.", "fr"),
    ("Who has the key?", f"Qui a la clé{NBSP}?", "fr"),
    ("Who has the key?", "¿Quién tiene la llave?", "es"),
    ("Who has the key?", "من لديه المفتاح؟", "ar"),
    ("In 2024, 1,500 drums.", f"En 2024, 1{NBSP}500 fûts.", "fr"),
    ("In 2024, 1,500 drums.", "في عام ٢٠٢٤، ١٬٥٠٠ برميل.", "ar"),
    ("On 3 August 2025 it closed.", "أُغلق في ٣ آب/أغسطس ٢٠٢٥.", "ar"),
    ("On 3 August 2025 it closed.", "El 3 de agosto de 2025 cerró.", "es"),
    ("Keep 5 kg apart.", f"Séparez 5{NBSP}kg.", "fr"),
    ("See https://example.org/a?b=c for it.", "Voir https://example.org/a?b=c pour cela.", "fr"),
    ("It opens at 10:30.", "Ouverture à 10:30.", "fr"),
    ("Notes (draft)", "Notes (projet)", "fr"),
    ("WHO", "WHO", "fr"),
    ("Use <1>the form</1>.", "Utilisez <1>le formulaire</1>.", "fr"),
    ("The OPCW met.", "اجتمعت OPCW.", "ar"),
    ("“Quoted”", f"«{NBSP}Cité{NBSP}»", "fr"),
    ("We looked at each other.", "Nous nous sommes regardés.", "fr"),
]


@pytest.mark.parametrize(("source", "text", "language"), GOOD)
def test_good_translations_pass(source, text, language):
    assert names(source, text, language) == set()


FAULTS = [
    ("placeholders", "Use <1>the form</1>.", "Utilisez le formulaire.", "fr"),
    ("numbers", "Keep 15 drums.", "Gardez 51 fûts.", "fr"),
    ("numbers", "Keep the drums.", "Gardez 3 fûts.", "fr"),
    ("numbers", "Keep 5 kg.", "Gardez 5.", "fr"),
    ("dates", "On 3 August 2025.", "Le 03/08/2025.", "fr"),
    ("dates", "On 3 August 2025.", "Le 3 juillet 2025.", "fr"),
    ("same", "Lock the store", "Lock the store", "fr"),
    ("space", "Lock it.", " Fermez.", "fr"),
    ("space", "Lock it.", "Fermez.  Vite.", "fr"),
    ("end", "Who has it?", "Qui a la clé.", "fr"),
    ("end", "The following:", "Ce qui suit.", "fr"),
    ("french-space", "Who has it?", "Qui l’a?", "fr"),
    ("french-space", "Who has it?", "Qui l’a ?", "fr"),
    ("french-space", "“Quoted”", "«Cité»", "fr"),
    ("arabic-marks", "First, lock it.", "أولاً, أغلقه.", "ar"),
    ("arabic-marks", "Who has it?", "من لديه?", "ar"),
    ("spanish-marks", "Who has it?", "Quién la tiene?", "es"),
    ("pairs", "Notes (draft)", "Notes (projet", "fr"),
    ("pairs", "Notes", "Notes)", "fr"),
    ("script", "Lock the store.", "Lock the stores.", "ar"),
    ("script", "Lock the store.", "Fermez المخزن.", "fr"),
    ("script", "Lock it.", "Fermez \u202bcela.", "fr"),
    ("doubled", "Lock the store.", "Fermez la la porte.", "fr"),
]


@pytest.mark.parametrize(("name", "source", "text", "language"), FAULTS)
def test_faults_are_found(name, source, text, language):
    assert name in names(source, text, language)


def test_a_check_is_dismissed_by_name():
    assert "numbers" not in names("Keep 15.", "Gardez 51.", dismissed={"numbers"})


def test_what_cannot_be_stored_cannot_be_dismissed():
    long = {"path": "title", "most_letters": 5, "dismissed": {"length", "address"}}
    assert names("Long", "Trop long", **long) == {"length"}
    assert "address" in names("a-title", "Un titre !", path="slug", dismissed={"address"})
    assert names("a-title", "منارة-كويلمير", "ar", path="slug") == set()


def test_terms_are_asked_for_by_their_preferred_labels():
    hint = TermHint("risk", "Risk assessment", "Évaluation des risques", ("Analyse des risques",), True)
    source = "A risk assessment comes first."
    assert names(source, "L’examen vient d’abord.", terms=[hint]) == {"terms"}
    assert names(source, "L’évaluation des risques vient d’abord.", terms=[hint]) == set()
    assert names(source, "Une analyse des risques vient d’abord.", terms=[hint]) == set()
    wider = TermHint("retail", "Shops", "Commerce de détail", (), False)
    assert names("The shops.", "Les boutiques.", terms=[wider]) == set()


def test_arabic_terms_are_found_with_what_is_attached_to_them():
    hint = TermHint("store", "Storage", "تخزين", (), True)
    assert names("Storage matters.", "للتخزين أهمية.", "ar", terms=[hint]) == set()
    assert names("Storage matters.", "للنقل أهمية.", "ar", terms=[hint]) == {"terms"}


def test_one_sentence_has_one_translation():
    assert names("Lock it.", "Fermez.", elsewhere=["Verrouillez."]) == {"consistency"}
    assert names("Lock it.", "Fermez.", elsewhere=["Verrouillez.", "Fermez."]) == set()


def test_captions_can_be_read_in_their_time():
    cue = {"path": "cues.x"}
    assert names("Hello there.", "Bonjour à vous.", seconds=3.0, **cue) == set()
    assert names("Hello there.", "Bonjour à vous toutes et à vous tous.", seconds=1.0, **cue) == {"caption"}
    assert names("Hello there.", "Un\nDeux\nTrois.", seconds=9.0, **cue) == {"caption"}


def test_each_check_says_what_it_is_and_why():
    assert len({check.name for check in CHECKS}) == len(CHECKS) >= 15
    for check in CHECKS:
        assert check.__class__.__doc__
        assert str(check.title)
        assert str(check.reason)


def test_an_empty_text_is_not_checked():
    assert names("Lock it.", "  ") == set()
