"""One file per concept; import from here."""

from knowledge.models.adaptations import Adaptation
from knowledge.models.articles import Article
from knowledge.models.case_studies import CaseStudy
from knowledge.models.document_texts import DocumentText
from knowledge.models.files import HubDocument, HubImage, HubRendition
from knowledge.models.indexes import KnowledgeIndexPage
from knowledge.models.pages import (
    Attachment,
    Author,
    CountryConcerned,
    KnowledgePage,
    ReadablePage,
    RelatedItem,
)
from knowledge.models.public_records import PublicRecord
from knowledge.models.recordings import HubMedia, RecordingMedia, WebinarRecording, WebinarSeries
from knowledge.models.remarking import Remarking
from knowledge.models.review import SensitivityReviewState, SensitivityReviewTask
from knowledge.models.shelf import (
    FollowedTopic,
    ReadingList,
    ReadingListItem,
    ReadingProgress,
    SavedItem,
    Shelf,
    Usefulness,
)

__all__ = [
    "Adaptation",
    "Article",
    "Attachment",
    "Author",
    "CaseStudy",
    "CountryConcerned",
    "DocumentText",
    "FollowedTopic",
    "HubDocument",
    "HubImage",
    "HubMedia",
    "HubRendition",
    "KnowledgeIndexPage",
    "KnowledgePage",
    "PublicRecord",
    "ReadablePage",
    "ReadingList",
    "ReadingListItem",
    "ReadingProgress",
    "RecordingMedia",
    "RelatedItem",
    "Remarking",
    "SavedItem",
    "SensitivityReviewState",
    "SensitivityReviewTask",
    "Shelf",
    "Usefulness",
    "WebinarRecording",
    "WebinarSeries",
]
