"""Where the benchmark runs: a database, indexes and folders of its own, gone when it ends."""

from __future__ import annotations

import logging
import os
import secrets
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg

DATABASE = "hub_bench"
PREFIX = "gkh-bench"
HOST = "127.0.0.1"


@contextmanager
def stage() -> Iterator[None]:
    """Set Django up as in production, on services that `ELASTICSEARCH_URL` and `DATABASE_URL` name.

    The account of `DATABASE_URL` must be allowed to make databases; what it names is not touched.
    """
    server = os.environ.get("DATABASE_URL", "")
    if not server.startswith(("postgres://", "postgresql://")) or not os.environ.get("ELASTICSEARCH_URL"):
        sys.exit("The benchmark needs ELASTICSEARCH_URL and a postgres:// DATABASE_URL; `make bench` sets them.")
    with tempfile.TemporaryDirectory(prefix="hub-bench-") as folder:
        os.environ.update(
            DJANGO_SETTINGS_MODULE="hub.settings",
            DEBUG="false",
            SECRET_KEY=secrets.token_urlsafe(60),
            ALLOWED_HOSTS=HOST,
            BASE_URL=f"http://{HOST}",
            DATABASE_URL=urlunsplit(urlsplit(server)._replace(path=f"/{DATABASE}")),
            ELASTICSEARCH_PREFIX=PREFIX,
            MEDIA_ROOT=str(Path(folder) / "media"),
            TASKS_BACKEND="database",
        )
        _remake_database(server)
        try:
            _set_django_up(Path(folder) / "static")
            yield
        finally:
            _take_down(server)


def _remake_database(server: str) -> None:
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {DATABASE} WITH (FORCE)")
        connection.execute(f"CREATE DATABASE {DATABASE}")


def _set_django_up(static_root: Path) -> None:
    """Start Django, make the tables and collect static files as a deployment does."""
    import django
    from django.conf import settings

    settings.STATIC_ROOT = static_root
    django.setup()
    logging.getLogger("wagtail").setLevel(logging.WARNING)
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    call_command("collectstatic", verbosity=0, interactive=False)


def _take_down(server: str) -> None:
    from django.db import connection

    from search.engines.elasticsearch import connect

    connection.close()
    with psycopg.connect(server, autocommit=True) as own:
        own.execute(f"DROP DATABASE IF EXISTS {DATABASE} WITH (FORCE)")
    client = connect()
    for name in client.indices.get(index=f"{PREFIX}-*", allow_no_indices=True):
        client.indices.delete(index=name, ignore_unavailable=True)
