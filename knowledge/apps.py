from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class KnowledgeConfig(AppConfig):
    """What the community knows: best practices and case studies."""

    name = "knowledge"
    verbose_name = _("Knowledge")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Connect the signal receivers, and say what is kept about people."""
        from knowledge import receivers  # noqa: F401
        from knowledge.shelf.personal_data import collect_shelf, erase_shelf
        from members.personal_data import contribute

        contribute("shelf", collect_shelf, erase_shelf)
