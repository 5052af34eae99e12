"""What every template may use."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject
from django.utils.translation import get_language

from access.readers import reader_of
from home.queries import frame_for


def frame(request: HttpRequest) -> dict[str, Any]:
    """Give templates `frame` (name, navigation, footer) and `reader`; nothing is asked until it is used."""
    return {
        "frame": SimpleLazyObject(lambda: frame_for(reader_of(request), get_language() or "en")),
        "reader": SimpleLazyObject(lambda: reader_of(request)),
    }
