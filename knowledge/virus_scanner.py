"""Asks clamd, ClamAV's server, about a file: its command INSTREAM over a socket (man clamd, "COMMANDS")."""

from __future__ import annotations

import logging
import socket
import struct
from typing import IO
from urllib.parse import urlsplit

from django.conf import settings

logger = logging.getLogger(__name__)

PIECE_BYTES = 64 * 1024
ANSWER_MAX_BYTES = 4096
CONNECT_SECONDS = 5
ANSWER_SECONDS = 60


class ScannerAwayError(Exception):
    """The scanner cannot be reached, takes too long, or gives no verdict."""


def find_virus(file: IO[bytes]) -> str:
    """Return what the scanner calls the virus in a file, empty when it finds none. The file is left at its beginning.

    Raises:
        ScannerAwayError: there is no verdict. A file without one is not clean.
    """
    try:
        with _connection() as connection:
            answer = _ask(connection, file)
    except OSError as error:
        logger.warning("The virus scanner gave no verdict: %s", error)
        raise ScannerAwayError from error
    finally:
        file.seek(0)
    # "stream: OK", "stream: Eicar-Signature FOUND", "INSTREAM size limit exceeded. ERROR"
    said = answer.rstrip(b"\0\n").decode("ascii", "replace").removeprefix("stream: ")
    if said == "OK":
        return ""
    if said.endswith(" FOUND"):
        return said.removesuffix(" FOUND")
    logger.warning("The virus scanner gave no verdict: %s", said)
    raise ScannerAwayError(said)


def _connection() -> socket.socket:
    """Return a connection to `CLAMAV_URL`: tcp://host:port or unix:///path."""
    place = urlsplit(settings.CLAMAV_URL)
    if place.scheme == "unix":
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            connection.settimeout(CONNECT_SECONDS)
            connection.connect(place.path)
        except OSError:
            connection.close()
            raise
    else:
        connection = socket.create_connection((place.hostname, place.port or 3310), timeout=CONNECT_SECONDS)
    connection.settimeout(ANSWER_SECONDS)
    return connection


def _ask(connection: socket.socket, file: IO[bytes]) -> bytes:
    """Send a file in pieces, each with its length; return all of the answer."""
    file.seek(0)
    connection.sendall(b"zINSTREAM\0")
    try:
        while piece := file.read(PIECE_BYTES):
            connection.sendall(struct.pack(">I", len(piece)) + piece)
        connection.sendall(struct.pack(">I", 0))
    except (BrokenPipeError, ConnectionResetError):
        # It says why it hung up: a limit of its own, as a rule.
        pass
    answer = b""
    while not answer.endswith(b"\0") and len(answer) < ANSWER_MAX_BYTES:
        piece = connection.recv(ANSWER_MAX_BYTES)
        if not piece:
            break
        answer += piece
    return answer
