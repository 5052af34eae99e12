from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class VocabularyConfig(AppConfig):
    """Concepts with labels in every language of the hub."""

    name = "vocabulary"
    verbose_name = _("Vocabulary")
    default_auto_field = "django.db.models.BigAutoField"
