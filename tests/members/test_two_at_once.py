"""Two people decide on one application at the same moment, on two connections."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator

import pytest
from django.db import connection, connections

from members import applications
from members.accounts import NotPossible
from members.models import Application, Letter, User
from tests.factories import ApplicationFactory, MemberFactory

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def at_once(*functions: Callable[[], None]) -> None:
    """Call functions, each in a thread with a connection of its own; on SQLite in memory, which has one, in turn."""
    if connection.vendor == "sqlite":
        for function in functions:
            function()
        return

    def call(function: Callable[[], None]) -> None:
        try:
            function()
        finally:
            connections.close_all()

    threads = [threading.Thread(target=call, args=(function,)) for function in functions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)


@pytest.fixture
def committed(monkeypatch) -> Iterator[tuple[list[User], Application]]:
    """Two members and an application that other connections see; what they leave is removed, as no test's end does."""
    # Entries of the audit could not be removed again.
    for module in ("applications", "receivers"):
        monkeypatch.setattr(f"members.{module}.record", lambda *arguments, **named: None)
    made = []
    at_once(lambda: made.extend([MemberFactory(), MemberFactory(), ApplicationFactory()]))
    *actors, application = made
    yield actors, application

    def remove() -> None:
        Letter.objects.filter(to=application.email).delete()
        Application.objects.filter(pk=application.pk).delete()
        User.objects.filter(email__in=[application.email, *(actor.email for actor in actors)]).delete()

    at_once(remove)


def test_one_is_told_that_somebody_was_quicker(committed):
    actors, application = committed
    outcomes = []

    def approve(actor: User) -> None:
        try:
            applications.approve(application.pk, actor)
            outcomes.append("approved")
        except NotPossible as reason:
            outcomes.append(str(reason))

    at_once(*(lambda actor=actor: approve(actor) for actor in actors))
    assert sorted(outcome == "approved" for outcome in outcomes) == [False, True], outcomes
    assert any("Somebody was quicker" in outcome for outcome in outcomes)
    assert User.objects.filter(email=application.email).count() == 1
    assert application.steps.filter(action="approved").count() == 1
