"""What the desk keeps beside wagtail-localize's own models, one file per concept."""

from translation.models.assignments import Assignment, DeskDigest
from translation.models.machines import MachineUse
from translation.models.memory import MemoryUnit
from translation.models.releases import JointRelease, StandingRequest
from translation.models.segments import (
    DismissedCheck,
    ImportedFile,
    PendingApproval,
    SegmentComment,
    SegmentDraft,
    SegmentVersion,
)
from translation.models.terms import TermSuggestion
from translation.models.wishes import SearchDemand, TranslationWish

__all__ = [
    "Assignment",
    "DeskDigest",
    "DismissedCheck",
    "ImportedFile",
    "JointRelease",
    "MachineUse",
    "MemoryUnit",
    "PendingApproval",
    "SearchDemand",
    "SegmentComment",
    "SegmentDraft",
    "SegmentVersion",
    "StandingRequest",
    "TermSuggestion",
    "TranslationWish",
]
