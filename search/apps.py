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

        from search import receivers  # noqa: F401
        from search.engines.database import open_word_tables

        connection_created.connect(open_word_tables, dispatch_uid="search.open_word_tables")
