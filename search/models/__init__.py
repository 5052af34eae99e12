"""What search keeps: the entries of pages."""

from search.models.entries import SearchEntry

__all__ = ["SearchEntry"]
