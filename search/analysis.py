"""Words of a text in the forms they are found by, for the database engine.

Every token is kept as it is written (folded) and as its stem, so that codes and names stay exact and inflected
words meet. The stemmers are Snowball's.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache

import snowballstemmer

STEMMERS = {"ar": "arabic", "en": "english", "es": "spanish", "fr": "french"}
WORD = re.compile(r"\w+", re.UNICODE)
# Diacritics and the stretching stroke carry no meaning in a search.
ARABIC_MARKS = re.compile("[\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed\u0640]")
ARABIC_LETTERS = str.maketrans({"أ": "ا", "إ": "ا", "آ": "ا", "ٱ": "ا", "ى": "ي", "ة": "ه", "ؤ": "و", "ئ": "ي"})
ARABIC_DIGITS = str.maketrans("٠١٢٣٤٥٦٧٨٩", "0123456789")
# Attached particles: and, so, with, like, for; then the article.
ARABIC_PREFIX = re.compile(r"^(?:[وف]?(?:ال|بال|كال|لل)|و(?=\w{4}))")
# Elided words of French: l'usine is found by usine.
ELISION = re.compile(r"\b(?:[cdjlmnst]|qu|jusqu|lorsqu|puisqu)['’](?=\w)", re.IGNORECASE)
STOP_WORDS = {
    "ar": "في من على إلى عن مع هذا هذه ذلك التي الذي أن إن كان ما لا كل بين أو ثم قد هو هي",
    "en": "a an and are as at be by for from how in is it of on or that the this to was what with",
    "es": "a al con cómo como de del el en es la las lo los o para por que qué se su un una y",
    "fr": "à au aux avec ce ces comment dans de des du en est et la le les ou par pour que qui sur un une",
}


@cache
def _stemmer(language: str):
    return snowballstemmer.stemmer(STEMMERS.get(language, "english"))


def fold(text: str) -> str:
    """Return a text without case, accents and orthographic variants of Arabic letters."""
    text = unicodedata.normalize("NFKC", text).casefold()
    text = ARABIC_MARKS.sub("", text).translate(ARABIC_LETTERS).translate(ARABIC_DIGITS)
    decomposed = unicodedata.normalize("NFD", text)
    return "".join(character for character in decomposed if not unicodedata.combining(character))


@cache
def _stop_words(language: str) -> frozenset[str]:
    return frozenset(fold(word) for word in STOP_WORDS.get(language, "").split())


@cache
def _stem_cached(token: str, language: str) -> str:
    if language == "ar":
        shorter = ARABIC_PREFIX.sub("", token)
        token = shorter if len(shorter) > 2 else token
    return fold(_stemmer(language).stemWord(token))


def stem(token: str, language: str) -> str:
    """Return the stem of a folded token in a language; what is no word of letters stays as it is."""
    return _stem_cached(token, language) if token.isalpha() else token


def tokens(text: str, language: str) -> list[str]:
    """Return the folded words of a text, in order."""
    if language == "fr":
        text = ELISION.sub(" ", text)
    return WORD.findall(fold(text))


def index_text(text: str, language: str) -> str:
    """Return what the index keeps of a text: each word, and its stem where that is another."""
    kept = []
    for token in tokens(text, language):
        kept.append(token)
        stemmed = stem(token, language)
        if stemmed != token:
            kept.append(stemmed)
    return " ".join(kept)


def query_groups(text: str, language: str) -> list[tuple[str, ...]]:
    """Return, for each word of a query, the forms of which a text must have one.

    Stop words count only when there is nothing else.
    """
    words = list(dict.fromkeys(tokens(text, language)))
    meaningful = [word for word in words if word not in _stop_words(language)]
    return [tuple(dict.fromkeys((word, stem(word, language)))) for word in meaningful or words]
