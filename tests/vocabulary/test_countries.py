"""Countries: their names come from the CLDR, in every language of the hub."""

from __future__ import annotations

import pytest
from django.utils import translation

from vocabulary.countries import CODES, country_choices, country_name


@pytest.mark.parametrize(
    ("code", "language", "name"),
    [
        ("KE", "en", "Kenya"),
        ("DE", "es", "Alemania"),
        ("DE", "fr", "Allemagne"),
        ("EG", "ar", "مصر"),
        ("EG", "fr", "Égypte"),
        ("ZZ", "en", "ZZ"),
        ("", "fr", ""),
        ("MX", "es-mx", "México"),
    ],
)
def test_a_country_is_named_in_a_language(code, language, name):
    assert country_name(code, language) == name


def test_the_active_language_is_the_default():
    with translation.override("fr"):
        assert country_name("ES") == "Espagne"
    with translation.override(None):
        assert country_name("ES") == "Spain"


@pytest.mark.parametrize("language", ["en", "ar", "es", "fr"])
def test_every_country_has_a_name_and_choices_are_in_order(language):
    with translation.override(language):
        choices = country_choices()
    assert {code for code, _name in choices} == set(CODES)
    assert all(name and name != code for code, name in choices)
    names = [name for _code, name in choices]
    assert len(set(names)) == len(names)


def test_accents_do_not_send_a_country_to_the_end_of_the_list():
    with translation.override("fr"):
        names = [name for _code, name in country_choices()]
    assert names.index("Égypte") < names.index("Finlande")
    with translation.override("en"):
        names = [name for _code, name in country_choices()]
    assert names.index("Åland Islands") < names.index("Zambia")
