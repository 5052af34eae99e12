from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class TranslationConfig(AppConfig):
    """Who may translate what, what machines may be sent, and how far the languages are."""

    name = "translation"
    verbose_name = _("Translation")
    default_auto_field = "django.db.models.BigAutoField"
