"""The demonstration's applications are made once, and nobody gets an e-mail of them."""

from __future__ import annotations

import pytest

from demo.applications import APPLICANTS, FOCAL_POINTS, INVITED, make_applications
from members.models import Application, Invitation, Letter
from tests.factories import MemberFactory, OrganisationFactory


@pytest.mark.django_db
def test_they_are_made_once_and_not_sent(tree):
    users = {role: MemberFactory() for role in ("member", "expert", "administrator")}
    keys = {applicant.organisation for applicant in APPLICANTS} | {*FOCAL_POINTS, INVITED[2]}
    organisations = {key: OrganisationFactory(slug=key) for key in keys if key}
    for _again in range(2):
        make_applications(users, organisations)
    assert Application.objects.count() == len(APPLICANTS)
    assert len({application.state for application in Application.objects.all()}) == 4
    assert Invitation.objects.get().can_be_used
    assert not Letter.objects.exists()
