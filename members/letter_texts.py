"""The texts of the e-mails: as the catalogues have them, or as they were worded here."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, cast

from django.conf import settings
from django.core.exceptions import ValidationError
from django.template import Context
from django.template.backends.django import Template
from django.template.base import FilterExpression, Node
from django.template.loader import get_template
from django.template.loader_tags import ExtendsNode
from django.templatetags.i18n import BlockTranslateNode, TranslateNode
from django.utils.translation import gettext as _
from django.utils.translation import override, trans_real

from members.models import LetterText

OWN_LETTERS = "members/email/"
# What django-allauth writes here: nobody signs up, and nobody signs in by a code.
LETTERS_ABOUT_ACCOUNTS = (
    "account/email/email_changed",
    "account/email/email_confirmation",
    "account/email/email_deleted",
    "account/email/password_changed",
    "account/email/password_reset",
    "account/email/password_reset_key",
    "account/email/password_set",
    "account/email/unknown_account",
    "mfa/email/recovery_codes_generated",
    "mfa/email/totp_activated",
    "mfa/email/totp_deactivated",
    "mfa/email/webauthn_added",
    "mfa/email/webauthn_removed",
    "socialaccount/email/account_connected",
    "socialaccount/email/account_disconnected",
)
# As gettext writes a value, and as people read and type it.
VALUE = re.compile(r"%\((\w+)\)s")
TYPED_VALUE = re.compile(r"\{(\w+)\}")
# What programs that show e-mails make a link of. Letters lead where the hub says, and nowhere else.
ADDRESS = re.compile(r"://|\bwww\.|@|\w\.[a-z]{2,}", re.IGNORECASE)
MOST_IN_SUBJECT, MOST_IN_TEXT = 200, 2_000
# Numbers that show which form of a plural is meant; some languages have one for millions.
NUMBERS = (*range(201), 1_000, 1_000_000)


@dataclass(frozen=True)
class Message:
    """A text in the templates of e-mails.

    Attributes:
        singular: as gettext knows it.
        plural: the same for several; empty if it counts nothing.
        counter: the value that is counted.
    """

    singular: str
    plural: str = ""
    counter: str = ""

    @property
    def values(self) -> set[str]:
        """The names of what is put into it."""
        return set(VALUE.findall(self.singular + self.plural))


@dataclass(frozen=True)
class Text:
    """A message of the e-mails in one of its forms, in one language.

    Attributes:
        message: which.
        form: which of the language's plural forms; 0 if it counts nothing.
        numbers: those up to 200, and some more, for which it is this form.
        source: in English, as people read it: `Dear {name},`.
        standard: how the hub came with it.
        text: how it is worded here, or how the hub came with it.
        letters: the e-mails that it stands in, by the names of their templates.
        is_subject: whether it stands in a subject only.
    """

    message: Message
    form: int
    numbers: tuple[int, ...]
    source: str
    standard: str
    text: str
    letters: tuple[str, ...]
    is_subject: bool

    @property
    def key(self) -> str:
        """The same as long as the text in the template is, short enough for an address."""
        return f"{hashlib.sha256(self.message.singular.encode()).hexdigest()[:16]}-{self.form}"


def _typed(message: str) -> str:
    """Return a message of gettext's as people type it."""
    return VALUE.sub(r"{\1}", message).replace("%%", "%")


def _for_gettext(text: str) -> str:
    """Return what somebody typed, and `_check` let pass, as a message of gettext's."""
    return TYPED_VALUE.sub(r"%(\1)s", text.replace("%", "%%"))


@cache
def letter_names() -> tuple[str, ...]:
    """Return the e-mails that there are, as their templates begin."""
    folder = Path(settings.BASE_DIR, "templates", OWN_LETTERS)
    own = sorted(path.name.removesuffix("_subject.txt") for path in folder.glob("*_subject.txt"))
    return (*(OWN_LETTERS + name for name in own), *LETTERS_ABOUT_ACCOUNTS)


@cache
def _messages_in(template_name: str) -> tuple[Message, ...]:
    """Return what is translated in a template, and in those that it extends."""
    nodes = cast(Template, get_template(template_name)).template.nodelist
    found: list[Message] = []
    for node in nodes.get_nodes_by_type(Node):
        if isinstance(node, ExtendsNode):
            found += _messages_in(cast(FilterExpression, node.parent_name).resolve(Context()))
        elif isinstance(node, TranslateNode):
            found.append(Message(str(node.filter_expression.var.literal)))
        elif isinstance(node, BlockTranslateNode):
            singular, plural = (node.render_token_list(tokens)[0] for tokens in (node.singular, node.plural or []))
            found.append(Message(singular, plural, node.countervar or ""))
    return tuple(found)


@cache
def _messages() -> dict[Message, tuple[tuple[str, ...], bool]]:
    """Return the texts of all e-mails, each with those it stands in, and whether it does so in subjects only."""
    letters: dict[Message, list[str]] = {}
    in_text = set()
    for letter in letter_names():
        text = f"{letter}.txt" if letter.startswith(OWN_LETTERS) else f"{letter}_message.txt"
        for template in (f"{letter}_subject.txt", text):
            for message in _messages_in(template):
                found = letters.setdefault(message, [])
                if letter not in found:
                    found.append(letter)
                if template == text:
                    in_text.add(message)
    return {message: (tuple(names), message not in in_text) for message, names in letters.items()}


def letter_texts(language: str) -> list[Text]:
    """Return every text of the e-mails in a language, in each of its forms (one query)."""
    catalogue = trans_real.translation(language)
    worded = _worded(language)
    texts = []
    for message, (letters, is_subject) in _messages().items():
        numbers_by_form: dict[int, list[int]] = {0: []}
        if message.plural:
            numbers_by_form = {}
            for number in NUMBERS:
                numbers_by_form.setdefault(catalogue.plural(number), []).append(number)
        for form, numbers in sorted(numbers_by_form.items()):
            source, standard = message.singular, catalogue.gettext(message.singular)
            if message.plural:
                source = message.singular if numbers[0] == 1 else message.plural
                standard = catalogue.ngettext(message.singular, message.plural, numbers[-1])
            texts.append(
                Text(
                    message=message,
                    form=form,
                    numbers=tuple(numbers),
                    source=_typed(source),
                    standard=_typed(standard),
                    text=worded.get((message.singular, form)) or _typed(standard),
                    letters=letters,
                    is_subject=is_subject,
                )
            )
    return texts


def subject_of(letter: str) -> str:
    """Return the subject of an e-mail in the active language, as the hub came with it: what people call it."""
    return " ".join(_typed(_(message.singular)) for message in _messages_in(f"{letter}_subject.txt"))


def word_letter_text(key: str, language: str, text: str) -> LetterText:
    """Word a text of the e-mails.

    Args:
        key: of the text.
        language: a language code.
        text: with the values as `{name}`; empty to have it as the hub came with it.

    Raises:
        ValidationError: there is no such text; a value in it is unknown, or missing; it has an address that the hub did
            not put in; it is too long.
    """
    now = next((each for each in letter_texts(language) if each.key == key), None)
    if now is None:
        raise ValidationError(_("This is not there any more."))
    text = text.replace("\r\n", "\n")
    if text == now.standard:
        text = ""
    if text:
        _check(now, text)
    worded, _created = LetterText.objects.update_or_create(
        message=now.message.singular, form=now.form, language=language, defaults={"text": text}
    )
    return worded


def most_letters(text: Text) -> int:
    """Return how long a text may be worded."""
    return MOST_IN_SUBJECT if text.is_subject else MOST_IN_TEXT


def _check(now: Text, text: str) -> None:
    typed, known = set(TYPED_VALUE.findall(text)), now.message.values
    if unknown := sorted(typed - known):
        raise ValidationError(_("Nothing is put in for {%(name)s} here.") % {"name": unknown[0]})
    # In some languages "one" and "two" need no numeral.
    if missing := sorted(known - typed - {now.message.counter}):
        raise ValidationError(_("{%(name)s} is missing.") % {"name": missing[0]})
    if set(ADDRESS.findall(text)) - set(ADDRESS.findall(now.standard)):
        raise ValidationError(_("Addresses are put in by the hub alone: leave yours out."))
    if len(text) > most_letters(now):
        raise ValidationError(_("This is too long: it may have %(most)d letters.") % {"most": most_letters(now)})


def _worded(language: str) -> dict[tuple[str, int], str]:
    rows = LetterText.objects.filter(language=language).exclude(text="")
    return {(message, form): text for message, form, text in rows.values_list("message", "form", "text")}


class _WordedCatalogue:
    """A language's catalogue, in which some texts are worded otherwise."""

    def __init__(self, catalogue: trans_real.DjangoTranslation, worded: dict[tuple[str, int], str]) -> None:
        self._catalogue = catalogue
        self._worded = {place: _for_gettext(text) for place, text in worded.items()}

    def gettext(self, message: str) -> str:
        return self._worded.get((message, 0)) or self._catalogue.gettext(message)

    def ngettext(self, singular: str, plural: str, number: int) -> str:
        found = self._worded.get((singular, self._catalogue.plural(number)))
        return found or self._catalogue.ngettext(singular, plural, number)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._catalogue, name)


@contextmanager
def letters_worded_in(language: str) -> Iterator[None]:
    """Render inside with the texts of a language, as they are worded here (one query)."""
    with override(language):
        if worded := _worded(language):
            # Django has no public way to put another catalogue in this place.
            trans_real._active.value = _WordedCatalogue(trans_real.translation(language), worded)  # type: ignore[attr-defined]
        yield
