from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class KnowledgeConfig(AppConfig):
    """What the community knows: best practices and case studies."""

    name = "knowledge"
    verbose_name = _("Knowledge")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Connect the receivers, have lists of files ask for clearance, and say what is kept about people."""
        import wagtailmedia
        from wagtail.permissions import register_permission_policy
        from wagtail.signals import task_submitted

        from access.clearance import ClearedFilePolicy
        from knowledge import receivers  # noqa: F401
        from knowledge.models import HubDocument, HubImage, HubMedia, SensitivityReviewState
        from knowledge.review_notices import ReviewSubmissionNotifier
        from knowledge.shelf.personal_data import collect_shelf, erase_shelf
        from members.personal_data import contribute

        owner = "uploaded_by_user"
        images = ClearedFilePolicy(HubImage, auth_model="wagtailimages.Image", owner_field_name=owner)
        documents = ClearedFilePolicy(HubDocument, auth_model="wagtaildocs.Document", owner_field_name=owner)
        media = ClearedFilePolicy(HubMedia, auth_model="wagtailmedia.Media", owner_field_name=owner)
        # Exactly these, since Wagtail's own apps register theirs for the same models afterwards.
        register_permission_policy(HubImage, images, exact_class=True)
        register_permission_policy(HubDocument, documents, exact_class=True)
        register_permission_policy(HubMedia, media, exact_class=True)
        # wagtailmedia does not ask the registry yet (a comment in its code says that it means to).
        wagtailmedia.get_permission_policy = lambda: media
        # Wagtail writes to reviewers for its own kind of review only.
        task_submitted.connect(
            ReviewSubmissionNotifier(),
            sender=SensitivityReviewState,
            weak=False,
            dispatch_uid="knowledge.tell_reviewers",
        )
        contribute("shelf", collect_shelf, erase_shelf)
