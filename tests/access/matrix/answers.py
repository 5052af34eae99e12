"""What an answer tells."""

from __future__ import annotations

import gzip
from urllib.parse import quote


def text_of(response) -> str:
    content = b"".join(response.streaming_content) if response.streaming else response.content
    if response.get("Content-Encoding") == "gzip":
        content = gzip.decompress(content)
    return content.decode("utf-8", "replace")


def told(response, address: str) -> tuple[int, str, dict[str, str]]:
    """Return all that an answer tells besides the address that was asked, which comes back in the link to sign in."""
    headers = dict(response.headers)
    # What is compressed has padding of a random length; what is not is as long as its text, which is compared.
    headers.pop("Content-Length", None)
    headers.pop("Expires", None)  # The present second.
    text = text_of(response)
    for asked in (address, quote(address.partition("?")[0]), quote(address, safe="")):
        text = text.replace(asked, "")
    return response.status_code, text, headers
