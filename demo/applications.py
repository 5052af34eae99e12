"""Applications in several states, an invitation and a focal point for the demonstration. No e-mail is sent."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass

from django.utils import timezone

from members.models import Application, ApplicationStep, Attestation, Invitation, Organisation, User
from vocabulary.models import Concept

State = Application.State
Action = ApplicationStep.Action


@dataclass(frozen=True)
class Applicant:
    """Somebody invented who applied.

    Attributes:
        steps: what was done, each after some days, by the role of who did it (nobody: the applicant), with its text.
        attestation: the state of the focal point's answer; empty where nobody was asked.
    """

    email: str
    first_name: str
    last_name: str
    language: str
    organisation: str
    country: str
    sector: str
    why: str
    state: str
    days_ago: int
    steps: tuple[tuple[int, str, str, str], ...] = ()
    attestation: str = ""


FOCAL_POINTS = {"coastal-hotline-centre": "member", "andes-chemical-council": "expert"}
APPLICANTS = [
    Applicant(
        "tomas.rivadeneira@example.net",
        "Tomás",
        "Rivadeneira",
        "es",
        "andes-chemical-council",
        "PE",
        "chemical-industry",
        "Coordino la seguridad de doce almacenes y quiero conocer cómo otros países revisan a sus distribuidores.",
        State.RECEIVED,
        2,
        attestation=Attestation.State.WAITING,
    ),
    Applicant(
        "fatou.camara@example.net",
        "Fatou",
        "Camara",
        "fr",
        "coastal-hotline-centre",
        "SN",
        "law-enforcement",
        "Je prépare une ligne d'alerte pour les transporteurs, et je cherche des retours d'expérience.",
        State.IN_REVIEW,
        6,
        ((1, Action.ASSIGNED, "administrator", ""), (2, Action.NOTED, "administrator", "The ministry confirmed her.")),
        attestation=Attestation.State.ATTESTED,
    ),
    Applicant(
        "kareem.aziz@example.net",
        "كريم",
        "عزيز",
        "ar",
        "gulf-ports-authority",
        "OM",
        "ports-and-maritime",
        "أعمل في تفتيش الحاويات الكيميائية في الميناء وأرغب في تبادل الخبرة مع موانئ أخرى.",
        State.QUESTION,
        9,
        ((1, Action.ASSIGNED, "administrator", ""), (3, Action.ASKED, "administrator", "من يعرفك من الأعضاء؟")),
    ),
    Applicant(
        "jo.bloggs@example.net",
        "Jo",
        "Bloggs",
        "en",
        "",
        "GB",
        "academia",
        "I write about chemistry for a newspaper and would like to read the case studies.",
        State.DECLINED,
        30,
        (
            (1, Action.ASSIGNED, "administrator", ""),
            (
                5,
                Action.DECLINED,
                "administrator",
                "Thank you for your interest. Members are people who work on chemical security themselves; "
                "what is public is open to you, and we are glad to answer questions of the press.",
            ),
        ),
    ),
]
INVITED = ("mariam.saleh@example.net", "ar", "delta-police-academy", "We met at the annual meeting.")


def make_applications(users: Mapping[str, User], organisations: Mapping[str, Organisation]) -> None:
    """Make what is missing.

    Args:
        users: by role, as `demo.accounts.make_accounts` returns them.
        organisations: by key.
    """
    for key, role in FOCAL_POINTS.items():
        organisations[key].focal_points.add(users[role])
    for applicant in APPLICANTS:
        if not Application.objects.filter(email=applicant.email).exists():
            _make_application(applicant, users, organisations.get(applicant.organisation))
    email, language, organisation, note = INVITED
    Invitation.objects.get_or_create(
        email=email,
        defaults={
            "language": language,
            "organisation": organisations[organisation],
            "note": note,
            "invited_by": users["administrator"],
        },
    )


def _make_application(applicant: Applicant, users: Mapping[str, User], organisation: Organisation | None) -> None:
    sent = timezone.now() - datetime.timedelta(days=applicant.days_ago)
    is_decided = applicant.state == State.DECLINED
    application = Application.objects.create(
        state=applicant.state,
        first_name=applicant.first_name,
        last_name=applicant.last_name,
        email=applicant.email,
        language=applicant.language,
        organisation=organisation,
        organisation_name=organisation.name_in(applicant.language) if organisation else "The Morning Paper",
        sector=Concept.objects.filter(slug=applicant.sector).first(),
        country=applicant.country,
        why=applicant.why,
        consented_at=sent,
        created_at=sent,
        received_at=sent,
        decided_at=sent + datetime.timedelta(days=applicant.steps[-1][0]) if is_decided else None,
        assignee=users["administrator"] if applicant.steps else None,
        confirmation_secret=None,
    )
    begun = [(0, Action.SUBMITTED, "", ""), (0, Action.CONFIRMED, "", "")]
    for days, action, role, text in [*begun, *applicant.steps]:
        application.steps.create(
            at=sent + datetime.timedelta(days=days), action=action, actor=users.get(role), text=text
        )
    if applicant.attestation:
        application.attestations.create(
            sponsor=users[FOCAL_POINTS[applicant.organisation]],
            state=applicant.attestation,
            asked_at=sent,
            answered_at=None if applicant.attestation == Attestation.State.WAITING else timezone.now(),
        )
