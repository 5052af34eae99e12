"""Asks the application for pages as a server would, and times it."""

from __future__ import annotations

import io
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import unquote
from wsgiref.util import setup_testing_defaults

from django.core.wsgi import get_wsgi_application
from django.test import Client

from bench.stage import HOST
from demo.accounts import ACCOUNTS
from members.models import User


@cache
def application() -> Callable[..., Any]:
    """Return the hub's WSGI application."""
    return get_wsgi_application()


@dataclass(frozen=True)
class Visitor:
    """Somebody whose browser asks for pages.

    Attributes:
        name: which kind of reader it is.
        cookie: the session of who signed in, or nothing.
    """

    name: str
    cookie: str = ""

    def get(self, address: str) -> float:
        """Ask for an address, take the whole answer, and return the seconds it took.

        Raises:
            RuntimeError: the answer was not a page.
        """
        path, _mark, query = address.partition("?")
        environ: dict[str, Any] = {
            "REQUEST_METHOD": "GET",
            "PATH_INFO": unquote(path).encode().decode("latin-1"),
            "QUERY_STRING": query,
            "HTTP_HOST": HOST,
            "HTTP_ACCEPT_ENCODING": "gzip",
            "HTTP_COOKIE": self.cookie,
            "wsgi.input": io.BytesIO(),
        }
        setup_testing_defaults(environ)
        statuses: list[str] = []
        begin = time.perf_counter()
        answer = application()(environ, lambda status, headers, error=None: statuses.append(status))
        body = b"".join(answer)
        if hasattr(answer, "close"):
            answer.close()
        seconds = time.perf_counter() - begin
        if not statuses[0].startswith("200") or not body:
            raise RuntimeError(f"{address} answered {statuses[0]} to the {self.name}")
        return seconds


def visitor_signed_in(name: str, user: User) -> Visitor:
    """Return the browser of a user who has signed in."""
    client = Client()
    client.force_login(user)
    return Visitor(name, client.cookies.output(header="", sep=";").split(";")[0].strip())


def readers() -> list[Visitor]:
    """Return a visitor and a member of the demo who has signed in."""
    email = next(account.email for account in ACCOUNTS if account.role == "member")
    return [Visitor("visitor"), visitor_signed_in("member", User.objects.get(email=email))]
