"""Users, organisations, and the ways in and out: a file per concept."""

from members.models.applications import Application, ApplicationStep
from members.models.attestations import Attestation
from members.models.feed_keys import FeedKey, new_feed_secret
from members.models.invitations import Invitation
from members.models.letters import Letter
from members.models.organisations import Organisation, OrganisationName
from members.models.users import PauseReason, User, UserManager, utc_today

__all__ = [
    "Application",
    "ApplicationStep",
    "Attestation",
    "FeedKey",
    "Invitation",
    "Letter",
    "Organisation",
    "OrganisationName",
    "PauseReason",
    "User",
    "UserManager",
    "new_feed_secret",
    "utc_today",
]
