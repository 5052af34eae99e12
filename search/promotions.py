"""What editors recommend for a question, as far as its reader may read it."""

from __future__ import annotations

from access.generation import cached_for_generation
from access.policy import readable_pages
from access.readers import Reader
from knowledge.models import KnowledgePage
from search.contract import Fragment, Query, Sort
from search.index import FoundPage, better_versions
from search.models import PromotedResult
from search.models.wordings import lines_of
from search.thesaurus import current_thesaurus, key_of

MOST_PROMOTED = 3
# By language, then by the stems of a question's words: pages.
Promotions = dict[str, dict[frozenset[str], list[int]]]


def promoted(query: Query, reader: Reader) -> list[FoundPage]:
    """Return what is recommended for a question, in the reader's best language.

    Nothing when anything is chosen or the order is another. No query when nothing is recommended for it, else two.
    """
    is_plain = not (any(query.chosen.values()) or query.published_from or query.published_to or query.like)
    if not query.text or not is_plain or query.offset or query.sort is not Sort.RELEVANCE:
        return []
    thesaurus = current_thesaurus(reader.generation)
    found = cached_for_generation("promotions", reader.generation, lambda: _promotions(reader.generation))
    key = frozenset(key_of(query.text, query.language, thesaurus.is_small))
    ids = found.get(query.language, {}).get(key, [])
    if not ids:
        return []
    pages = readable_pages(KnowledgePage.objects.filter(pk__in=ids, live=True), reader)
    by_pk = {page.pk: page for page in pages.select_related("locale", "content_type", "access")}
    originals = [by_pk[pk] for pk in ids if pk in by_pk][:MOST_PROMOTED]
    better = better_versions(originals, query.languages, reader)
    summaries = dict(
        KnowledgePage.objects.filter(pk__in=[page.pk for page in better.values()]).values_list("pk", "summary")
    )
    shown = []
    for original in originals:
        page = better.get(original.translation_key, original)
        language = page.locale.language_code
        shown.append(
            FoundPage(
                page=page,
                marking=page.access.label,
                title=[Fragment(page.title)],
                excerpt=[Fragment(summaries.get(page.pk, original.summary))],
                language=language,
                is_untranslated=language not in query.languages,
                is_wanting=language != query.language,
            )
        )
    return shown


def _promotions(generation: int) -> Promotions:
    thesaurus = current_thesaurus(generation)
    found: Promotions = {}
    for each in PromotedResult.current().order_by("sort_order", "pk"):
        for question in lines_of(each.questions):
            key = frozenset(key_of(question, each.language, thesaurus.is_small))
            pages = found.setdefault(each.language, {}).setdefault(key, [])
            if each.page_id not in pages:
                pages.append(each.page_id)
    return found or {"": {}}
