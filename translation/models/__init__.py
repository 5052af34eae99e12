"""What the desk keeps beside wagtail-localize's own models, one file per concept."""

from translation.models.segments import (
    DismissedCheck,
    PendingApproval,
    SegmentComment,
    SegmentDraft,
    SegmentVersion,
)
from translation.models.wishes import TranslationWish

__all__ = [
    "DismissedCheck",
    "PendingApproval",
    "SegmentComment",
    "SegmentDraft",
    "SegmentVersion",
    "TranslationWish",
]
