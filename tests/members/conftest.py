"""What tests of people coming in share."""

from __future__ import annotations

import datetime
import re

import pytest
from django.core import mail
from django.utils import timezone

from members.letters import send_waiting_letters


@pytest.fixture
def letters():
    """Return a function that sends what waits, and gives the e-mails since the last time."""

    def fetch() -> list[mail.EmailMessage]:
        mail.outbox.clear()
        send_waiting_letters()
        return list(mail.outbox)

    return fetch


class Clock:
    """A clock that can be set; it stands still."""

    def __init__(self, now: datetime.datetime) -> None:
        self.now = now

    def move(self, **difference: float) -> None:
        self.now += datetime.timedelta(**difference)


@pytest.fixture
def clock(monkeypatch) -> Clock:
    """Stop the clock of Django's `timezone.now`, now."""
    clock = Clock(datetime.datetime.now(datetime.UTC))
    monkeypatch.setattr(timezone, "now", lambda: clock.now)
    return clock


def paths_in(letter: mail.EmailMessage) -> list[str]:
    """Return the paths of the addresses in an e-mail."""
    return re.findall(r"https?://[^/\s]+(/\S+)", letter.body)


def path_in(letter: mail.EmailMessage, part: str) -> str:
    """Return the one path in an e-mail that has a part."""
    (found,) = [path for path in paths_in(letter) if part in path]
    return found
