"""What a password must not be, beside what Django knows; nobody is asked, least of all over the network."""

from __future__ import annotations

import re
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext

# Rows of keys and of signs as people run through them, forwards and backwards.
ROWS = ["abcdefghijklmnopqrstuvwxyz", "01234567890", "qwertyuiop", "asdfghjkl", "zxcvbnm", "azertyuiop", "qsdfghjklm"]
RUN = 4
MIN_DIFFERENT = 6
MIN_WORD = 4
# Whatever comes behind makes nothing weaker, and looking for repetitions in it takes long.
MAX_LOOKED_AT = 128


def _bare(text: str) -> str:
    return re.sub(r"[\W_]", "", text.casefold())


def _runs() -> set[str]:
    rows = ROWS + [row[::-1] for row in ROWS]
    return {row[start : start + RUN] for row in rows for start in range(len(row) - RUN + 1)}


RUNS = _runs()


class PatternValidator:
    """Refuses what is long only because something is repeated or counted through."""

    def validate(self, password: str, user: Any = None) -> None:
        """Raise when too little is left of a password without its repetitions and runs of keys."""
        if len(set(password.casefold())) < MIN_DIFFERENT or self._what_is_left(password) < MIN_DIFFERENT:
            raise ValidationError(
                gettext("This password is a pattern: it repeats itself, or runs along the keyboard or the alphabet."),
                code="password_is_pattern",
            )

    @staticmethod
    def _what_is_left(password: str) -> int:
        """Return how many signs a guesser must find who tries runs and repetitions first."""
        text = re.sub(r"(.+?)\1+", r"\1", password[:MAX_LOOKED_AT].casefold())
        left = position = 0
        while position < len(text):
            left += 1
            if text[position : position + RUN] in RUNS:
                position += RUN
                while text[position - RUN + 1 : position + 1] in RUNS:
                    position += 1
            else:
                position += 1
        return left

    def get_help_text(self) -> str:
        """Say it before it is done wrong."""
        return gettext("Your password must not be a pattern, such as abcabc or qwerty.")


class SurroundingsValidator:
    """Refuses passwords made of what everybody around knows: the hub's name, the person's organisation."""

    def validate(self, password: str, user: Any = None) -> None:
        """Raise when most of a password is a name from the person's surroundings."""
        bare = _bare(password)
        for word in self._words(user):
            if word in bare and len(word) * 2 >= len(bare):
                raise ValidationError(
                    gettext("This password is too close to the name of the site or of your organisation."),
                    code="password_is_surroundings",
                )

    @staticmethod
    def _words(user: Any) -> set[str]:
        names = [settings.WAGTAIL_SITE_NAME, *settings.ALLOWED_HOSTS]
        organisation = getattr(user, "organisation", None)
        if organisation is not None:
            names += [organisation.slug, *(name.text for name in organisation.names.all())]
        return {word for word in map(_bare, names) if len(word) >= MIN_WORD}

    def get_help_text(self) -> str:
        """Say it before it is done wrong."""
        return gettext("Your password must not be the name of the site or of your organisation.")
