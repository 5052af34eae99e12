"""What every template may use."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject
from django.utils.translation import get_language

from access.readers import reader_of
from access.view_as import name_of_persona
from home.queries import frame_for


def frame(request: HttpRequest) -> dict[str, Any]:
    """Give templates `frame` (name, navigation, footer), `reader`, `viewed_as`; nothing is asked until it is used."""
    return {
        "frame": SimpleLazyObject(lambda: frame_for(reader_of(request), get_language() or "en")),
        "viewed_as": SimpleLazyObject(
            lambda: name_of_persona(persona) if (persona := reader_of(request).persona) else ""
        ),
        "reader": SimpleLazyObject(lambda: reader_of(request)),
    }
