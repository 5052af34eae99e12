"""Users, organisations, and the ways in and out: a file per concept."""

from members.models.applications import Application, ApplicationStep
from members.models.attestations import Attestation
from members.models.expert_questions import ExpertQuestion
from members.models.feed_keys import FeedKey, new_feed_secret
from members.models.invitations import Invitation
from members.models.letters import Letter, LetterText
from members.models.organisations import Organisation, OrganisationName
from members.models.profiles import Digest, Profile, Visibility, new_public_id
from members.models.users import PauseReason, User, UserManager, time_zone_choices, utc_today

__all__ = [
    "Application",
    "ApplicationStep",
    "Attestation",
    "Digest",
    "ExpertQuestion",
    "FeedKey",
    "Invitation",
    "Letter",
    "LetterText",
    "Organisation",
    "OrganisationName",
    "PauseReason",
    "Profile",
    "User",
    "UserManager",
    "Visibility",
    "new_feed_secret",
    "new_public_id",
    "time_zone_choices",
    "utc_today",
]
