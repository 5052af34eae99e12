"""scripts/audit_dependencies.py: a finding fails, silence is not taken for an answer."""

from __future__ import annotations

import json
import runpy
from pathlib import Path

import pytest

SCRIPT = Path(__file__).resolve().parents[2] / "scripts" / "audit_dependencies.py"
CLEAN = {"name": "django", "version": "6.1", "vulns": []}
WEAK = {"name": "pillow", "version": "1.0", "vulns": [{"id": "CVE-1", "fix_versions": ["1.1"]}]}
UNASKED = {"name": "wagtail", "skip_reason": "Dependency not found on PyPI and could not be audited"}


@pytest.fixture
def run(monkeypatch):
    """Return a function that runs the script on what pip-audit would say, for each service, of each lock file."""
    script = runpy.run_path(str(SCRIPT))

    def run(*arguments: str, **said: object) -> int:
        def audit_with(service, _locked):
            answer = said.get(service, "")
            return script["read_report"](answer if isinstance(answer, str) else json.dumps({"dependencies": answer}))

        monkeypatch.setitem(script["audit"].__globals__, "audit_with", audit_with)
        return script["main"](list(arguments))

    return run


def test_a_known_weakness_fails_and_is_named(run, capsys):
    assert run(pypi=[CLEAN, WEAK]) == 1
    assert "pillow 1.0: CVE-1 (mended in 1.1)" in capsys.readouterr().err


def test_without_a_weakness_it_says_how_many_were_asked_about(run, capsys):
    assert run(pypi=[CLEAN]) == 0
    told = capsys.readouterr()
    assert "1 packages asked about" in told.out
    assert "WARNING" not in told.err


@pytest.mark.parametrize("answer", [[UNASKED, CLEAN], [UNASKED], "", "Traceback: no network", "[]", "{}"])
def test_what_could_not_be_asked_is_said_aloud_and_fails_when_strict(run, capsys, answer):
    assert run(pypi=answer, osv=answer) == 0
    told = capsys.readouterr()
    assert "NOT a clean result" in told.err
    assert "packages asked about" not in told.out
    assert run("--strict", pypi=answer, osv=answer) == 1


def test_the_other_database_is_asked_about_what_the_first_does_not_know(run):
    known = {"name": "wagtail", "version": "8.0", "vulns": []}
    assert run("--strict", pypi=[UNASKED], osv=[known]) == 0
    assert run(pypi=[UNASKED], osv=[{**known, "vulns": WEAK["vulns"]}]) == 1
