from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class TranslationConfig(AppConfig):
    """Who may translate what, what machines may be sent, and how far the languages are."""

    name = "translation"
    verbose_name = _("Translation")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Hand out and erase what members asked for, and note when they have it."""
        import translation.receivers  # noqa: F401
        from members.personal_data import contribute
        from translation.editing import collect_desk, erase_desk
        from translation.suggestions import collect_suggestions, erase_suggestions
        from translation.wishes import collect_wishes, erase_wishes

        contribute("translation_wishes", collect_wishes, erase_wishes)
        contribute("term_suggestions", collect_suggestions, erase_suggestions)
        contribute("translation_desk", collect_desk, erase_desk)
