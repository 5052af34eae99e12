"""Choosers of Wagtail's admin without a script within the page: the hub's policy lets none run."""

from __future__ import annotations

import re
from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from wagtail.admin.widgets import BaseChooser

# new ImageChooser("id_image", {"modalUrl": "…"});
START = re.compile(r"(?:new )?(?P<name>\w+)\((?P<arguments>.*)\);", re.DOTALL)


def render(chooser: BaseChooser, name: str, value: Any, attrs: dict[str, str], renderer: Any = None) -> SafeString:
    """Return a chooser's HTML, followed by an element that says how it starts (static/admin/starts.js reads it)."""
    facts = chooser.get_value_data(value)
    start = START.fullmatch(chooser.render_js_init(attrs["id"], name, facts))
    if start is None:
        raise ValueError(f"{type(chooser).__name__} starts in a way that static/admin/starts.js does not know.")
    html = mark_safe(chooser.render_html(name, facts, attrs))  # noqa: S308 - it comes from Wagtail's template
    return format_html(
        '{}<span hidden data-starts="{}" data-arguments="[{}]"></span>', html, start["name"], start["arguments"]
    )


def replace_scripts() -> None:
    """Have all choosers rendered by `render`."""
    BaseChooser.render = render
