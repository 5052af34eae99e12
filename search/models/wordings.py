"""What editors say that words mean: synonyms, and words that say nothing."""

from __future__ import annotations

import unicodedata

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel

from search.analysis import WORD, fold

MOST_WORDINGS = 12
MOST_WORDS = 6


def lines_of(text: str) -> list[str]:
    """Return the lines of a text that say something, each once, in composed letters."""
    lines = (" ".join(unicodedata.normalize("NFC", line).split()) for line in text.splitlines())
    return list(dict.fromkeys(line for line in lines if WORD.search(line)))


class SynonymGroup(models.Model):
    """Wordings of one language that mean the same: who searches for one finds all."""

    language = models.CharField(_("language"), max_length=10, choices=settings.LANGUAGES)
    wordings = models.TextField(
        _("wordings"), max_length=1000, help_text=_("One a line, at least two: words or short phrases.")
    )

    panels = [FieldPanel("language"), FieldPanel("wordings")]

    class Meta:
        verbose_name = _("synonyms")
        verbose_name_plural = _("synonyms")
        ordering = ["language", "wordings"]

    def __str__(self) -> str:
        return ", ".join(lines_of(self.wordings))

    def clean(self) -> None:
        """Refuse what is no group, or has a wording of another group of the language."""
        wordings = lines_of(self.wordings)
        self.wordings = "\n".join(wordings)
        if not 2 <= len(wordings) <= MOST_WORDINGS:
            message = gettext("Write at least two wordings and at most %(most)d, one a line.")
            raise ValidationError({"wordings": message % {"most": MOST_WORDINGS}})
        if any(len(WORD.findall(wording)) > MOST_WORDS for wording in wordings):
            message = gettext("A wording has at most %(most)d words.")
            raise ValidationError({"wordings": message % {"most": MOST_WORDS}})
        own = {fold(wording) for wording in wordings}
        for other in SynonymGroup.objects.filter(language=self.language).exclude(pk=self.pk):
            if twice := [each for each in lines_of(other.wordings) if fold(each) in own]:
                message = gettext("“%(wording)s” is among other synonyms already: add the new ones there.")
                raise ValidationError({"wordings": message % {"wording": twice[0]}})


class StopWord(models.Model):
    """A word that says nothing in a question: results need not have it."""

    language = models.CharField(_("language"), max_length=10, choices=settings.LANGUAGES)
    word = models.CharField(_("word"), max_length=40)

    panels = [FieldPanel("language"), FieldPanel("word")]

    class Meta:
        verbose_name = _("word to leave out")
        verbose_name_plural = _("words to leave out")
        ordering = ["language", "word"]
        constraints = [models.UniqueConstraint(fields=["language", "word"], name="search_stop_word_once")]

    def __str__(self) -> str:
        return self.word

    def clean(self) -> None:
        """Refuse what is not one word, and the name of a concept."""
        from vocabulary.models import ConceptLabel

        self.word = unicodedata.normalize("NFC", self.word).strip()
        if len(WORD.findall(self.word)) != 1 or WORD.sub("", self.word):
            raise ValidationError({"word": gettext("Write one word.")})
        labels = ConceptLabel.objects.filter(language=self.language).values_list("text", flat=True)
        # As questions have it: without accents, capitals and the seats of hamzas.
        if fold(self.word) in {fold(label) for label in labels}:
            raise ValidationError(
                {"word": gettext("This is what a concept is called: it would not be found any more.")}
            )
