"""Parts of files: byte ranges, by which browsers seek in a recording (RFC 9110, section 14)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import IO

from django.core.files.storage import Storage
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.http import http_date, parse_http_date_safe

PIECE = 64 * 1024
SINGLE_RANGE = re.compile(r"^bytes=([0-9]{0,18})-([0-9]{0,18})$")


def asked_range(header: str, size: int) -> range | None:
    """Return the bytes that a `Range` header asks for; None if the whole file is to be sent.

    Several ranges at once, and what is no range, are answered with the whole, as the standard allows: no
    player asks for several, and a thousand would cost more than they are worth.

    Raises:
        IndexError: the range begins behind the end of the file.
    """
    found = SINGLE_RANGE.match(header.replace(" ", ""))
    if found is None or not (found[1] or found[2]):
        return None
    if not found[1]:
        length = int(found[2])
        if length == 0 or size == 0:
            raise IndexError
        return range(max(0, size - length), size)
    first = int(found[1])
    last = int(found[2]) if found[2] else size - 1
    if last < first and found[2]:
        return None
    if first >= size:
        raise IndexError
    return range(first, min(last, size - 1) + 1)


def _applies(request: HttpRequest, etag: str, modified: int) -> bool:
    """Tell whether a range is of the file as the reader knows it (`If-Range`)."""
    condition = request.headers.get("If-Range", "").strip()
    if not condition:
        return True
    if condition.startswith('"'):
        return condition == etag
    return parse_http_date_safe(condition) == modified


def serve_stored(request: HttpRequest, storage: Storage, path: str, content_type: str) -> HttpResponseBase:
    """Answer with a stored file or the part of it that the request asks for. Memory stays at a piece of 64 KiB.

    Rights are the caller's business, as are caching and disposition.
    """
    size = storage.size(path)
    modified = int(storage.get_modified_time(path).timestamp())
    etag = f'"{size:x}-{modified:x}"'
    wanted: range | None = None
    response: HttpResponseBase
    header = request.headers.get("Range", "")
    if header and request.method == "GET" and _applies(request, etag, modified):
        try:
            wanted = asked_range(header, size)
        except IndexError:
            response = HttpResponse(status=416)
            response["Content-Range"] = f"bytes */{size}"
            response["Accept-Ranges"] = "bytes"
            return response
    part = range(size) if wanted is None else wanted
    if request.method == "HEAD":
        response = HttpResponse(content_type=content_type)
    else:
        response = StreamingHttpResponse(_pieces(storage.open(path), part), content_type=content_type)
    response["Content-Length"] = str(len(part))
    if wanted is not None:
        response.status_code = 206
        response["Content-Range"] = f"bytes {part.start}-{part.stop - 1}/{size}"
    response["Accept-Ranges"] = "bytes"
    response["ETag"] = etag
    response["Last-Modified"] = http_date(modified)
    return response


def _pieces(file: IO[bytes], part: range) -> Iterator[bytes]:
    with file:
        file.seek(part.start)
        left = len(part)
        while left > 0 and (piece := file.read(min(PIECE, left))):
            left -= len(piece)
            yield piece
