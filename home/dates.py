"""Dates as readers write them."""

from __future__ import annotations

import datetime

from babel import Locale
from babel.dates import format_date as babel_format_date
from django.utils.translation import get_language

# The Arab world names the months in two ways, and the community writes both: "آب/أغسطس".
LEVANTINE = Locale.parse("ar_SY")
EGYPTIAN = Locale.parse("ar_EG")


def format_date(value: datetime.date | None, language: str | None = None) -> str:
    """Return a date in words in a language (default: the active one); nothing for no date.

    Arabic carries both month names and, like the other languages here, Western digits.
    """
    if value is None:
        return ""
    language = language or get_language() or "en"
    if isinstance(value, datetime.datetime):
        value = value.date()
    if language == "ar":
        month = LEVANTINE.months["stand-alone"]["wide"][value.month]
        other = EGYPTIAN.months["stand-alone"]["wide"][value.month]
        names = month if month == other else f"{month}/{other}"
        return f"{value.day} {names} {value.year}"
    return babel_format_date(value, "long", locale=Locale.parse(language.replace("-", "_")))
