"""Uploaded files in an object storage: the policy first, then an address there that is good for a minute.

Pages name a file by its address at the hub, wherever it is kept. `knowledge.views.serve_file` asks the policy, then
sends the reader on to an address that the storage's own key has signed. The bucket itself is closed to everybody.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any
from urllib.parse import urljoin

from django.conf import settings
from django.utils.encoding import filepath_to_uri


class PolicyFirstMixin:
    """For a storage in whose manner django-storages' S3Storage signs addresses."""

    def url(self, name: str) -> str:
        """Return the address at the hub, which asks the policy."""
        return urljoin(settings.MEDIA_URL, filepath_to_uri(name))

    def signed_url(self, name: str, seconds: int, *, content_type: str, disposition: str) -> str:
        """Return an address at the storage that is good for so many seconds, and how it answers there."""
        told = {"ResponseContentType": content_type, "ResponseContentDisposition": disposition}
        told["ResponseCacheControl"] = "private, no-store"
        return super().url(name, parameters=told, expire=seconds)  # type: ignore[misc]


def __getattr__(name: str) -> Any:
    """Make the class for S3 when the settings ask for it: django-storages is needed only then."""
    if name != "S3Storage":
        raise AttributeError(name)
    base = import_module("storages.backends.s3").S3Storage
    return type("S3Storage", (PolicyFirstMixin, base), {})
