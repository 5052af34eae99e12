"""The roles of the hub: Wagtail groups, what each may do anywhere, and what administrators may do to all there is.

Made by a migration, so that they are there before anything else; `set_up_hub` gives them again what they need,
and what hangs on home pages (`translation.roles`). A role somebody renamed or changed keeps what was added to it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.contrib.auth.models import Group, Permission
from django.db import transaction
from wagtail.models import Collection, GroupCollectionPermission, GroupPagePermission, Page

from knowledge.marking_panel import EDIT_ORIGINALS
from members.roles import ADMINISTRATORS, EXPERTS, MEMBERS, SECRETARIAT
from translation.roles import (
    ASSIGN,
    EDITORS,
    STANDING_REQUESTS,
    SUBMIT_TRANSLATION,
    USE_DESK,
    VIEW_VOCABULARY,
    translators_group_name,
)

ENTER_ADMIN = "wagtailadmin.access_admin"
# What editors say of words and questions, and what they see of these.
SEARCH_TERMS = (
    *(
        f"search.{do}_{model}"
        for model in ("synonymgroup", "stopword", "promotedresult")
        for do in ("add", "change", "delete")
    ),
    "search.view_askedquestion",
)
# By the name of the group. Members read what is marked for them, experts are found: neither needs a permission.
PERMISSIONS: dict[str, tuple[str, ...]] = {
    MEMBERS: (),
    EXPERTS: (),
    **dict.fromkeys(
        EDITORS,
        (
            *(ENTER_ADMIN, EDIT_ORIGINALS, SUBMIT_TRANSLATION, VIEW_VOCABULARY, USE_DESK, ASSIGN),
            *(*STANDING_REQUESTS, *SEARCH_TERMS),
        ),
    ),
    **{translators_group_name(code): (ENTER_ADMIN, VIEW_VOCABULARY, USE_DESK) for code, _name in settings.LANGUAGES},
    SECRETARIAT: (
        ENTER_ADMIN,
        "members.vet_application",
        "members.invite",
        "members.view_user",
        "members.change_user",
        "members.view_organisation",
        "members.add_organisation",
        "members.change_organisation",
        "access.view_auditentry",
    ),
}
# Of Wagtail's permissions on collections, the apps whose files are kept in them.
FILE_APPS = ("wagtailimages", "wagtaildocs", "wagtailmedia")
FILE_KINDS = ("image", "document", "media", "collection")


def find_permissions(permissions: Any, names: Iterable[str]) -> list[Any]:
    """Return the permissions of these names that are there, e.g. `members.invite`; `permissions` is their manager."""
    found = []
    for name in names:
        app_label, codename = name.split(".")
        found += permissions.filter(content_type__app_label=app_label, codename=codename)
    return found


@transaction.atomic
def grant_roles() -> None:
    """Make the roles that are missing, and give each what it needs. Can run again."""
    for name, wanted in PERMISSIONS.items():
        group, _created = Group.objects.get_or_create(name=name)
        missing = set(find_permissions(Permission.objects, wanted)) - set(group.permissions.all())
        group.permissions.add(*missing)
    _grant_administrators()


def _grant_administrators() -> None:
    """Give administrators all permissions there are: on every model, page and collection. They are no superusers."""
    group, _created = Group.objects.get_or_create(name=ADMINISTRATORS)
    group.permissions.add(*Permission.objects.exclude(pk__in=group.permissions.values("pk")))
    root = Page.get_first_root_node()
    on_pages = Permission.objects.filter(
        content_type__app_label="wagtailcore",
        content_type__model="page",
        codename__in=Page.permission_codenames,
    )
    for permission in on_pages:
        GroupPagePermission.objects.get_or_create(group=group, page=root, permission=permission)
    on_files = Permission.objects.filter(
        content_type__app_label__in=(*FILE_APPS, "wagtailcore"), content_type__model__in=FILE_KINDS
    ).exclude(codename__startswith="view_")
    top = Collection.get_first_root_node()
    for permission in on_files:
        GroupCollectionPermission.objects.get_or_create(group=group, collection=top, permission=permission)
