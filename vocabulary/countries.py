"""Countries: codes from ISO 3166-1 (pycountry), names from the Unicode CLDR (Babel)."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

import pycountry
from anyascii import anyascii
from babel import Locale as BabelLocale
from django.utils.translation import get_language

CODES = tuple(sorted(country.alpha_2 for country in pycountry.countries))


@lru_cache(maxsize=16)
def _names(language: str) -> dict[str, str]:
    territories = BabelLocale.parse(language.replace("-", "_")).territories
    return {code: territories.get(code, code) for code in CODES}


def country_name(code: str, language: str | None = None) -> str:
    """Return a country's name in a language (default: the active one); an unknown code is returned as it is."""
    return _names(language or get_language() or "en").get(code, code)


def country_choices() -> list[tuple[str, str]]:
    """Return (code, name) pairs in the order of the names in the active language."""
    return in_order_of_names(CODES, get_language() or "en")


def in_order_of_names(codes: Iterable[str], language: str) -> list[tuple[str, str]]:
    """Return (code, name) pairs in the order of the names in a language."""
    names = [(code, country_name(code, language)) for code in codes]
    return sorted(names, key=lambda pair: anyascii(pair[1]) if pair[1][0] < "\u0600" else pair[1])
