"""Words of a text in the forms they are found by: all of it for the database engine, stop words and codes for both.

Every token is kept as it is written (folded) and as its stem, so that names stay exact and inflected words meet.
The stemmers are Snowball's; for Arabic it is the light stemmer that Elasticsearch has too. A code (7647-01-0,
UN-2814, A/RES/60) is kept in its parts and as one token, and searched as one: its parts alone would be found in
every longer table.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache
from typing import Any

import snowballstemmer

STEMMERS = {"en": "english", "es": "spanish", "fr": "french"}
WORD = re.compile(r"\w+")
# A word before it is folded: with the accents and vowel signs that folding takes away.
RAW_WORD = re.compile(r"[\w\u0300-\u036f\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed\u0640]+")
# Words and numbers written as one; a code if there is a digit in it.
COMPOUND = re.compile(r"(?<!\w)\w++(?:[./‐‑–-]\w++)+")
# Stands for what joins the parts of a code; every database takes it for a part of a word.
JOINT = "x"
# Diacritics and the stretching stroke carry no meaning in a search.
ARABIC_MARKS = re.compile("[\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed\u0640]")
ARABIC_LETTERS = str.maketrans({"أ": "ا", "إ": "ا", "آ": "ا", "ٱ": "ا", "ى": "ي", "ة": "ه", "ؤ": "و", "ئ": "ي"})
ARABIC_DIGITS = str.maketrans("٠١٢٣٤٥٦٧٨٩", "0123456789")
LIGATURES = str.maketrans({"œ": "oe", "æ": "ae"})
# "And" or "so" before what is attached to the article.
ARABIC_CONJUNCTION = re.compile(r"^[وف](?=(?:ال|بال|كال|لل)..)")
# منشأة and its plural منشآت: the singular's long vowel belongs to the ending.
ARABIC_LONG_ENDING = re.compile(r"(?<=...)اه$")
ARABIC_WORD = re.compile("[\u0621-\u064a]+")
ARABIC_PREFIXES = ("ال", "وال", "بال", "كال", "فال", "لل")
ARABIC_SUFFIXES = ("ها", "ان", "ات", "ون", "ين", "يه", "ه", "ي")
# Marks that steer display (direction, joining, hyphenation) and are no part of a word.
FORMAT_MARKS = re.compile("[\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
POSSESSIVE = re.compile(r"['’]s\b", re.IGNORECASE)
# Elided words of French: l'usine is found by usine.
ELISION = re.compile(r"\b(?:[cdjlmnst]|qu|jusqu|lorsqu|puisqu)['’](?=\w)", re.IGNORECASE)
STOP_WORDS = {
    "ar": "في من على إلى الى عن مع هذا هذه ذلك تلك التي الذي الذين أن إن كان كانت ما ماذا لماذا متى أين لا لم لن كل بين"
    " أو ثم قد هو هي هم نحن أنا كيف هل أي لدى عند حول بعد قبل يمكن يجب نا لنا لي",
    "en": "a about am an and any are as at be been by can could did do does for from get had has have how i if in is it"
    " its me my of on or our should so than that the their them then there these they this to was we were what when"
    " where which who whom whose why will with would you your",
    "es": "a al algo ante como cómo con cual cuál cuando cuándo cuáles de del desde donde dónde e el él en entre es"
    " esta este esto está están hay la las le les lo los me mi mis más muy nos nuestra nuestro o para pero por porque"
    " puede pueden puedo que qué quien quién se ser si sin sobre son su sus también un una uno y ya",
    "fr": "à au aux avec ce ces cet cette comment dans de des du elle elles en entre est et être eux faire fait il ils"
    " je la le les leur leurs ma mais mes mon ne nos notre nous on ont où ou par pas peut peuvent plus pour pourquoi qu"
    " quand que quel quelle quelles quels qui quoi sa se ses si son sont sur un une vos votre vous y",
}


@cache
def _stemmer(language: str) -> Any:
    return snowballstemmer.stemmer(STEMMERS.get(language, "english"))


def fold(text: str) -> str:
    """Return a text without case, accents and orthographic variants of Arabic letters."""
    text = unicodedata.normalize("NFKC", FORMAT_MARKS.sub("", text)).casefold()
    text = ARABIC_MARKS.sub("", text).translate(ARABIC_LETTERS).translate(ARABIC_DIGITS).translate(LIGATURES)
    decomposed = unicodedata.normalize("NFD", text)
    return "".join(character for character in decomposed if not unicodedata.combining(character))


@cache
def _stop_words(language: str) -> frozenset[str]:
    return frozenset(fold(word) for word in STOP_WORDS.get(language, "").split())


@lru_cache(maxsize=100_000)
def stem(token: str, language: str) -> str:
    """Return the stem of a folded token in a language; what is no word of letters stays as it is."""
    if not token.isalpha():
        return token
    return _arabic_stem(token) if language == "ar" else fold(_stemmer(language).stemWord(token))


# Patterns of nouns and of their broken plurals, with the letters of the root as groups (K. Ryding, A Reference Grammar
# of Modern Standard Arabic, 2005, section 7.3.2): مخزن and مخازن, صندوق and صناديق, حارس and حراس, خبير and خبراء.
BROKEN_PLURALS = [
    (re.compile(r"(.)(.)ا(.)(.)"), (r"\1\2\3\4",)),
    (re.compile(r"(.)(.)ا(.)ي(.)"), (r"\1\2\3ا\4", r"\1\2\3و\4", r"\1\2\3ي\4")),
    (re.compile(r"(.)(.)ا(.)"), (r"\1ا\2\3",)),
    (re.compile(r"ا(.)(.)ا(.)"), (r"\1\2\3",)),
    (re.compile(r"(.)(.)(.)اء"), (r"\1\2ي\3",)),
]
SINGULARS = [
    (re.compile(r"(.)([^اوي])([^اوي])(.)"), (r"\1\2ا\3\4",)),
    (re.compile(r"(.)(.)(.)[اوي](.)"), (r"\1\2ا\3ي\4",)),
    (re.compile(r"(.)ا(.)(.)"), (r"\1\2ا\3",)),
    (re.compile(r"(.)(.)(.)"), (r"ا\1\2ا\3",)),
    (re.compile(r"(.)(.)ي(.)"), (r"\1\2\3اء",)),
]
# One letter that is attached to a word without an article.
ARABIC_PARTICLE = re.compile(r"^[وفبلك](?=....)")


@lru_cache(maxsize=100_000)
def arabic_variants(word: str) -> tuple[str, ...]:
    """Return stems under which an Arabic word may stand besides its own: broken plurals, and without a particle.

    Plain Elasticsearch has no dictionary of Arabic, so this goes by patterns; what is no word is found nowhere.

    Args:
        word: folded.
    """
    if not ARABIC_WORD.fullmatch(word):
        return ()
    stems = [_arabic_stem(word)]
    if bare := ARABIC_PARTICLE.sub("", word):
        stems.append(_arabic_stem(bare))
    found = list(stems)
    for each in stems:
        for pattern, others in (*BROKEN_PLURALS, *SINGULARS):
            if match := pattern.fullmatch(each):
                found += [_arabic_stem(match.expand(other)) for other in others]
    return tuple(each for each in dict.fromkeys(found) if len(each) > 2 and each != stems[0])


def _arabic_stem(token: str) -> str:
    """Take articles, attached particles and endings away (L. Larkey et al., Light Stemming for Arabic, 2007)."""
    token = ARABIC_LONG_ENDING.sub("ات", ARABIC_CONJUNCTION.sub("", token))
    prefix = next((each for each in ARABIC_PREFIXES if token.startswith(each) and len(token) >= len(each) + 2), "")
    if not prefix and token.startswith("و") and len(token) >= 4:
        prefix = "و"
    token = token[len(prefix) :]
    for suffix in ARABIC_SUFFIXES:
        if token.endswith(suffix) and len(token) >= len(suffix) + 2:
            token = token[: -len(suffix)]
    return token


def without_attachments(text: str, language: str) -> str:
    """Return a text without what is attached to words: elided articles, and the possessive in English."""
    text = ELISION.sub("", text)
    return POSSESSIVE.sub("", text) if language == "en" else text


def joined(code: str) -> str:
    """Return a code as one token."""
    return JOINT.join(WORD.findall(fold(code)))


def codes(text: str) -> list[re.Match[str]]:
    """Return the codes in a text as they are written."""
    return [match for match in COMPOUND.finditer(text) if any(character.isdigit() for character in match[0])]


def tokens(text: str, language: str) -> list[str]:
    """Return the words of a typed text, folded, in order, codes as one."""
    found: list[str] = []
    text, end = without_attachments(text, language), 0
    for code in codes(text):
        found += WORD.findall(fold(text[end : code.start()]))
        found.append(joined(code[0]))
        end = code.end()
    return found + WORD.findall(fold(text[end:]))


@lru_cache(maxsize=100_000)
def _forms(word: str, language: str) -> str:
    """Return the tokens of a word as it is written, each with its stem where that is another."""
    kept = []
    for token in WORD.findall(fold(word)):
        kept.append(token)
        stemmed = stem(token, language)
        if stemmed != token:
            kept.append(stemmed)
    return " ".join(kept)


def index_text(text: str, language: str) -> str:
    """Return what the index keeps of a text: each word, its stem where that is another, and its codes."""
    # Texts repeat their words, so each is folded and stemmed once.
    words = RAW_WORD.findall(FORMAT_MARKS.sub("", without_attachments(text, language)))
    forms = [form for word in words if (form := _forms(word, language))]
    return " ".join([*forms, *(joined(code[0]) for code in codes(text))])
