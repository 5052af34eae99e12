"""What becomes of translations when their source changes: exactly the changed segments are open again.

wagtail-localize keeps the translations of texts that a page no longer has. A segment without a translation is out
of date when its place has such an earlier one, of a text like it; it is new when there is none.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from django.core.exceptions import ObjectDoesNotExist
from django.db import transaction
from rapidfuzz import fuzz
from wagtail.models import Page
from wagtail_localize.models import StringSegment, StringTranslation, Translation, TranslationSource

from translation.limits import followers_of, texts_left
from translation.models import JointRelease

# A place with one text: whatever stood there was reworded. Among paragraphs, less alike than this is another one.
ALIKE = 45


def predecessors(
    segments: Sequence[StringSegment], translations: Iterable[StringTranslation]
) -> dict[int, StringTranslation]:
    """Return, by the key of each segment that has no translation, that of the text which it comes from.

    Args:
        segments: all of a source, with their strings.
        translations: all in one language at the places of the source, with the texts they translate.
    """
    standing = {(segment.context_id, segment.string_id) for segment in segments}
    translated: set[tuple[int, int]] = set()
    earlier: dict[int, list[StringTranslation]] = defaultdict(list)
    for each in translations:
        if (each.context_id, each.translation_of_id) in standing:
            translated.add((each.context_id, each.translation_of_id))
        elif not each.has_error:
            earlier[each.context_id].append(each)
    places: dict[int, list[StringSegment]] = defaultdict(list)
    for segment in segments:
        places[segment.context_id].append(segment)
    found: dict[int, StringTranslation] = {}
    for context_id, texts in earlier.items():
        waiting = [
            segment
            for segment in places.get(context_id, ())
            if (segment.context_id, segment.string_id) not in translated
        ]
        if len(places.get(context_id, ())) == 1 and waiting:
            found[waiting[0].pk] = max(texts, key=lambda each: each.updated_at)
        else:
            found.update(_paired(waiting, texts))
    return found


def _paired(segments: Sequence[StringSegment], texts: Sequence[StringTranslation]) -> Mapping[int, StringTranslation]:
    """Pair paragraphs of one place with those they come from, the most alike first, each once."""
    scores = [
        (fuzz.ratio(segment.string.data, text.translation_of.data), -number, segment, text)
        for number, segment in enumerate(segments)
        for text in texts
    ]
    found: dict[int, StringTranslation] = {}
    taken: set[int] = set()
    for score, _number, segment, text in sorted(scores, key=lambda each: each[:2], reverse=True):
        if score >= ALIKE and segment.pk not in found and text.pk not in taken:
            found[segment.pk] = text
            taken.add(text.pk)
    return found


def take_over(source: TranslationSource) -> None:
    """Have the translators of a source see it as it is published now.

    Only the desk's texts change. What readers see of a translation stays, with two exceptions that need nobody's
    work: a translation in which nothing is left to do takes over at once what is not text, such as topics; and the
    notice to readers that it is out of date is there or not by itself (see `queries.outdated_notice`).
    """
    with transaction.atomic():
        # Two publications at once: the later sees what the earlier wrote.
        source = TranslationSource.objects.select_for_update().get(pk=source.pk)
        try:
            page = source.get_source_instance()
        except ObjectDoesNotExist:
            return
        # What is held for a joint release is translated before it is published.
        if not page.live and not JointRelease.objects.filter(source=source).exists():
            return
        source.update_from_db()
    for translation in followers_of(source):
        target = translation.source.object.get_instance_or_none(translation.target_locale)
        if isinstance(target, Page) and _is_untouched(translation, target) and not texts_left(translation):
            translation.save_target(publish=True)


def _is_untouched(translation: Translation, target: Page) -> bool:
    """Tell whether a translation is published as it stands on the desk."""
    if not target.live or target.has_unpublished_changes or target.last_published_at is None:
        return False
    texts = StringTranslation.objects.filter(
        locale=translation.target_locale_id, context__object=translation.source.object_id
    )
    return not texts.filter(updated_at__gt=target.last_published_at).exists()
