"""Two people decide on one application at the same moment.

Two connections see only what is committed, so this works outside of a test's transaction, and removes what it made.
"""

from __future__ import annotations

import threading

import pytest
from django.db import connection, connections

from members import applications
from members.accounts import NotPossible
from members.models import Letter, User
from tests.factories import ApplicationFactory, MemberFactory

pytestmark = pytest.mark.slow


@pytest.fixture
def committed(request, django_db_setup, django_db_blocker, monkeypatch):
    # Entries of the audit could not be removed again.
    for module in ("applications", "receivers"):
        monkeypatch.setattr(f"members.{module}.record", lambda *arguments, **named: None)
    with django_db_blocker.unblock():
        actors = [MemberFactory(), MemberFactory()]
        application = ApplicationFactory()
        yield actors, application
        people = User.objects.filter(pk__in=[actor.pk for actor in actors]) | User.objects.filter(
            email=application.email
        )
        Letter.objects.filter(to=application.email).delete()
        application.delete()
        people.delete()


def test_one_is_told_that_somebody_was_quicker(committed):
    actors, application = committed
    # SQLite in memory has one connection: there they come one after the other.
    is_parallel = connection.vendor != "sqlite"
    barrier = threading.Barrier(2 if is_parallel else 1)
    outcomes = []

    def approve(actor: User) -> None:
        try:
            barrier.wait(10)
            applications.approve(application.pk, actor)
            outcomes.append("approved")
        except NotPossible as reason:
            outcomes.append(str(reason))
        finally:
            if is_parallel:
                connections.close_all()

    if is_parallel:
        threads = [threading.Thread(target=approve, args=(actor,)) for actor in actors]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
    else:
        for actor in actors:
            approve(actor)
    assert sorted(outcome == "approved" for outcome in outcomes) == [False, True]
    assert any("Somebody was quicker" in outcome for outcome in outcomes)
    assert User.objects.filter(email=application.email).count() == 1
    assert application.steps.filter(action="approved").count() == 1
