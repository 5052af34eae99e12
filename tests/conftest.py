"""What all tests share."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.cache import cache
from django.test import TransactionTestCase
from django.utils import timezone, translation
from xdist.scheduler import LoadScopeScheduling

from access.audit import deletable_before
from access.readers import Reader, reader_for
from home.models import HomePage
from home.tree import make_tree

# What runs in one process, one test after the other: the journeys share a hub, the cluster has fixed ports, and the
# worlds of the leaks are made once a process.
GROUPS = (
    "tests/browser/",
    "tests/search/test_cluster.py",
    "tests/search/test_relevance.py",
    "tests/access/test_leaks.py",
    "tests/access/test_admin_leaks.py",
)


class GroupScheduling(LoadScopeScheduling):
    """Gives each of `GROUPS` to one process, and all other tests to whoever is free."""

    def _split_scope(self, nodeid: str) -> str:
        """Return the group of a test; its own name when it has none."""
        return next((group for group in GROUPS if nodeid.startswith(group)), nodeid)


def pytest_xdist_make_scheduler(config, log):
    """Group tests for `--dist loadgroup`: pytest-xdist 3.8 writes its groups where pytest 9.2 does not read them."""
    return GroupScheduling(config, log) if config.getvalue("dist") == "loadgroup" else None


@pytest.fixture(autouse=True)
def own_media(settings, tmp_path):
    """Keep uploaded files of a test to itself, and hashing of passwords quick."""
    settings.MEDIA_ROOT = str(tmp_path / "media")
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    # Tests of second factors ask for them.
    settings.SECOND_FACTOR_REQUIRED = False
    cache.clear()


@pytest.fixture(autouse=True)
def own_language(settings):
    """Begin each test in English, whatever the request of an earlier one was answered in."""
    with translation.override(settings.LANGUAGE_CODE):
        yield


@pytest.fixture(scope="session", autouse=True)
def empty_audit_after_transactions() -> None:
    """Let Django empty the tables of SQLite after a test with real transactions, which the audit's triggers forbid."""
    flush = TransactionTestCase._fixture_teardown

    def flush_with_audit(case: TransactionTestCase) -> None:
        with deletable_before(timezone.now() + timezone.timedelta(days=1)):
            flush(case)

    TransactionTestCase._fixture_teardown = flush_with_audit


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker) -> None:
    """Put the tree of every installation into the test database once: it takes longer than most tests."""
    with django_db_blocker.unblock():
        make_tree()


@pytest.fixture
def tree(db) -> dict[str, HomePage]:
    """Home pages, sections and roles in four languages; the home pages by language code."""
    homes = HomePage.objects.select_related("locale")
    return {home.locale.language_code: home for home in homes}


@pytest.fixture
def as_reader():
    """Return a function that makes a reader of a user, or a visitor of nobody."""

    def make(user=None) -> Reader:
        return reader_for(user or AnonymousUser())

    return make
