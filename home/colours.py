"""Whether text in a colour can be read: WCAG 2.2, success criterion 1.4.3."""

from __future__ import annotations

import re

from django.core.exceptions import ValidationError
from django.utils.formats import number_format
from django.utils.translation import gettext as _

# What the accent colour stands on, and what stands on it, in the light scheme of static/css/hub.css. The dark scheme
# mixes the accent with a light colour, so that it can be read there whatever it is.
GROUNDS = ("#ffffff", "#fdfcfa", "#f3f0ea")
LEAST_CONTRAST = 4.5


def _luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(first: str, second: str) -> float:
    """Return the contrast ratio of two colours, each as `#rrggbb`: from 1 (none) to 21."""
    lighter, darker = sorted((_luminance(first), _luminance(second)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def check_contrast(colour: str) -> None:
    """Refuse an accent colour in which links and buttons could not be read.

    Raises:
        ValidationError: naming the contrast it has, and the least it must have.
    """
    if not re.fullmatch(r"#[0-9a-fA-F]{6}", colour):
        return  # No colour at all; another validator says so.
    found = min(contrast(colour, ground) for ground in GROUNDS)
    if found < LEAST_CONTRAST:
        raise ValidationError(
            _(
                "Links in this colour could not be read: its contrast is %(found)s, at least %(least)s is needed. "
                "Choose a darker one."
            )
            % {"found": number_format(int(found * 10) / 10, 1), "least": number_format(LEAST_CONTRAST, 1)}
        )
