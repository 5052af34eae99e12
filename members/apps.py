from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _
from wagtail.users.apps import WagtailUsersAppConfig


class MembersConfig(AppConfig):
    """Users, who sign in by e-mail, and the organisations they belong to."""

    name = "members"
    verbose_name = _("Members")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Connect the signal receivers, and say what is kept about people."""
        from members import receivers  # noqa: F401
        from members.personal_data import contribute_own

        contribute_own()


class HubUsersConfig(WagtailUsersAppConfig):
    """Wagtail's app for users, with the hub's forms (see Wagtail's docs, "Customizing admin user views")."""

    user_viewset = "members.views.HubUserViewSet"
    group_viewset = "members.group_views.HubGroupViewSet"
