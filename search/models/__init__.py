"""What search keeps."""

from search.models.entries import SearchEntry
from search.models.rebuilds import IndexRebuild

__all__ = ["IndexRebuild", "SearchEntry"]
