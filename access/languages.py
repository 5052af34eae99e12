"""The names of the hub's languages, in the active one."""

from __future__ import annotations

from collections.abc import Iterable

from django.conf import settings
from django.utils.translation import get_language_info


def language_name(code: str) -> str:
    """Return what a language is called in the active one, e.g. "Arabic"."""
    return str(get_language_info(code)["name_translated"])


def language_choices(codes: Iterable[str] | None = None) -> list[tuple[str, str]]:
    """Return codes and names of languages, all of the hub's by default, as fields to choose from want them."""
    return [(code, language_name(code)) for code in (dict(settings.LANGUAGES) if codes is None else codes)]
