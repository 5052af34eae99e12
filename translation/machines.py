"""Machine translation that is sent only what may leave the house.

`MarkedTranslator` stands before wagtail-localize's translator for a service. A text goes to the service only
if everyone, or every member, can read it already: see the setting `MACHINE_TRANSLATION_MARKING`.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import batched
from typing import Any

import requests
from django.conf import settings
from django.db.models import Exists, OuterRef
from django.utils.module_loading import import_string
from wagtail.models import Locale, Page
from wagtail_localize.machine_translators.base import BaseMachineTranslator
from wagtail_localize.models import String, StringSegment
from wagtail_localize.strings import StringValue

from access.models import Marking

# DeepL takes fifty texts in one request.
TEXTS_PER_REQUEST = 50
# Far below every database's limit of values in one query.
HASHES_PER_QUERY = 500


class MachineTranslationError(Exception):
    """The service cannot be reached, or does not answer as it should."""


def markings_for_machines() -> list[Marking]:
    """Return the markings of what a machine may be sent, from the most open to the one that is set."""
    markings = list(Marking)
    return markings[: markings.index(Marking(settings.MACHINE_TRANSLATION_MARKING)) + 1]


class MarkedTranslator(BaseMachineTranslator):
    """Passes texts on to another translator, but only those whose readers are known to be many.

    Options: `CLASS`, the translator for the service, and `OPTIONS`, what it takes.
    """

    def __init__(self, options: dict[str, Any]) -> None:
        super().__init__(options)
        self.service = import_string(options["CLASS"])(options.get("OPTIONS", {}))

    @property
    def display_name(self) -> str:
        """The name of the service."""
        return self.service.display_name

    def can_translate(self, source_locale: Locale, target_locale: Locale) -> bool:
        """Tell whether the service knows both languages."""
        return self.service.can_translate(source_locale, target_locale)

    def translate(
        self, source_locale: Locale, target_locale: Locale, strings: Iterable[StringValue]
    ) -> dict[StringValue, StringValue]:
        """Return translations of the texts that may be sent; wagtail-localize passes over the others.

        Raises:
            MachineTranslationError: when the service fails. Nothing was translated then.
        """
        translations: dict[StringValue, StringValue] = {}
        for batch in batched(sendable(source_locale, strings), TEXTS_PER_REQUEST):
            try:
                translations.update(self.service.translate(source_locale, target_locale, list(batch)))
            # A refusal of the service comes as an answer in another shape than a translation.
            except (requests.RequestException, LookupError, TypeError, ValueError) as error:
                raise MachineTranslationError(f"{self.display_name}: {type(error).__name__}") from error
        return translations


def sendable(source_locale: Locale, strings: Iterable[StringValue]) -> list[StringValue]:
    """Limit texts to those that stand in a live page whose label a machine may know of.

    A page that was not live yet when its texts were taken over may have had others than it shows now.
    """
    open_pages = Page.objects.filter(
        translation_key=OuterRef("source__object_id"),
        locale=source_locale,
        live=True,
        first_published_at__lte=OuterRef("source__last_updated_at"),
        access__label__in=markings_for_machines(),
    )
    by_hash = {String._get_data_hash(string.data): string for string in strings}
    allowed = set()
    for hashes in batched(by_hash, HASHES_PER_QUERY):
        segments = StringSegment.objects.filter(
            Exists(open_pages), source__locale=source_locale, string__data_hash__in=hashes
        )
        allowed.update(segments.values_list("string__data_hash", flat=True))
    return [string for data_hash, string in by_hash.items() if data_hash in allowed]
