"""What search keeps."""

from search.models.entries import SearchEntry
from search.models.promotions import PromotedResult
from search.models.questions import AskedQuestion
from search.models.rebuilds import IndexRebuild
from search.models.saved import SavedSearch
from search.models.wordings import StopWord, SynonymGroup

__all__ = [
    "AskedQuestion",
    "IndexRebuild",
    "PromotedResult",
    "SavedSearch",
    "SearchEntry",
    "StopWord",
    "SynonymGroup",
]
