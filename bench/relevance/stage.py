"""Where relevance is measured: a database of its own with the demo, kept from one run to the next."""

from __future__ import annotations

import os
import secrets
import sys
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg

FOLDER = Path(__file__).parents[2] / "var" / "relevance"


def set_up(is_new: bool) -> None:
    """Set Django up on the database `<that of DATABASE_URL>_relevance`, made if need be, and on indexes of its own.

    The demo is loaded once. The entries and the indexes are made anew each time, so that they are those of the code
    as it is.

    Args:
        is_new: make the database anew.
    """
    server = os.environ.get("DATABASE_URL", "")
    if not server.startswith(("postgres://", "postgresql://")) or not os.environ.get("ELASTICSEARCH_URL"):
        sys.exit("Relevance is measured with ELASTICSEARCH_URL and a postgres:// DATABASE_URL.")
    database = f"{urlsplit(server).path.lstrip('/')}_relevance"
    os.environ.update(
        DJANGO_SETTINGS_MODULE="hub.settings",
        DEBUG="true",
        SECRET_KEY=secrets.token_urlsafe(60),
        DATABASE_URL=urlunsplit(urlsplit(server)._replace(path=f"/{database}")),
        ELASTICSEARCH_PREFIX=f"relevance-{database.replace('_', '-')}",
        MEDIA_ROOT=str(FOLDER / "media"),
        TASKS_BACKEND="immediate",
    )
    _make_database(server, database, is_new)

    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    _load_demo()


def _make_database(server: str, database: str, is_new: bool) -> None:
    with psycopg.connect(server, autocommit=True) as connection:
        if is_new:
            connection.execute(f'DROP DATABASE IF EXISTS "{database}" WITH (FORCE)')
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [database]).fetchone():
            connection.execute(f'CREATE DATABASE "{database}"')


def _load_demo() -> None:
    from wagtail.signal_handlers import disable_reference_index_auto_update

    from bench.relevance.systems import fill_stock
    from demo.loader import DemoLoader
    from knowledge.models import KnowledgePage
    from search.index import recording_paused
    from search.rebuilding import rebuild

    if not KnowledgePage.objects.exists():
        print("Loading the demo, once …", flush=True)
        with recording_paused(), disable_reference_index_auto_update():
            DemoLoader(lambda step: None).load()
    rebuild(take_over=True)
    fill_stock()
