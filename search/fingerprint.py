"""Which analysis, fields and contents an index was made with, so that a deploy knows whether to make it anew."""

from __future__ import annotations

import hashlib
import json
from functools import cache

from search.documents import CONTENTS
from search.engines.elasticsearch import LANGUAGES, index_mappings, index_settings


@cache
def current_fingerprint() -> str:
    """Return what the code makes indexes with, in twelve hexadecimal digits."""
    made_of = {
        "contents": CONTENTS,
        "mappings": index_mappings(),
        "settings": {language: index_settings(language) for language in LANGUAGES},
    }
    return hashlib.sha256(json.dumps(made_of, sort_keys=True).encode()).hexdigest()[:12]
