#!/usr/bin/env python3
"""Ask the advisory databases about every locked package. A known weakness fails; what could not be asked is said aloud.

    audit_dependencies.py [--strict]     --strict: what could not be asked fails too

pip-audit by itself ends with "no known vulnerabilities" when it could look up nothing.
"""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
# All that requirements.txt locks is locked for development as well.
LOCKED = ("requirements-dev.txt", "requirements/installer.txt")
SERVICES = ("pypi", "osv")
SECONDS = 300


@dataclass
class Audit:
    """What the databases said of the packages of one lock file.

    Attributes:
        asked: packages that some database knows.
        unasked: packages that no database was reached for.
        weaknesses: a line for each known one.
    """

    asked: set[str] = field(default_factory=set)
    unasked: set[str] = field(default_factory=set)
    weaknesses: list[str] = field(default_factory=list)


def read_report(text: str) -> Audit:
    """Return what pip-audit's JSON says; an Audit with nothing in it when it is none."""
    audit = Audit()
    try:
        packages = json.loads(text)["dependencies"]
    except (ValueError, KeyError, TypeError):
        return audit
    for package in packages:
        if "skip_reason" in package:
            audit.unasked.add(package["name"])
            continue
        audit.asked.add(package["name"])
        for weakness in package["vulns"]:
            mended = ", ".join(weakness["fix_versions"]) or "no version yet"
            audit.weaknesses.append(f"{package['name']} {package['version']}: {weakness['id']} (mended in {mended})")
    return audit


def audit_with(service: str, locked: str) -> Audit:
    """Run pip-audit on a lock file."""
    command = [
        *(sys.executable, "-m", "pip_audit", "--requirement", locked, "--require-hashes", "--disable-pip"),
        *("--vulnerability-service", service, "--format", "json", "--progress-spinner", "off", "--timeout", "10"),
    ]
    try:
        ran = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, timeout=SECONDS, check=False)
    except subprocess.TimeoutExpired:
        return Audit()
    return read_report(ran.stdout)


def audit(locked: str) -> Audit:
    """Ask one database after the other until one knows every package."""
    whole = Audit()
    for service in SERVICES:
        said = audit_with(service, locked)
        whole.asked |= said.asked
        whole.unasked |= said.unasked
        whole.weaknesses += said.weaknesses
        if said.asked and not said.unasked:
            break
    whole.unasked -= whole.asked
    return whole


def main(arguments: list[str]) -> int:
    """Audit all lock files; return 1 for a known weakness, and with --strict for what could not be asked."""
    is_failed = False
    for locked in LOCKED:
        said = audit(locked)
        for line in sorted(set(said.weaknesses)):
            print(f"!! {locked}: {line}", file=sys.stderr)
        is_failed = is_failed or bool(said.weaknesses)
        if said.asked and not said.unasked:
            print(f"{locked}: {len(said.asked)} packages asked about.")
            continue
        is_failed = is_failed or "--strict" in arguments
        what = f"{len(said.unasked)} of {len(said.asked | said.unasked)} packages" if said.unasked else "any package"
        print(f"\n!! WARNING: {locked}: no advisory database could be asked about {what}.", file=sys.stderr)
        print(
            "!! This is NOT a clean result. Run scripts/audit_dependencies.py --strict where it can.\n", file=sys.stderr
        )
    return int(is_failed)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
