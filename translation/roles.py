"""Who may translate: a group for each language, and what editors need besides Wagtail's defaults."""

from __future__ import annotations

from django.contrib.auth.models import AnonymousUser, Group, Permission
from django.db import transaction
from django.utils.translation import get_language_info
from wagtail.models import Collection, GroupCollectionPermission, GroupPagePermission, Locale, Page

from knowledge.marking_panel import EDIT_ORIGINALS
from members.models import User

# To ask people to translate, until when; for those who submit.
ASSIGN = "translation.assign_translation"
USE_DESK = "translation.use_desk"
STANDING_REQUESTS = tuple(f"translation.{act}_standingrequest" for act in ("add", "change", "delete", "view"))
SUBMIT_TRANSLATION = "wagtail_localize.submit_translation"
# The field's terms in all languages, for those who write and translate; administrators change them.
VIEW_VOCABULARY = "vocabulary.view_concept"
# The groups that Wagtail's own migrations make.
EDITORS = ("Editors", "Moderators")


def translators_group_name(language_code: str) -> str:
    """Return the name of the group of a language's translators, e.g. "Translators: Arabic"."""
    return f"Translators: {get_language_info(language_code)['name']}"


def reviewers_group_name(language_code: str) -> str:
    """Return the name of the group of a language's reviewers, e.g. "Reviewers: Arabic".

    As long as somebody active is in it, another person than the one who wrote a text approves it (four eyes).
    """
    return f"Reviewers: {get_language_info(language_code)['name']}"


def has_reviewers(language_code: str) -> bool:
    """Tell whether texts in a language are approved by a second person."""
    return User.objects.filter(is_active=True, groups__name=reviewers_group_name(language_code)).exists()


def is_reviewer(user: User | AnonymousUser, language_code: str) -> bool:
    """Tell whether somebody may approve what another person wrote in a language."""
    return user.groups.filter(name=reviewers_group_name(language_code)).exists()


def _permission(name: str) -> Permission:
    app_label, codename = name.split(".")
    return Permission.objects.get(content_type__app_label=app_label, codename=codename)


@transaction.atomic
def grant_translators(language_code: str) -> Group:
    """Make the group that may translate into one language, and nothing else. Can run again.

    Its members may edit and publish below that language's home page. That these are translations only,
    and that nothing is added, moved or deleted, is seen to by `translation.wagtail_hooks`.

    Args:
        language_code: a language whose home page is there already.

    Raises:
        Page.DoesNotExist: when there is no home page in the language.
    """
    group, _created = Group.objects.get_or_create(name=translators_group_name(language_code))
    # Reviewers are translators too; this group says only whose approval counts.
    Group.objects.get_or_create(name=reviewers_group_name(language_code))
    group.permissions.add(*(_permission(name) for name in ("wagtailadmin.access_admin", VIEW_VOCABULARY, USE_DESK)))
    locale = Locale.objects.get(language_code=language_code)
    home = Page.objects.filter(depth=2, locale=locale).order_by("-live", "path").first()
    if home is None:
        raise Page.DoesNotExist(f"There is no home page in the language {language_code!r}.")
    for codename in ("change_page", "publish_page"):
        permission = _permission(f"wagtailcore.{codename}")
        GroupPagePermission.objects.get_or_create(group=group, page=home, permission=permission)
    GroupCollectionPermission.objects.get_or_create(
        group=group,
        collection=Collection.get_first_root_node(),
        # Wagtail keeps permissions on images at its own model, whatever the model in use.
        permission=_permission("wagtailimages.choose_image"),
    )
    return group


def grant_editors() -> None:
    """Let editors and moderators write originals and hand them to the translators. Can run again."""
    names = (EDIT_ORIGINALS, SUBMIT_TRANSLATION, VIEW_VOCABULARY, USE_DESK, ASSIGN, *STANDING_REQUESTS)
    permissions = [_permission(name) for name in names]
    for name in EDITORS:
        group, _created = Group.objects.get_or_create(name=name)
        group.permissions.add(*permissions)
