"""What search keeps."""

from search.models.entries import SearchEntry
from search.models.rebuilds import IndexRebuild
from search.models.saved import SavedSearch

__all__ = ["IndexRebuild", "SavedSearch", "SearchEntry"]
