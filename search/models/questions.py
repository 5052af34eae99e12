"""What is asked, without who asks."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class AskedQuestion(models.Model):
    """How often something was searched for on a day, in a language of the interface.

    Attributes:
        text: cleaned and in small letters; what looks like an address, a number of a person or a telephone is not kept.
        asked: how many results pages were opened, the first page without a filter.
        without_results: on how many of them nothing had the words.
        clicked: how many pages were opened from them.
    """

    day = models.DateField()
    language = models.CharField(max_length=10)
    text = models.CharField(max_length=100)
    asked = models.PositiveIntegerField(default=0)
    without_results = models.PositiveIntegerField(default=0)
    clicked = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("asked question")
        verbose_name_plural = _("asked questions")
        constraints = [models.UniqueConstraint(fields=["day", "language", "text"], name="search_question_a_day")]

    def __str__(self) -> str:
        return self.text
