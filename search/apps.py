from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SearchConfig(AppConfig):
    """Search over everything that people read."""

    name = "search"
    verbose_name = _("Search")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Connect the receivers that keep the index true, and what connections to SQLite need."""
        from django.db.backends.signals import connection_created

        from members.personal_data import contribute
        from search import receivers  # noqa: F401
        from search.engines.database import open_word_tables
        from search.saved import collect_saved_searches, erase_saved_searches

        connection_created.connect(open_word_tables, dispatch_uid="search.open_word_tables")
        contribute("saved_searches", collect_saved_searches, erase_saved_searches)
