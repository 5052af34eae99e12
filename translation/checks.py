"""What is looked at before a translated text is approved: each check has a name, a reason, and can be dismissed.

They are the field's usual ones (Weblate, the Translate Toolkit, Okapi CheckMate have most of them); the Toolkit's
are not used because it is licensed under the GPL, and they know neither Arabic numerals as numbers nor captions.
A check that finds something keeps a text from being approved until the text is mended, or a person says, with a
note, why it is right. Two cannot be dismissed, because what they find cannot be stored.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, ClassVar

from babel import Locale as BabelLocale
from django.utils.functional import Promise
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from knowledge.captions import LINE_LENGTH, READING_SPEED
from translation.placeholders import PLACEHOLDER, missing_placeholders
from translation.terms import TermHint, unused

NO_BREAK = "\u00a0\u202f"
ARABIC = re.compile("[\u0621-\u064a\u066e-\u06d3]")
LATIN = re.compile("[A-Za-zÀ-ɏ]")
DIGITS = str.maketrans("٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹", "01234567890123456789")
NUMBER = re.compile(r"\d+(?:[.,٫٬ \u00a0\u202f’']\d+)*")
SEPARATORS = re.compile(r"\D")
ADDRESS = re.compile(r"https?://\S+|\S+@\S+\.\w+|\d{1,2}:\d\d")
UNIT = re.compile(r"(?<=\d)[ \u00a0\u202f]?(%|°C|°F|kg|km|cm|mm|mg|ml|ppm|kPa|GB|MB)(?!\w)")
WORD = re.compile(r"\w+")
# Marks that set the direction of a stretch of text, by what closes them; and those that are one letter's.
BIDI_OPEN = {"\u202a": "\u202c", "\u202b": "\u202c", "\u202d": "\u202c", "\u202e": "\u202c"} | dict.fromkeys(
    "\u2066\u2067\u2068", "\u2069"
)
BIDI = re.compile("[\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069]")
PAIRS = {"(": ")", "[": "]", "{": "}", "«": "»", "“": "”", "‹": "›"}
END_MARKS = {".": ".", "。": ".", "!": "!", "?": "?", "؟": "?", ":": ":", "…": "…", ";": ";", "؛": ";"}
# Words that stand twice in good sentences: "nous nous", "vous vous", "had had", "that that".
DOUBLES = {"nous", "vous", "had", "that", "bla"}
# Levantine names of months, which docs and dates of the hub write beside the others.
LEVANT = (
    "كانون الثاني",
    "شباط",
    "آذار",
    "نيسان",
    "أيار",
    "حزيران",
    "تموز",
    "آب",
    "أيلول",
    "تشرين الأول",
    "تشرين الثاني",
    "كانون الأول",
)


@dataclass(frozen=True)
class Subject:
    """A translated text, and what a check may want to know of it.

    Attributes:
        source, text: as translators see them, with placeholders.
        source_html: the source as it is stored.
        source_language, language: codes.
        path: of the place in the page.
        most_letters: how long the field can be, if that is limited.
        seconds: for a caption, how long it is shown.
        terms: the concepts in the source.
        elsewhere: how the same source was translated at other places.
    """

    source: str
    text: str
    source_html: str
    source_language: str
    language: str
    path: str = ""
    most_letters: int | None = None
    seconds: float | None = None
    terms: Sequence[TermHint] = ()
    elsewhere: Sequence[str] = field(default_factory=tuple)

    @property
    def plain_source(self) -> str:
        """The source without placeholders."""
        return PLACEHOLDER.sub("", self.source)

    @property
    def plain_text(self) -> str:
        """The translation without placeholders."""
        return PLACEHOLDER.sub("", self.text)

    @property
    def is_caption(self) -> bool:
        """Whether it is a cue of captions."""
        return self.path.startswith("cues.")

    @property
    def is_slug(self) -> bool:
        """Whether it is an address."""
        return self.path == "slug"


class Check:
    """One thing that is looked at.

    Attributes:
        name: under which a dismissal is kept.
        title: what is looked at.
        reason: why it matters.
        can_be_dismissed: whether a person may say that it is right all the same.
    """

    name: ClassVar[str]
    title: ClassVar[Promise]
    reason: ClassVar[Promise]
    can_be_dismissed: ClassVar[bool] = True

    def find(self, subject: Subject) -> str:
        """Return what is wrong, in the active language; nothing if all is well."""
        raise NotImplementedError


@dataclass(frozen=True)
class Finding:
    """What a check found."""

    check: Check
    message: str


CHECKS: list[Check] = []


def _listed(check: type[Check]) -> type[Check]:
    CHECKS.append(check())
    return check


def findings(subject: Subject, dismissed: Iterable[str] = ()) -> list[Finding]:
    """Return what the checks find in a text, without those that a person dismissed."""
    if not subject.text.strip():
        return []
    left_out = set(dismissed)
    found = [(check, check.find(subject)) for check in CHECKS]
    return [
        Finding(check, message)
        for check, message in found
        if message and not (check.can_be_dismissed and check.name in left_out)
    ]


@_listed
class PlaceholderCheck(Check):
    """Links and bold of the source."""

    name = "placeholders"
    title = gettext_lazy("Links and formatting")
    reason = gettext_lazy("A link that is not in the translation cannot be followed by its readers.")

    def find(self, subject: Subject) -> str:
        """Look for those that are missing."""
        missing = missing_placeholders(subject.text, subject.source_html)
        if not missing:
            return ""
        return _("Missing: %(placeholders)s") % {"placeholders": " ".join(f"<{number}>" for number in missing)}


def _numbers(text: str) -> Counter[str]:
    """Count numbers, whatever digits and separators they are written with: 1,500 and ١٬٥٠٠ are the same."""
    text = text.translate(DIGITS)
    return Counter(SEPARATORS.sub("", number) for number in NUMBER.findall(text))


@_listed
class NumberCheck(Check):
    """Numbers and units."""

    name = "numbers"
    title = gettext_lazy("Numbers and units")
    reason = gettext_lazy("A wrong quantity can do harm.")

    def find(self, subject: Subject) -> str:
        """Compare them, whatever digits and separators are used."""
        if subject.is_slug:
            return ""
        wanted, given = _numbers(subject.plain_source), _numbers(subject.plain_text)
        if missing := wanted - given:
            return _("In the source, and not here: %(numbers)s") % {"numbers": ", ".join(sorted(missing.elements()))}
        if extra := given - wanted:
            return _("Here, and not in the source: %(numbers)s") % {"numbers": ", ".join(sorted(extra.elements()))}
        if subject.language == "ar":
            return ""  # Arabic writes units in words.
        missing = Counter(UNIT.findall(subject.plain_source)) - Counter(UNIT.findall(subject.plain_text))
        return _("Units that are not here: %(units)s") % {"units": ", ".join(missing)} if missing else ""


@cache
def _months(language: str) -> list[set[str]]:
    """Return the names of each month in a language, folded."""
    names = BabelLocale.parse(language).months
    months = [{names[form]["wide"][number].casefold() for form in ("format", "stand-alone")} for number in range(1, 13)]
    if language == "ar":
        for own, other in zip(months, LEVANT, strict=True):
            own.add(other)
    return months


def _names_a_date(text: str, month: str) -> bool:
    """Tell whether a month stands beside a day or a year: "may" is a verb, too."""
    before = rf"\b\d{{1,2}}(?:st|nd|rd|th|er|º)?(?: de)? {month}\b"
    after = rf"\b{month}(?: \d{{1,2}},?)?(?: de)? (?:19|20)\d\d\b"
    return re.search(f"{before}|{after}", text) is not None


@_listed
class DateCheck(Check):
    """Names of months."""

    name = "dates"
    title = gettext_lazy("Dates")
    reason = gettext_lazy("03/04 is March in one country and April in another; a month is written as its name.")

    def find(self, subject: Subject) -> str:
        """Look for dates in digits, and for months of the source that are not in the translation."""
        numeric = r"(?<![\d/])\d{1,2}[/.]\d{1,2}[/.](?:19|20)\d\d(?!\d)"
        if re.search(numeric, subject.plain_text.translate(DIGITS)):
            return _("Write the month as its name.")
        text = subject.plain_text.casefold()
        source = subject.plain_source.translate(DIGITS).casefold()
        for names, own in zip(_months(subject.source_language), _months(subject.language), strict=True):
            if any(_names_a_date(source, name) for name in names) and not any(name in text for name in own):
                return _("The source names a month: %(month)s") % {"month": min(own)}
        return ""


@_listed
class SameCheck(Check):
    """The source itself."""

    name = "same"
    title = gettext_lazy("Same as the source")
    reason = gettext_lazy("A text that nobody translated looks finished.")

    def find(self, subject: Subject) -> str:
        """Compare them; names and single words may well be the same."""
        is_same = subject.plain_text.strip().casefold() == subject.plain_source.strip().casefold()
        words = WORD.findall(ADDRESS.sub("", subject.plain_source))
        if not is_same or sum(word.isalpha() for word in words) < 2:
            return ""
        return _("This is the source’s own text.")


@_listed
class SpaceCheck(Check):
    """Space at the ends and doubled."""

    name = "space"
    title = gettext_lazy("Spaces")
    reason = gettext_lazy("Stray spaces show in print and break links.")

    def find(self, subject: Subject) -> str:
        """Compare the ends with the source's."""
        if (subject.text != subject.text.lstrip()) != (subject.source != subject.source.lstrip()):
            return _("The beginning has a space where the source has none, or none where it has one.")
        if (subject.text != subject.text.rstrip()) != (subject.source != subject.source.rstrip()):
            return _("The end has a space where the source has none, or none where it has one.")
        if "  " in subject.plain_text.strip() and "  " not in subject.plain_source.strip():
            return _("Two spaces follow each other.")
        return ""


@_listed
class EndCheck(Check):
    """The mark at the end."""

    name = "end"
    title = gettext_lazy("Punctuation at the end")
    reason = gettext_lazy("A question has to stay a question, and an introduction to a list its colon.")

    def find(self, subject: Subject) -> str:
        """Compare the last marks; each language's own counts as the same."""
        if subject.is_slug:
            return ""
        wanted, given = (self._end_of(text) for text in (subject.plain_source, subject.plain_text))
        if wanted == given:
            return ""
        if not wanted:
            return _("Ends with “%(mark)s”, and the source does not.") % {"mark": subject.plain_text.rstrip()[-1]}
        return _("The source ends with “%(mark)s”.") % {"mark": wanted}

    @staticmethod
    def _end_of(text: str) -> str:
        text = text.rstrip().rstrip("\"'”’»)]").rstrip().replace("...", "…")
        return END_MARKS.get(text[-1:], "")


@_listed
class FrenchSpaceCheck(Check):
    """French spaces before double marks."""

    name = "french-space"
    title = gettext_lazy("French spacing")
    reason = gettext_lazy("Without a no-break space, the mark can begin the next line.")

    def find(self, subject: Subject) -> str:
        """Look before ; ! ? : » and after «."""
        if subject.language != "fr" or subject.is_slug:
            return ""
        text = ADDRESS.sub("", subject.plain_text)
        if found := re.search(rf"[^\s{NO_BREAK};!?]([;!?»])|[^\s{NO_BREAK}](:)(?!\S)|[ \t]([;!?:»])", text):
            mark = found[1] or found[2] or found[3]
            return _("Put a no-break space before “%(mark)s”.") % {"mark": mark}
        if re.search(rf"«[^{NO_BREAK}]", text):
            return _("Put a no-break space after “«”.")
        return ""


@_listed
class ArabicMarksCheck(Check):
    """Arabic comma, semicolon and question mark."""

    name = "arabic-marks"
    title = gettext_lazy("Arabic punctuation")
    reason = gettext_lazy("Latin marks are mirrored and sit wrongly among Arabic letters.")

    def find(self, subject: Subject) -> str:
        """Look for Latin ones after Arabic letters."""
        if subject.language != "ar":
            return ""
        if found := re.search(rf"{ARABIC.pattern}[\u064b-\u0652]*\s?([,;?])", subject.plain_text):
            own = {",": "،", ";": "؛", "?": "؟"}[found[1]]
            return _("Use “%(own)s” instead of “%(mark)s”.") % {"own": own, "mark": found[1]}
        return ""


@_listed
class SpanishMarksCheck(Check):
    """Opening marks of questions and exclamations."""

    name = "spanish-marks"
    title = gettext_lazy("Spanish punctuation")
    reason = gettext_lazy("A question begins with “¿”, an exclamation with “¡”.")

    def find(self, subject: Subject) -> str:
        """Count the marks of both ends."""
        if subject.language != "es" or subject.is_slug:
            return ""
        text = ADDRESS.sub("", subject.plain_text)
        for opening, closing in (("¿", "?"), ("¡", "!")):
            if text.count(opening) != text.count(closing):
                return _("“%(opening)s” and “%(closing)s” do not match.") % {"opening": opening, "closing": closing}
        return ""


@_listed
class PairCheck(Check):
    """Brackets and quotation marks."""

    name = "pairs"
    title = gettext_lazy("Brackets and quotation marks")
    reason = gettext_lazy("What is opened and not closed leaves readers looking for its end.")

    def find(self, subject: Subject) -> str:
        """Look for those without their other half."""
        waiting: list[str] = []
        for letter in subject.plain_text:
            if letter in PAIRS:
                waiting.append(PAIRS[letter])
            elif letter in PAIRS.values() and (not waiting or waiting.pop() != letter):
                return _("“%(mark)s” has no other half.") % {"mark": letter}
        if waiting:
            return _("“%(mark)s” is missing.") % {"mark": waiting[-1]}
        if subject.plain_text.count('"') % 2:
            return _("“%(mark)s” has no other half.") % {"mark": '"'}
        return ""


@_listed
class LengthCheck(Check):
    """The length of a field."""

    name = "length"
    title = gettext_lazy("Length")
    reason = gettext_lazy("The field cannot hold more.")
    can_be_dismissed = False

    def find(self, subject: Subject) -> str:
        """Compare it with the field's limit."""
        length = len(subject.plain_text)
        if subject.most_letters is None or length <= subject.most_letters:
            return ""
        too_many = length - subject.most_letters
        return ngettext(
            "%(count)d letter too many (at most %(most)d).", "%(count)d letters too many (at most %(most)d).", too_many
        ) % {"count": too_many, "most": subject.most_letters}


@_listed
class AddressCheck(Check):
    """The address of a page."""

    name = "address"
    title = gettext_lazy("Address")
    reason = gettext_lazy("An address has letters, digits and hyphens only.")
    can_be_dismissed = False

    def find(self, subject: Subject) -> str:
        """Compare it with what is left of it as an address."""
        if not subject.is_slug:
            return ""
        wanted = slugify(subject.text, allow_unicode=True)
        return "" if wanted == subject.text else _("As an address: %(slug)s") % {"slug": wanted or "…"}


@_listed
class TermCheck(Check):
    """The vocabulary's terms."""

    name = "terms"
    title = gettext_lazy("Terminology")
    reason = gettext_lazy("The same thing has the same name in all that the hub publishes.")

    def find(self, subject: Subject) -> str:
        """Look for the terms of the concepts in the source."""
        if subject.is_slug:
            return ""
        missing = unused(subject.terms, subject.plain_text, subject.language)
        return _("Not used: %(terms)s") % {"terms": "; ".join(hint.preferred for hint in missing)} if missing else ""


@_listed
class ConsistencyCheck(Check):
    """The same text elsewhere."""

    name = "consistency"
    title = gettext_lazy("Same as before")
    reason = gettext_lazy("The same sentence was translated before; two translations of one sentence look like two.")

    def find(self, subject: Subject) -> str:
        """Compare it with earlier translations of the same source."""
        if subject.is_slug or not subject.elsewhere or subject.text in subject.elsewhere:
            return ""
        return _("Before, it was: %(text)s") % {"text": subject.elsewhere[0]}


@_listed
class ScriptCheck(Check):
    """Letters and marks of direction."""

    name = "script"
    title = gettext_lazy("Script and direction")
    reason = gettext_lazy(
        "Letters of another script are often a text in the wrong field; stray marks turn lines round."
    )

    def find(self, subject: Subject) -> str:
        """Look for the language's letters, for others, and for marks without an end."""
        own, other = (ARABIC, LATIN) if subject.language == "ar" else (LATIN, ARABIC)
        text = ADDRESS.sub("", subject.plain_text)
        words = [word for word in WORD.findall(text) if word.isalpha()]
        if len(words) > 1 and other.search(text) and not own.search(text):
            return _("No letter of this language is in it.")
        if subject.language != "ar" and (strange := set(ARABIC.findall(text)) - set(subject.source)):
            return _("Letters of another script: %(letters)s") % {"letters": " ".join(sorted(strange))}
        waiting: list[str] = []
        for mark in BIDI.findall(subject.text):
            if mark in BIDI_OPEN:
                waiting.append(BIDI_OPEN[mark])
            elif mark in BIDI_OPEN.values() and (not waiting or waiting.pop() != mark):
                return _("A mark of direction ends what did not begin.")
        return _("A mark of direction has no end.") if waiting else ""


@_listed
class DoubledCheck(Check):
    """A word that stands twice."""

    name = "doubled"
    title = gettext_lazy("Doubled words")
    reason = gettext_lazy("They slip in when a sentence is rewritten.")

    def find(self, subject: Subject) -> str:
        """Look for a word after itself."""
        for found in re.finditer(r"\b(\w{2,}) \1\b", subject.plain_text, re.IGNORECASE):
            if found[1].casefold() not in DOUBLES and found[0].casefold() not in subject.plain_source.casefold():
                return _("Twice: %(word)s") % {"word": found[1]}
        return ""


@_listed
class CaptionCheck(Check):
    """Captions that can be read in their time."""

    name = "caption"
    title = gettext_lazy("Captions")
    reason = gettext_lazy("Who reads more slowly than the speaker speaks loses the thread.")

    def find(self, subject: Subject) -> str:
        """Look at lines and speed."""
        if not subject.is_caption:
            return ""
        letters = len(subject.plain_text.replace("\n", " "))
        if subject.plain_text.count("\n") > 1 or letters > 2 * LINE_LENGTH:
            return _("Two lines of %(letters)d letters at most.") % {"letters": LINE_LENGTH}
        if subject.seconds and letters / subject.seconds > READING_SPEED:
            most = int(subject.seconds * READING_SPEED)
            return _("%(count)d letters in %(seconds).1f seconds: at most %(most)d can be read.") % {
                "count": letters,
                "seconds": subject.seconds,
                "most": most,
            }
        return ""


def most_letters(model: Any, path: str) -> int | None:
    """Return how long a field of a page can be; None if that is not limited, or it is no field of its own."""
    if model is None or "." in path:
        return None
    try:
        return getattr(model._meta.get_field(path), "max_length", None)
    except LookupError:
        return None
