"""Who may give whom which rights: nobody gives, or takes over, more than they have themselves.

Roles are Wagtail groups (`home.roles` says what each may do). The secretariat sees to accounts; it must not be a way
to become an editor or an administrator.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import Group, Permission
from django.db.models import Q, QuerySet
from wagtail.models import GroupCollectionPermission, GroupPagePermission

from access.generation import start_new_generation
from members.models import User
from members.models.invitations import MEMBERS as MEMBERS

EXPERTS = "Experts"
SECRETARIAT = "Secretariat"
ADMINISTRATORS = "Administrators"

# A permission, and the place in a tree from which on it is given.
Place = tuple[int, str]


@dataclass(frozen=True)
class Rights:
    """What groups, or somebody's own permissions, let do: everywhere, below pages, and in collections."""

    permissions: frozenset[int]
    on_pages: frozenset[Place]
    on_collections: frozenset[Place]

    def cover(self, other: Rights) -> bool:
        """Tell whether somebody with these could do all that the others let do."""
        return (
            other.permissions <= self.permissions
            and _cover_places(self.on_pages, other.on_pages)
            and _cover_places(self.on_collections, other.on_collections)
        )


def _cover_places(mine: Iterable[Place], others: Iterable[Place]) -> bool:
    return all(any(own == right and path.startswith(above) for own, above in mine) for right, path in others)


def _rights(groups: QuerySet[Group], permissions: Q) -> Rights:
    on_pages = GroupPagePermission.objects.filter(group__in=groups)
    on_collections = GroupCollectionPermission.objects.filter(group__in=groups)
    return Rights(
        frozenset(Permission.objects.filter(permissions).values_list("pk", flat=True)),
        frozenset(on_pages.values_list("permission_id", "page__path")),
        frozenset(on_collections.values_list("permission_id", "collection__path")),
    )


def rights_of(user: User) -> Rights:
    """Return what somebody's groups and own permissions let do, also while the account is switched off."""
    groups = Group.objects.filter(user=user.pk)
    return _rights(groups, Q(group__in=groups) | Q(user=user.pk))


def rights_of_group(group: Group) -> Rights:
    """Return what a group lets do."""
    return _rights(Group.objects.filter(pk=group.pk), Q(group=group))


def may_assign(actor: Any, group: Group) -> bool:
    """Tell whether somebody may put others into a group: one that lets do nothing that they may not."""
    return actor.is_superuser or rights_of(actor).cover(rights_of_group(group))


def assignable_groups(actor: User) -> QuerySet[Group]:
    """Return the groups that somebody may put others into; who is a member is said on the account itself."""
    groups = Group.objects.exclude(name=MEMBERS)
    if actor.is_superuser:
        return groups
    own = rights_of(actor)
    return groups.filter(pk__in=[group.pk for group in groups if own.cover(rights_of_group(group))])


def may_manage(actor: Any, account: User) -> bool:
    """Tell whether somebody may change or delete an account: one that may do nothing that they may not.

    Else a new address, or a new password, would give them its rights.
    """
    if actor.is_superuser or actor.pk == account.pk:
        return True
    return not account.is_superuser and rights_of(actor).cover(rights_of(account))


def keep_in_members_group(user: User) -> None:
    """Have the group of members follow the account, so that privacy settings and markings can name all members."""
    group = Group.objects.filter(name=MEMBERS).first()
    if group is None:
        return
    belongs = User.groups.through.objects
    is_in = belongs.filter(user_id=user.pk, group_id=group.pk).exists()
    if user.is_member == is_in:
        return
    # It only follows, so that the audit need not tell it again.
    if user.is_member:
        belongs.bulk_create([User.groups.through(user_id=user.pk, group_id=group.pk)], ignore_conflicts=True)
    else:
        belongs.filter(user_id=user.pk, group_id=group.pk).delete()
    start_new_generation()
