"""The hub's name and its line, for the translators' desk."""

from __future__ import annotations

from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from home.models import Brand, BrandName
from translation.wordings import FIRST_LANGUAGE, Kind, Wording, contribute_wordings

NAME, TAGLINE = "name", "tagline"


def brand_wordings(language: str) -> Iterable[Wording]:
    """Return the hub's name and its line, where it has them in another language (two queries)."""
    names = {each.language: each for each in BrandName.objects.filter(brand=Brand.load())}
    others = {code: each for code, each in names.items() if code != language}
    source = others.get(FIRST_LANGUAGE) or next(iter(others.values()), None)
    for field, place in ((NAME, _("name")), (TAGLINE, _("tagline"))):
        text = getattr(source, field, "")
        if source is None or not text:
            continue
        most = getattr(BrandName._meta.get_field(field), "max_length", None) or 0
        yield Wording(field, place, text, source.language, getattr(names.get(language), field, ""), most)


def store_brand_wording(field: str, language: str, text: str) -> Brand:
    """Make a text the hub's name, or its line, in a language."""
    if field not in (NAME, TAGLINE):
        raise ValidationError(_("This is not there any more."))
    brand = Brand.load()
    name = BrandName.objects.filter(brand=brand, language=language).first() or BrandName(brand=brand, language=language)
    setattr(name, field, text)
    if not name.name:
        raise ValidationError(_("Give the hub its name in this language first."))
    name.full_clean(exclude=["brand"])
    name.save()
    return brand


contribute_wordings("brand", Kind(gettext_lazy("The hub’s name"), brand_wordings, store_brand_wording))
