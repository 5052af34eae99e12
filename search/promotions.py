"""What editors recommend for a question, as far as its reader may read it."""

from __future__ import annotations

from access.policy import readable_pages
from access.readers import Reader
from knowledge.models import KnowledgePage
from search.contract import Fragment, Query, Sort
from search.index import FoundPage, better_versions
from search.thesaurus import current_thesaurus

MOST_PROMOTED = 3


def promoted(query: Query, reader: Reader) -> list[FoundPage]:
    """Return what is recommended for a question, in the reader's best language.

    Nothing when anything is chosen or the order is another. No query when nothing is recommended for it, else two.
    """
    is_plain = not (any(query.chosen.values()) or query.published_from or query.published_to or query.like)
    if not query.text or not is_plain or query.offset or query.sort is not Sort.RELEVANCE:
        return []
    ids = current_thesaurus(reader.generation).recommended_for(query.text, query.language)
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
