"""How a piece of knowledge is cited: in words, and for programs that keep references."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from unicodedata import category

from babel.lists import format_list
from django.utils.encoding import uri_to_iri

from knowledge.models import Author, CaseStudy, KnowledgePage

# What TeX takes for itself. Braces of a text are spelled out: BibTeX counts them, even after a backslash.
TEX = {
    "\\": r"{\textbackslash}",
    "{": r"{\textbraceleft}",
    "}": r"{\textbraceright}",
    "~": r"{\textasciitilde}",
    "^": r"{\textasciicircum}",
    **{character: f"\\{character}" for character in "#$%&_"},
}
# As babel and biblatex call them.
TEX_LANGUAGES = {"en": "english", "ar": "arabic", "es": "spanish", "fr": "french"}
STOPS = tuple(".?!؟…。")


@dataclass(frozen=True)
class Citation:
    """What a reference to a page is made of.

    Attributes:
        number: primary key of the page.
        authors: names as they should be credited; of bodies where no person is named.
        are_people: whether the authors are people.
        published_on: the date readers see, as ISO 8601 writes it.
        title: of the page.
        summary: of the page.
        site: the hub's name in the page's language.
        address: with scheme and host.
        language: code of the language that the page is written in.
        marking: as FIRST writes it, or an empty string for what is for everyone.
    """

    number: int
    authors: Sequence[str]
    are_people: bool
    published_on: str
    title: str
    summary: str
    site: str
    address: str
    language: str
    marking: str

    @property
    def year(self) -> str:
        """The year of publication."""
        return self.published_on[:4]

    @property
    def shown_address(self) -> str:
        """The address as people read it: letters of all languages as they are."""
        return uri_to_iri(self.address)

    @property
    def before_title(self) -> str:
        """What stands before the title, in the manner of the APA: authors and year."""
        if not self.authors:
            return ""
        return f"{format_list(list(self.authors), locale=self.language)} ({self.year}). "

    @property
    def after_title(self) -> str:
        """What stands between the title and the address."""
        year = "" if self.authors else f" ({self.year})"
        marking = f" [{self.marking}]" if self.marking else ""
        stop = "" if not (year or marking) and self.title.endswith(STOPS) else "."
        return f"{year}{marking}{stop} {self.site}. "

    @property
    def text(self) -> str:
        """The citation in one line."""
        return f"{self.before_title}{self.title}{self.after_title}{self.shown_address}"

    @property
    def bibtex(self) -> str:
        """The citation as an entry of BibTeX."""
        fields = {
            "author": " and ".join(self._bibtex_name(name) for name in self.authors),
            # Doubly in braces, so that styles keep its capitals.
            "title": f"{{{_tex(self.title)}}}",
            "year": self.year,
            "date": self.published_on,
            "howpublished": _tex(self.site),
            # Taken as it stands by every style that shows addresses.
            "url": re.sub(r"[{}\\\s]", "", self.address),
            "language": TEX_LANGUAGES.get(self.language, self.language),
            "langid": TEX_LANGUAGES.get(self.language, self.language),
            "note": _tex(self.marking),
        }
        lines = [f"  {name} = {{{value}}}," for name, value in fields.items() if value]
        return "\n".join([f"@misc{{hub-{self.number},", *lines, "}", ""])

    def _bibtex_name(self, name: str) -> str:
        # Braces keep a name from being taken apart; a person's may be, where that is safe.
        is_plain = self.are_people and "," not in name and " and " not in f" {name.lower()} "
        return _tex(name) if is_plain else f"{{{_tex(name)}}}"

    @property
    def ris(self) -> str:
        """The citation in the RIS format."""
        fields = [
            ("TY", "ELEC"),
            *[("AU", name) for name in self.authors],
            ("TI", self.title),
            ("PY", self.year),
            ("DA", self.published_on.replace("-", "/") + "/"),
            ("PB", self.site),
            ("AB", self.summary),
            ("LA", self.language),
            ("UR", self.address),
            ("N1", self.marking),
            ("ER", ""),
        ]
        return "".join(f"{tag}  - {_one_line(text)}\r\n" for tag, text in fields if text or tag == "ER")


def citation_of(page: KnowledgePage, authors: Sequence[Author], site: str, address: str) -> Citation:
    """Return how a page is cited.

    Args:
        page: loaded with its locale.
        authors: of the page.
        site: the hub's name in the page's language.
        address: of the page, with scheme and host.
    """
    language = page.locale.language_code
    people = [author.name for author in authors]
    organisation = page.organisation if isinstance(page, CaseStudy) else None
    return Citation(
        number=page.pk,
        authors=people or ([organisation.name_in(language)] if organisation else []),
        are_people=bool(people),
        published_on=page.published_on.isoformat(),
        title=page.title.strip(),
        summary=page.summary,
        site=site,
        address=address,
        language=language,
        marking="" if page.label == "CLEAR" else page.tlp,
    )


def _one_line(text: str) -> str:
    """Return a text without line ends, which would begin a new field."""
    # Marks of direction are kept: they belong to names.
    return " ".join("".join(" " if category(each) in {"Cc", "Zl", "Zp"} else each for each in text).split())


def _tex(text: str) -> str:
    return "".join(TEX.get(character, character) for character in _one_line(text))
