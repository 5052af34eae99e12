"""What the desk keeps beside wagtail-localize's own models, one file per concept."""

from translation.models.assignments import Assignment
from translation.models.segments import (
    DismissedCheck,
    PendingApproval,
    SegmentComment,
    SegmentDraft,
    SegmentVersion,
)
from translation.models.wishes import TranslationWish

__all__ = [
    "Assignment",
    "DismissedCheck",
    "PendingApproval",
    "SegmentComment",
    "SegmentDraft",
    "SegmentVersion",
    "TranslationWish",
]
