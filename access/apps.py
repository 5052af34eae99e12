from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccessConfig(AppConfig):
    """Connects the receivers that keep audiences and the content generation true."""

    name = "access"
    verbose_name = _("Access")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Connect the signal receivers, and have Wagtail's admin ask for clearance."""
        from django.db.backends.signals import connection_created
        from wagtail.models import Page
        from wagtail.permissions import register_permission_policy

        from access import audit_receivers, receivers  # noqa: F401
        from access.audit import register_cutoff
        from access.clearance import ClearedPagePolicy

        connection_created.connect(register_cutoff, dispatch_uid="access.register_cutoff")
        register_permission_policy(Page, ClearedPagePolicy(Page))
