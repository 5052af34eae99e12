"""Makes a PDF of a page that is rendered already. Nothing is fetched from anywhere but the page's own images.

WeasyPrint needs Pango and its relatives on the machine. Where they are missing the hub runs without it.
"""

from __future__ import annotations

import ctypes
import io
import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property, lru_cache
from importlib.util import find_spec
from threading import BoundedSemaphore, Lock
from typing import Any
from urllib.parse import unquote, urljoin

from django.conf import settings
from django.core.files.storage import default_storage
from PIL import Image, ImageFile

from knowledge.loading import files_chosen_in
from knowledge.models import HubImage, HubRendition, ReadablePage

logger = logging.getLogger(__name__)

STYLE_SHEET = settings.BASE_DIR / "static" / "css" / "pdf.css"
# WeasyPrint's first need, by its names on Linux, macOS and Windows.
PANGO = ("libpango-1.0.so.0", "libpango-1.0.dylib", "libpango-1.0-0.dll")
# Pages show small images to phones; paper wants more.
PRINT_WIDTH = "width-800|"
SMALL_WIDTH = "width-480|"
JPEG_QUALITY = 80
# One is made at a time, and as many may wait as leaves threads for everybody else.
MOST_WAITING = 2

_making = Lock()
_room = BoundedSemaphore(1 + MOST_WAITING)


class PDFUnavailableError(Exception):
    """A PDF cannot be made now: the machine lacks what it takes, or makes enough of them already."""


@lru_cache(maxsize=1)
def can_make_pdf() -> bool:
    """Tell whether the machine seems to have what it takes, without loading all of it."""
    if find_spec("weasyprint") is None:
        return False
    for name in PANGO:
        try:
            ctypes.CDLL(name)
        except OSError:
            continue
        return True
    return False


@contextmanager
def turn() -> Iterator[None]:
    """Wait for one's turn; refuse when too many wait."""
    if not _room.acquire(blocking=False):
        raise PDFUnavailableError
    try:
        with _making:
            yield
    finally:
        _room.release()


def make_pdf(html: str, page: ReadablePage, address: str) -> bytes:
    """Return a PDF of a page that says what it is to machines that read it aloud (PDF/UA-1).

    Args:
        html: the whole document; its style sheet is added.
        page: whose images it may show.
        address: of the page with scheme and host, from which its links go out.

    Raises:
        PDFUnavailableError: WeasyPrint cannot be loaded, or too many wait for theirs.
    """
    with turn():
        return _document(html, page, address).write_pdf(pdf_variant="pdf/ua-1", stylesheets=[STYLE_SHEET])


def _document(html: str, page: ReadablePage, address: str) -> Any:
    """Return WeasyPrint's HTML object."""
    try:
        from weasyprint import HTML
        from weasyprint.urls import URLFetcher, URLFetcherResponse

        # WeasyPrint has Pillow take images that are cut short, everywhere in the process; uploads must not.
        ImageFile.LOAD_TRUNCATED_IMAGES = False
    except (ImportError, OSError) as error:
        logger.warning("No PDF can be made: %s", error)
        raise PDFUnavailableError from error

    images = _ImagesOf(page, address)

    class ImageFetcher(URLFetcher):
        """Gives the page's own images, and nothing else in the world."""

        def fetch(self, url: str, headers: Mapping[str, str] | None = None) -> URLFetcherResponse:
            """Return an image as JPEG, or fail; WeasyPrint then shows its alternative text."""
            return URLFetcherResponse(url, images.as_jpeg(url), {"Content-Type": "image/jpeg"})

    return HTML(string=html, base_url=address, url_fetcher=ImageFetcher())


class _ImagesOf:
    """The images of one page, by the addresses that its HTML has for them."""

    def __init__(self, page: ReadablePage, address: str) -> None:
        self.page = page
        self.address = address

    @cached_property
    def names(self) -> Mapping[str, str]:
        """The stored file to print for each address (one query)."""
        keys = files_chosen_in(self.page)[HubImage]
        renditions = list(HubRendition.objects.filter(image_id__in=keys).order_by("pk"))
        for_print = {each.image_id: each for each in renditions if each.filter_spec.startswith(PRINT_WIDTH)}
        names = {}
        for each in renditions:
            shown = for_print.get(each.image_id, each) if each.filter_spec.startswith(SMALL_WIDTH) else each
            names[unquote(urljoin(self.address, each.url))] = shown.file.name
        return names

    def as_jpeg(self, url: str) -> bytes:
        """Return the image at an address as JPEG, which PDF takes as it is."""
        name = self.names.get(unquote(url))
        if name is None:
            raise ValueError("Not an image of this page.")
        with default_storage.open(name) as file, Image.open(file) as image:
            flat = Image.new("RGB", image.size, "white")
            flat.paste(image, mask=image.convert("RGBA").getchannel("A"))
            buffer = io.BytesIO()
            flat.save(buffer, "JPEG", quality=JPEG_QUALITY)
        return buffer.getvalue()
