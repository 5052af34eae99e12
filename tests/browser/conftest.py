"""A real hub for the journeys: the demonstration, served by gunicorn, driven by Chromium.

On PostgreSQL and Elasticsearch when their addresses are in the environment, as in `make test`.
"""

from __future__ import annotations

import contextlib
import email
import email.policy
import fcntl
import json
import os
import re
import secrets
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest
from playwright.sync_api import ConsoleMessage, Page
from psycopg import sql

ROOT = Path(__file__).resolve().parent.parent.parent
CHROMIUM_FLAGS = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
START_SECONDS = 30
# Playwright leaves a loop running in this thread, in which Django would refuse the database to the tests that follow.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")


# Between the e-mails that Django writes to the console.
BETWEEN_LETTERS = "-" * 79


@dataclass(frozen=True)
class Letter:
    """An e-mail that the hub sent."""

    to: str
    subject: str
    language: str
    body: str

    def link(self, path: str) -> str:
        """Return the one address in it that has this path after the language."""
        found = re.findall(rf"^\S+/[a-z]{{2}}/{path}\S*$", self.body, re.MULTILINE)
        assert len(found) == 1, self.body
        return found[0]


@dataclass(frozen=True)
class Hub:
    """A running hub: its address, its command line, and what it writes to the console, e-mails included."""

    url: str
    environment: dict[str, str]
    log: Path

    def letters(self, to: str) -> list[Letter]:
        """Return the e-mails to an address, the oldest first."""
        written = self.log.read_text().split(BETWEEN_LETTERS)[:-1]
        texts = [part[part.index("Content-Type:") :] for part in written]
        messages = [email.message_from_bytes(text.encode(), policy=email.policy.default) for text in texts]
        return [
            Letter(each["To"], each["Subject"], each["Content-Language"] or "", each.get_content())
            for each in messages
            if each["To"] == to
        ]

    def manage(self, *arguments: str) -> str:
        """Run a management command and return what it prints."""
        command = [sys.executable, "manage.py", *arguments]
        finished = subprocess.run(command, cwd=ROOT, env=self.environment, capture_output=True, text=True)
        assert finished.returncode == 0, finished.stdout + finished.stderr
        return finished.stdout

    def accounts(self) -> dict[str, tuple[str, str]]:
        """Return e-mail address and password by role."""
        rows = [line.split("\t") for line in self.manage("demo_accounts").splitlines()]
        return {role: (email, password) for role, email, password in rows}


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


@pytest.fixture(scope="session")
def database_url(tmp_path_factory, worker_id) -> Iterator[str]:
    """A database of its own: on the services' PostgreSQL if there is one, else SQLite."""
    server = os.environ.get("TEST_DATABASE_URL")
    if not server:
        yield f"sqlite:///{tmp_path_factory.mktemp('hub') / 'hub.sqlite3'}"
        return
    # After the database that the address names, so that two checkouts can be tested on one server.
    name = f"{server.rpartition('/')[2]}_browser_{worker_id}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    yield f"{server.rpartition('/')[0]}/{name}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


@contextlib.contextmanager
def serve(hub: Hub) -> Iterator[None]:
    """Keep a hub running, with all its parts."""
    command = [
        *(sys.executable, "-m", "gunicorn", "hub.wsgi:application", "--bind", hub.url.partition("//")[2]),
        *("--worker-class", "gthread", "--threads", "8", "--log-level", "warning"),
    ]
    with hub.log.open("w") as log:
        server = subprocess.Popen(command, cwd=ROOT, env=hub.environment, stdout=log, stderr=subprocess.STDOUT)
    try:
        deadline = time.monotonic() + START_SECONDS
        while True:
            try:
                urllib.request.urlopen(f"{hub.url}/healthz", timeout=2)
                break
            except OSError:
                assert time.monotonic() < deadline, hub.log.read_text()
                time.sleep(0.2)
        with urllib.request.urlopen(f"{hub.url}/readyz", timeout=10) as answer:
            parts = json.load(answer)
        states = {parts[name] for name in ("status", "database", "cache", "search")}
        assert states == {"up"}, f"{parts}: the journeys would run on a hub that is only half there"
        yield
    finally:
        server.terminate()
        server.wait(10)


@pytest.fixture(scope="session")
def hub(database_url, tmp_path_factory, worker_id) -> Iterator[Hub]:
    """The demonstration, running."""
    port = free_port()
    folder = tmp_path_factory.mktemp("served")
    environment = {
        **os.environ,
        # As in production: with DEBUG on, an unknown address answers with Django's page for developers.
        "DEBUG": "false",
        "SECRET_KEY": secrets.token_urlsafe(60),
        # Browsers know passkeys for names only, not for addresses in figures.
        "ALLOWED_HOSTS": "127.0.0.1,localhost",
        # As in the demonstration: tests of second factors set one up.
        "SECOND_FACTOR_REQUIRED": "false",
        "DATABASE_URL": database_url,
        "BASE_URL": f"http://127.0.0.1:{port}",
        "MEDIA_ROOT": str(folder / "media"),
        "ELASTICSEARCH_URL": os.environ.get("TEST_ELASTICSEARCH_URL", ""),
        "ELASTICSEARCH_PREFIX": f"gkh-{worker_id}-{database_url.rpartition('/')[2]}",
    }
    running = Hub(environment["BASE_URL"], environment, folder / "log")
    # Once for all processes of a run: two at a time take away each other's files.
    shared = tmp_path_factory.getbasetemp().parent
    with (shared / "static.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if worker_id == "master" or not (shared / "static.collected").exists():
            running.manage("collectstatic", "--no-input", "--verbosity", "0")
            (shared / "static.collected").touch()
    running.manage("migrate", "--verbosity", "0")
    running.manage("load_demo", "--force")
    with serve(running):
        yield running


@pytest.fixture(scope="session")
def strict_hub(hub, tmp_path_factory) -> Iterator[Hub]:
    """The same hub, as its people meet it in production: second factors are required, and it is known by its name."""
    port = free_port()
    environment = {**hub.environment, "SECOND_FACTOR_REQUIRED": "true", "BASE_URL": f"http://localhost:{port}"}
    running = Hub(environment["BASE_URL"], environment, tmp_path_factory.mktemp("strict") / "log")
    with serve(running):
        yield running


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict:
    """The machine's own Chromium."""
    chromium = os.environ.get("CHROMIUM") or next(
        filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
    )
    assert chromium, "no Chromium: set CHROMIUM to its path"
    return {"executable_path": chromium, "args": CHROMIUM_FLAGS}


@pytest.fixture(scope="session")
def browser_context_args(hub) -> dict:
    """Every page is of the running hub."""
    return {"base_url": hub.url}


@pytest.fixture(scope="session")
def accounts(hub) -> dict[str, tuple[str, str]]:
    """E-mail address and password by role."""
    return hub.accounts()


@pytest.fixture
def visit(new_context) -> Iterator[Callable[..., Page]]:
    """Return a function that opens a browser of its own: nobody is signed in, its language is the one given.

    In the end no page may have tried what the hub's Content Security Policy forbids.
    """
    forbidden: list[str] = []

    def listen(message: ConsoleMessage) -> None:
        if "Content Security Policy" in message.text:
            forbidden.append(f"{message.page.url if message.page else ''}: {message.text}")

    def visit(language: str = "en", **options) -> Page:
        context = new_context(locale=language, **options)
        context.on("console", listen)
        page = context.new_page()
        # Slow machines build the first pages of a type slowly; a page that never comes still fails.
        page.set_default_timeout(20_000)
        return page

    yield visit
    assert not forbidden, "\n".join(forbidden)


@pytest.fixture
def sign_in(visit, accounts) -> Callable[..., Page]:
    """Return a function that opens a browser and signs somebody in through the form, in the language given."""

    def sign_in(role: str, language: str = "en", **options) -> Page:
        page = visit(language, **options)
        email, password = accounts[role]
        page.goto(f"/{language}/accounts/login/")
        page.locator("#id_login").fill(email)
        page.locator("#id_password").fill(password)
        page.locator("main button[type=submit]").click()
        page.wait_for_url(lambda url: "/accounts/login/" not in url)
        return page

    return sign_in
