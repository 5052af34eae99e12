"""One file per concept; import from here."""

from knowledge.models.adaptations import Adaptation
from knowledge.models.articles import Article
from knowledge.models.case_studies import CaseStudy
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

__all__ = [
    "Adaptation",
    "Article",
    "Attachment",
    "Author",
    "CaseStudy",
    "CountryConcerned",
    "HubDocument",
    "HubImage",
    "HubRendition",
    "KnowledgeIndexPage",
    "KnowledgePage",
    "PublicRecord",
    "ReadablePage",
    "RelatedItem",
]
