from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class HomeConfig(AppConfig):
    """The frame of the site: home page, standard pages, navigation, brand."""

    name = "home"
    verbose_name = _("Home")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Have the admin do without scripts in its pages, and translators word the hub's name."""
        import home.wordings  # noqa: F401
        from home.chooser_starts import replace_scripts

        replace_scripts()
