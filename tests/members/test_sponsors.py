"""Sponsors: who is asked, who may answer, and what happens when they leave."""

from __future__ import annotations

import datetime

import pytest
from django.utils import timezone

from members import membership
from members.applications import submit
from members.links import Purpose, path_to
from members.models import Application, Attestation, Letter, PauseReason, User
from members.sponsors import ask_sponsors, void_requests_of_former_members
from tests.factories import ApplicationFactory, MemberFactory, OrganisationFactory, UserFactory
from tests.members.conftest import path_in

pytestmark = pytest.mark.django_db

State = Attestation.State


@pytest.fixture(autouse=True)
def _tree(tree):
    """Every test here needs the tree."""


def asked(application: Application) -> list[User]:
    return [each.sponsor for each in application.attestations.exclude(state=State.VOID)]


def request_to(sponsor: User, **fields) -> Attestation:
    return Attestation.objects.create(application=ApplicationFactory(), sponsor=sponsor, **fields)


def link_of(attestation: Attestation) -> str:
    return path_to(Purpose.ATTESTATION, attestation.secret)


def refused(answer) -> bool:
    return answer.status_code == 404 and "This link cannot be used any more" in answer.content.decode()


class TestWhoIsAsked:
    def test_the_member_whom_the_applicant_names_in_their_language(self, letters):
        sponsor = MemberFactory(language="ar")
        application = ApplicationFactory(sponsor_email=sponsor.email.upper())
        ask_sponsors(application)
        assert asked(application) == [sponsor]
        assert letters()[0].to == [sponsor.email]
        assert Letter.objects.get().language == "ar"

    @pytest.mark.parametrize("fields", [{"is_member": False}, {"is_active": False}])
    def test_nobody_who_is_no_member(self, fields):
        application = ApplicationFactory(sponsor_email=MemberFactory(**fields).email)
        ask_sponsors(application)
        assert asked(application) == []

    def test_a_focal_point_of_the_organisation_that_is_named(self, client):
        organisation = OrganisationFactory(names={"en": "Port Authority", "fr": "Capitainerie du port"})
        named = ApplicationFactory.build(organisation_name=" capitainerie du PORT", confirmation_secret="c" * 32)
        named.state = "unverified"
        focal_point = MemberFactory(organisation=organisation)
        organisation.focal_points.add(UserFactory(), focal_point)
        submit(named)
        assert not Attestation.objects.exists(), "Nobody is asked for an address that nobody confirmed"
        client.post(path_to(Purpose.CONFIRMATION, "c" * 32))
        assert asked(named) == [focal_point]

    def test_nobody_vouches_for_themselves(self):
        user, organisation = UserFactory(), OrganisationFactory()
        User.objects.filter(pk=user.pk).update(is_member=True)
        organisation.focal_points.add(user)
        application = ApplicationFactory(email=user.email, organisation=organisation)
        ask_sponsors(application)
        assert asked(application) == []


class TestAnswering:
    @pytest.mark.parametrize(("answer", "state"), [("yes", State.ATTESTED), ("no", State.DECLINED)])
    def test_a_sponsor_answers_once(self, client, answer, state):
        attestation = request_to(MemberFactory())
        client.force_login(attestation.sponsor)
        assert attestation.application.why in client.get(link_of(attestation)).content.decode()
        attestation.refresh_from_db()
        assert attestation.state == State.WAITING, "A link that is opened changes nothing"
        client.post(link_of(attestation), {"vouches": answer, "comment": "We work together."})
        attestation.refresh_from_db()
        assert (attestation.state, attestation.comment) == (state, "We work together.")
        assert refused(client.post(link_of(attestation), {"vouches": "yes"}))
        assert refused(client.get(link_of(attestation)))

    def test_it_takes_the_person_who_was_asked(self, client):
        attestation, other = request_to(MemberFactory()), request_to(MemberFactory())
        assert client.get(link_of(attestation))["Location"].startswith("/en/accounts/login/?next=")
        client.force_login(other.sponsor)
        assert refused(client.get(link_of(attestation)))
        assert refused(client.post(link_of(attestation), {"vouches": "yes"}))
        client.force_login(MemberFactory(is_superuser=True))
        assert refused(client.post(link_of(attestation), {"vouches": "yes"}))
        attestation.refresh_from_db()
        assert attestation.state == State.WAITING

    def test_too_late_is_too_late(self, client):
        expired = request_to(MemberFactory(), expires_at=timezone.now() - datetime.timedelta(minutes=1))
        decided = request_to(MemberFactory())
        Application.objects.filter(pk=decided.application_id).update(state="approved")
        for attestation in (expired, decided):
            client.force_login(attestation.sponsor)
            assert refused(client.get(link_of(attestation)))
            assert refused(client.post(link_of(attestation), {"vouches": "yes"}))

    def test_no_answer_is_no_answer(self, client):
        attestation = request_to(MemberFactory())
        client.force_login(attestation.sponsor)
        assert "vouches" in client.post(link_of(attestation), {}).context["form"].errors


class TestLeaving:
    def leave(self, user: User, how: str) -> None:
        if how == "paused":
            membership.pause(user, PauseReason.SECRETARIAT)
        elif how == "deleted":
            user.delete()
        else:
            setattr(user, how, False)
            user.save()

    @pytest.mark.parametrize("how", ["is_active", "is_member", "paused", "deleted"])
    def test_the_request_is_void_and_goes_to_another_focal_point(self, client, letters, how):
        organisation = OrganisationFactory()
        first, second = MemberFactory(), MemberFactory()
        organisation.focal_points.add(first, second)
        application = ApplicationFactory(organisation=organisation)
        ask_sponsors(application)
        (attestation,) = application.attestations.all()
        path = path_in(letters()[0], "/attest/")
        self.leave(first, how)
        attestation.refresh_from_db()
        assert attestation.state == State.VOID
        assert asked(application) == [second]
        assert [letter.to for letter in letters() if "/attest/" in letter.body] == [[second.email]]
        assert application.steps.filter(action="sponsor_left").exists()
        client.force_login(second)
        assert refused(client.get(path))
        client.force_login(UserFactory(is_superuser=True))
        assert "Void" in client.get("/admin/applications/").content.decode()
        assert "Void" in client.get(f"/admin/applications/{application.pk}/").content.decode()

    def test_whose_last_day_is_over_cannot_answer_even_before_the_scheduler_knows(self, client, clock):
        sponsor = MemberFactory(member_until=clock.now.date())
        attestation = request_to(sponsor)
        clock.move(days=1)
        client.force_login(sponsor)
        assert refused(client.post(link_of(attestation), {"vouches": "yes"}))
        assert void_requests_of_former_members() == 1
        assert void_requests_of_former_members() == 0
        attestation.refresh_from_db()
        assert attestation.state == State.VOID

    def test_what_was_answered_stays(self, client):
        attestation = request_to(MemberFactory(), state=State.ATTESTED)
        self.leave(attestation.sponsor, "is_member")
        attestation.refresh_from_db()
        assert attestation.state == State.ATTESTED
