"""What Wagtail writes to editors and moderators by e-mail: links, and nothing that a page says."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Group
from django.core import mail
from django.urls import reverse
from wagtail.models import Workflow

from tests.factories import MemberFactory, make_article

pytestmark = pytest.mark.django_db


@pytest.fixture
def moderator(tree):
    user = MemberFactory(language="fr")
    user.groups.add(Group.objects.get(name="Moderators"))
    return user


def test_what_is_submitted_is_not_told_but_linked(moderator, django_capture_on_commit_callbacks):
    editor = MemberFactory(language="es")
    editor.groups.add(Group.objects.get(name="Editors"))
    page = make_article("Velociraptor plans", marking="GREEN", live=False, summary="About velociraptors.")
    page.save_revision(user=editor)
    with django_capture_on_commit_callbacks(execute=True):
        state = Workflow.objects.get(name="Moderators approval").start(page, editor)
        state.current_task_state.reject(user=moderator, comment="Too many velociraptors.")
    assert {message.to[0] for message in mail.outbox} >= {moderator.email, editor.email}
    for message in mail.outbox:
        assert "elociraptor" not in f"{message.subject} {message.body}"
        assert reverse("wagtailadmin_pages:edit", args=[page.pk]) in message.body
