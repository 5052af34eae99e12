"""Who is asked: the hub's search on both engines, and beside it Wagtail's own search on the same pages."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache
from typing import Any

from django.conf import settings
from django.test import override_settings
from modelsearch.management.commands.rebuild_modelsearch_index import group_models_by_index
from wagtail.models import Page
from wagtail.search.backends import get_search_backend
from wagtail.search.index import get_indexed_models

from access.models import Audience
from access.readers import Reader, reader_for
from bench.relevance.measures import DEPTH
from demo.content import KINDS, read_items
from home.models import HomePage
from members.models import User
from search.contract import Query
from search.index import search

# Answers a text, typed in the interface of a language, with the keys of pieces, best first.
System = Callable[[str, str], list[str]]
HUB_ELASTICSEARCH = "hub, Elasticsearch"
HUB_DATABASE = "hub, database"
STOCK_ELASTICSEARCH = "Wagtail, Elasticsearch"
STOCK_DATABASE = "Wagtail, database"
STOCK_INDEX = "stock"


@cache
def keys_of_pieces() -> Mapping[str, str]:
    """Return the key in the demo by translation key, of all that the demo has."""
    keys: dict[str, str] = {}
    for kind in KINDS:
        for item in read_items(kind):
            source = Page.objects.get(locale__language_code=item.source, slug=item.texts[item.source]["slug"])
            keys[str(source.translation_key)] = item.key
    keys.update((str(page.translation_key), "home") for page in HomePage.objects.all())
    return keys


@cache
def whoever_may_read_all() -> Reader:
    """Return a member who belongs to every audience of the demo, so that the figures are about finding alone."""
    member = reader_for(User.objects.get(email="member@example.org"))
    return replace(member, audience_ids=frozenset(Audience.objects.values_list("pk", flat=True)))


def ask_hub(text: str, language: str) -> list[str]:
    """Ask the hub as a member who reads the language of the interface."""
    reader = whoever_may_read_all()
    answer = search(Query(text=text, language=language, audience_ids=reader.audience_ids, size=DEPTH), reader)
    if answer.is_degraded:
        raise RuntimeError("Elasticsearch did not answer; the database did.")
    keys = keys_of_pieces()
    return [keys.get(str(hit.page.translation_key), f"page {hit.page.pk}") for hit in answer.hits]


def ask_hub_by_database(text: str, language: str) -> list[str]:
    """Ask the hub as an installation without Elasticsearch does."""
    with override_settings(ELASTICSEARCH={**settings.ELASTICSEARCH, "URLS": []}):
        return ask_hub(text, language)


def stock_backend() -> Any:
    """Return Wagtail's own backend for Elasticsearch, as it comes."""
    index = f"{settings.ELASTICSEARCH['PREFIX']}-{STOCK_INDEX}"
    return get_search_backend(
        "modelsearch.backends.elasticsearch9", URLS=settings.ELASTICSEARCH["URLS"], INDEX_PREFIX=f"{index}_"
    )


def fill_stock(with_database: bool = True) -> None:
    """Fill the indexes of Wagtail's own backends with all pages, as `wagtail_update_index` does.

    Args:
        with_database: not only that for Elasticsearch.
    """
    models = [model for model in get_indexed_models() if issubclass(model, Page)]
    for backend in (stock_backend(), *([get_search_backend("default")] if with_database else ())):
        for index, of_index in group_models_by_index(backend, models).items():
            rebuilder = backend.rebuilder_class(index)
            fresh = rebuilder.start()
            for model in of_index:
                fresh.add_model(model)
            for model in of_index:
                fresh.add_items(model, model.get_indexed_objects().order_by("pk"))
            rebuilder.finish()
    backend = stock_backend()
    backend.get_index_for_model(Page).refresh()


def ask_stock(backend: Any) -> System:
    """Return a system that asks one of Wagtail's backends for live pages of all languages.

    That is the kinder way to ask: the pages of one language alone have less of what is wanted.
    """

    def ask(text: str, language: str) -> list[str]:
        keys = keys_of_pieces()
        found = backend.search(text, Page.objects.live())[:DEPTH]
        return [keys.get(str(page.translation_key), f"page {page.pk}") for page in found]

    return ask


def systems(is_hub_only: bool = False) -> dict[str, System]:
    """Return all that are asked, by name."""
    hub: dict[str, System] = {HUB_ELASTICSEARCH: ask_hub, HUB_DATABASE: ask_hub_by_database}
    if is_hub_only:
        return hub
    return {
        **hub,
        STOCK_ELASTICSEARCH: ask_stock(stock_backend()),
        STOCK_DATABASE: ask_stock(get_search_backend("default")),
    }
