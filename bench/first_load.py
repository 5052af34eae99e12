"""How many bytes the first load of a page takes: everything a browser fetches for it but its images."""

from __future__ import annotations

import gzip
import re
import socket
import statistics
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from html.parser import HTMLParser
from urllib.parse import urljoin
from wsgiref.simple_server import WSGIRequestHandler, make_server

from bench.figures import Figure
from bench.stage import HOST
from bench.visits import application
from knowledge.models import Article, CaseStudy

KIBIBYTE = 1024
MOST_KIBIBYTES = 60
# What of a <link> is fetched at once.
FETCHED = {"icon", "stylesheet", "preload", "modulepreload", "manifest", "apple-touch-icon"}
IN_STYLES = re.compile(r"""(?:url\(|@import\s+)\s*['"]?([^'")\s]+)""")


class _Linked(HTMLParser):
    """Collects what a page has the browser fetch, images left out."""

    def __init__(self) -> None:
        super().__init__()
        self.addresses: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if tag == "script" and values.get("src"):
            self.addresses.append(values["src"])
        elif tag == "link" and FETCHED.intersection(values.get("rel", "").split()):
            self.addresses.append(values["href"])


class _Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@contextmanager
def server() -> Iterator[int]:
    """Serve the hub on a free port, in a thread; give the port."""
    with make_server(HOST, 0, application(), handler_class=_Quiet) as made:
        thread = threading.Thread(target=made.serve_forever, daemon=True)
        thread.start()
        try:
            yield made.server_port
        finally:
            made.shutdown()
            thread.join()


def fetch(port: int, path: str) -> tuple[int, str]:
    """Fetch an address; return all bytes that came, headers among them, and the text."""
    request = f"GET {path} HTTP/1.0\r\nHost: {HOST}\r\nAccept-Encoding: gzip, deflate\r\n\r\n"
    with socket.create_connection((HOST, port), timeout=30) as connection:
        connection.sendall(request.encode("ascii"))
        answer = b"".join(iter(lambda: connection.recv(65536), b""))
    head, _blank, body = answer.partition(b"\r\n\r\n")
    if b" 200 " not in head.split(b"\r\n")[0]:
        raise RuntimeError(f"{path} answered {head.splitlines()[0]!r}")
    text = gzip.decompress(body) if b"content-encoding: gzip" in head.lower() else body
    return len(answer), text.decode()


def first_load(port: int, path: str) -> dict[str, int]:
    """Return the bytes of all that a browser with an empty cache fetches for a page, by address."""
    sizes: dict[str, int] = {}
    sizes[path], page = fetch(port, path)
    linked = _Linked()
    linked.feed(page)
    waiting = [urljoin(path, address) for address in linked.addresses]
    while waiting:
        address = waiting.pop()
        if address in sizes or address.startswith(("data:", "#")):
            continue
        sizes[address], text = fetch(port, address)
        if address.partition("?")[0].endswith(".css"):
            waiting += [urljoin(address, each) for each in IN_STYLES.findall(text)]
    return sizes


def measure_first_load() -> tuple[list[Figure], dict[str, int]]:
    """Measure the first load of every public article and case study of the demo; keep the heaviest."""
    loads = []
    with server() as port:
        for model in (Article, CaseStudy):
            # Those of the demo have revisions; the others are of the corpus.
            for page in model.objects.filter(live=True, marking="CLEAR", latest_revision__isnull=False):
                loads.append(first_load(port, page.url))
    totals = [sum(load.values()) / KIBIBYTE for load in loads]
    heaviest = loads[totals.index(max(totals))]
    figures = [
        Figure(
            f"first load of an article without images, heaviest of {len(loads)}", max(totals), "KiB", MOST_KIBIBYTES
        ),
        Figure("first load of an article without images, median", statistics.median(totals), "KiB"),
    ]
    return figures, heaviest
