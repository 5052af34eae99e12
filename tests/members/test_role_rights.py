"""What each role may do, and that nobody gives themselves, or others, more than they have."""

from __future__ import annotations

import importlib

import pytest
from django.apps import apps
from django.contrib.auth.models import Group, Permission
from django.db import connection
from django.urls import reverse
from wagtail.models import GroupPagePermission, Page

from access.models import AuditEntry
from home.roles import PERMISSIONS, grant_roles
from members.forms import HubUserEditForm
from members.models import User
from members.roles import assignable_groups, may_manage
from tests.factories import MemberFactory, OrganisationFactory, UserFactory, make_article

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

ROLES = [
    "Members",
    "Experts",
    "Editors",
    "Moderators",
    "Translators: English",
    "Translators: Arabic",
    "Translators: Spanish",
    "Translators: French",
    "Secretariat",
    "Administrators",
]


def person(role: str, **fields) -> User:
    user = UserFactory(**fields)
    user.groups.add(Group.objects.get(name=role))
    return User.objects.get(pk=user.pk)


@pytest.fixture
def secretary(tree, client):
    user = person("Secretariat")
    client.force_login(user)
    return user


def edit_url(user: User) -> str:
    return reverse("wagtailusers_users:edit", args=[user.pk])


def form_of(user: User, **changes) -> dict:
    form = {
        "email": user.email,
        "first_name": user.first_name,
        "last_name": user.last_name,
        "is_active": "on" if user.is_active else "",
        "password1": "",
        "password2": "",
        "language": "",
        "organisation": "",
        "groups": [group.pk for group in user.groups.all()],
        **changes,
    }
    return {name: value for name, value in form.items() if value != ""} | {"language": ""}


class TestRoles:
    @pytest.mark.parametrize("role", ROLES)
    def test_a_new_installation_has_them(self, tree, role):
        assert Group.objects.filter(name=role).exists()

    def test_the_migration_alone_makes_them(self, tree):
        Group.objects.exclude(name__in=["Editors", "Moderators"]).delete()
        member = MemberFactory()
        migration = importlib.import_module("home.migrations.0006_roles")
        with connection.schema_editor() as editor:
            migration.make_roles(apps, editor)
        assert set(ROLES) <= set(Group.objects.values_list("name", flat=True))
        assert member.groups.filter(name="Members").exists()
        names = {each.codename for each in Group.objects.get(name="Secretariat").permissions.all()}
        assert {"access_admin", "change_user", "view_auditentry"} <= names

    def test_granting_again_changes_nothing(self, tree):
        before = (GroupPagePermission.objects.count(), Permission.objects.filter(group__isnull=False).count())
        grant_roles()
        assert before == (GroupPagePermission.objects.count(), Permission.objects.filter(group__isnull=False).count())

    @pytest.mark.parametrize("role", [role for role in ROLES if role != "Administrators"])
    def test_no_role_has_more_than_is_written_down(self, tree, role):
        written = set(PERMISSIONS[role])
        # Wagtail's own roles have what its migrations give them, on files.
        had = {
            f"{app}.{code}"
            for app, code in Group.objects.get(name=role).permissions.values_list("content_type__app_label", "codename")
        }
        on_files = {"wagtailimages", "wagtaildocs", "wagtailmedia"}
        extra = {name for name in had - written if name.split(".")[0] not in on_files}
        assert extra == set()

    def test_only_the_secretariat_and_administrators_see_to_people(self, tree):
        for role in ROLES:
            user = person(role)
            may = role in {"Secretariat", "Administrators"}
            assert user.has_perm("members.change_user") is may, role
            assert user.has_perm("access.view_auditentry") is may, role
            assert user.has_perm("auth.change_group") is (role == "Administrators"), role

    def test_the_secretariat_touches_no_page(self, secretary, client):
        page = make_article("A page")
        tester = page.permissions_for_user(secretary)
        assert not any([tester.can_edit(), tester.can_publish(), tester.can_delete(), tester.can_add_subpage()])
        assert client.get(reverse("wagtailadmin_pages:edit", args=[page.pk])).status_code == 302

    def test_administrators_reach_every_page_without_being_superusers(self, tree):
        administrator = person("Administrators")
        assert not administrator.is_superuser
        tester = Page.objects.get(pk=make_article("A page").pk).permissions_for_user(administrator)
        assert tester.can_edit()
        assert tester.can_publish()
        assert administrator.has_perms(["auth.change_group", "vocabulary.change_concept", "home.change_brand"])


class TestMembersGroup:
    def is_in(self, user: User) -> bool:
        return user.groups.filter(name="Members").exists()

    def test_it_follows_the_account(self, tree):
        user = UserFactory()
        assert not self.is_in(user)
        user.is_member = True
        user.save()
        assert self.is_in(user)
        user.is_member = False
        user.save(update_fields=["is_member"])
        assert not self.is_in(user)

    def test_nobody_becomes_a_member_by_it(self, tree):
        group = Group.objects.get(name="Members")
        user, member = UserFactory(), MemberFactory()
        user.groups.add(group)
        assert not self.is_in(user)
        group.user_set.add(user)
        assert not self.is_in(user)
        member.groups.clear()
        assert self.is_in(member)
        group.user_set.clear()
        assert self.is_in(member)


class TestAccounts:
    def test_the_secretariat_makes_members(self, secretary, client):
        user = UserFactory()
        group = Group.objects.create(name="Working group")
        organisation = OrganisationFactory()
        changes = {"is_member": "on", "organisation": organisation.pk, "groups": [group.pk]}
        assert client.post(edit_url(user), form_of(user, **changes)).status_code == 302
        user.refresh_from_db()
        assert (user.is_member, user.organisation) == (True, organisation)
        assert set(user.groups.values_list("name", flat=True)) == {"Working group", "Members"}

    @pytest.mark.parametrize("role", ["Editors", "Moderators", "Translators: Arabic", "Administrators"])
    def test_it_gives_no_role_that_may_do_more(self, role, secretary, client):
        user = UserFactory()
        group = Group.objects.get(name=role)
        response = client.post(edit_url(user), form_of(user, groups=[group.pk]))
        assert response.status_code == 200
        assert "groups" in response.context["form"].errors
        assert not user.groups.exists()
        assert group not in assignable_groups(secretary)

    def test_a_group_with_rights_on_one_page_is_such_a_role(self, secretary):
        group = Group.objects.create(name="Writers of one page")
        assert group in assignable_groups(secretary)
        permission = Permission.objects.get(content_type__app_label="wagtailcore", codename="change_page")
        GroupPagePermission.objects.create(group=group, page=make_article("A page"), permission=permission)
        assert group not in assignable_groups(secretary)

    def test_it_makes_no_superusers(self, secretary, client):
        user = UserFactory()
        client.post(edit_url(user), form_of(user, is_superuser="on", is_staff="on", user_permissions=[1]))
        user.refresh_from_db()
        assert (user.is_superuser, user.is_staff, user.user_permissions.count()) == (False, False, 0)
        new = form_of(user, email="new@example.org", password1="a-long-password-27", password2="a-long-password-27")
        client.post(reverse("wagtailusers_users:add"), {**new, "is_superuser": "on"})
        assert not User.objects.filter(email="new@example.org").exists()

    def test_administrators_add_accounts_and_no_superusers(self, tree, client):
        client.force_login(person("Administrators"))
        new = form_of(
            UserFactory(), email="new@example.org", password1="a-long-password-27", password2="a-long-password-27"
        )
        client.post(reverse("wagtailusers_users:add"), {**new, "is_superuser": "on"})
        assert not User.objects.get(email="new@example.org").is_superuser

    @pytest.mark.parametrize("role", ["Editors", "Administrators", "superuser"])
    @pytest.mark.parametrize("is_active", [True, False])
    def test_it_takes_over_no_account_that_may_do_more(self, role, is_active, secretary, client):
        other = UserFactory(is_superuser=True) if role == "superuser" else person(role)
        User.objects.filter(pk=other.pk).update(is_active=is_active)
        password = {"password1": "another-password-27", "password2": "another-password-27"}
        assert client.get(edit_url(other)).status_code == 302
        response = client.post(edit_url(other), form_of(other, email="mine@example.org", is_active="on", **password))
        assert response.status_code == 302
        after = User.objects.get(pk=other.pk)
        assert (after.email, after.password, after.is_active) == (other.email, other.password, is_active)

    def test_it_decides_nothing_about_itself(self, secretary, client):
        group = Group.objects.create(name="Readers of everything")
        changes = {
            "is_member": "on",
            "organisation": OrganisationFactory().pk,
            "groups": [group.pk],
            "is_superuser": "on",
            "first_name": "Another",
        }
        assert client.post(edit_url(secretary), form_of(secretary, **changes)).status_code == 302
        secretary.refresh_from_db()
        assert secretary.first_name == "Another"
        assert (secretary.is_member, secretary.organisation, secretary.is_superuser) == (False, None, False)
        assert [each.name for each in secretary.groups.all()] == ["Secretariat"]

    def bulk(self, client, action: str, *users: User, **form):
        address = reverse("wagtail_bulk_action", args=["members", "user", action])
        query = "&".join(f"id={user.pk}" for user in users)
        return client.post(f"{address}?{query}", form)

    def test_nor_in_bulk(self, secretary, client):
        user, editor = UserFactory(), person("Editors")
        harmless = Group.objects.create(name="Harmless")
        self.bulk(client, "assign_role", user, role=Group.objects.get(name="Moderators").pk)
        self.bulk(client, "assign_role", secretary, role=harmless.pk)
        self.bulk(client, "assign_role", editor, role=harmless.pk)
        self.bulk(client, "set_active_state", editor, mark_as_active="")
        self.bulk(client, "delete", editor)
        editor.refresh_from_db()
        assert editor.is_active
        assert not user.groups.exists()
        assert not secretary.groups.filter(pk=harmless.pk).exists()
        assert [group.name for group in editor.groups.all()] == ["Editors"]
        self.bulk(client, "assign_role", user, role=harmless.pk)
        assert user.groups.filter(pk=harmless.pk).exists()

    def test_it_opens_nobodys_account(self, secretary, client):
        user = UserFactory()
        before = (user.email, user.password)
        assert "password1" not in client.get(edit_url(user)).content.decode()
        changed = {"email": "mine@example.org", "password1": "glass-lantern-97-q", "password2": "glass-lantern-97-q"}
        assert client.post(edit_url(user), form_of(user, **changed, first_name="Changed")).status_code == 302
        user.refresh_from_db()
        assert user.first_name == "Changed"
        assert (user.email, user.password) == before

    def test_it_changes_no_group(self, secretary, client):
        group = Group.objects.get(name="Secretariat")
        for address in (reverse("wagtailusers_groups:add"), reverse("wagtailusers_groups:edit", args=[group.pk])):
            assert client.get(address).status_code == 302
            client.post(address, {"name": "Mine", "permissions": [1]})
        assert not Group.objects.filter(name="Mine").exists()

    def test_administrators_see_to_everybody_but_superusers(self, tree, client):
        administrator = person("Administrators")
        assert may_manage(administrator, person("Moderators"))
        assert may_manage(administrator, person("Secretariat"))
        assert not may_manage(administrator, UserFactory(is_superuser=True))
        client.force_login(administrator)
        user = UserFactory()
        client.post(edit_url(user), form_of(user, is_superuser="on", groups=[Group.objects.get(name="Editors").pk]))
        user.refresh_from_db()
        assert not user.is_superuser
        assert user.groups.get().name == "Editors"

    def test_editors_and_moderators_manage_nobody(self, tree, client):
        user = UserFactory()
        for role in ("Editors", "Moderators", "Translators: Arabic"):
            client.force_login(person(role))
            assert client.get(edit_url(user)).status_code == 302
            client.post(edit_url(user), form_of(user, is_member="on"))
            user.refresh_from_db()
            assert not user.is_member

    def test_a_form_must_know_who_fills_it_in(self, tree):
        with pytest.raises(TypeError):
            HubUserEditForm(instance=UserFactory())

    def test_accounts_are_not_copied(self, secretary, client):
        user = UserFactory()
        assert client.get(f"/admin/users/copy/{user.pk}/").status_code in {302, 404}


class TestGroupsInTheAdmin:
    def test_rights_on_pages_are_in_the_audit(self, tree, client):
        administrator = person("Administrators")
        client.force_login(administrator)
        group = Group.objects.create(name="Writers")

        def save(**pages):
            empty = {"TOTAL_FORMS": 0, "INITIAL_FORMS": 0, "MIN_NUM_FORMS": 0, "MAX_NUM_FORMS": 1000}
            prefixes = [f"{kind}_permissions" for kind in ("image", "document", "media", "collection", "page")]
            form = {f"{prefix}-{name}": value for prefix in prefixes for name, value in empty.items()}
            address = reverse("wagtailusers_groups:edit", args=[group.pk])
            return client.post(address, {"name": group.name, **form, **pages})

        row = {"page_permissions-0-page": tree["en"].pk, "page_permissions-0-permissions": ["change_page"]}
        assert save(**{"page_permissions-TOTAL_FORMS": 1}, **row).status_code == 302
        assert GroupPagePermission.objects.filter(group=group).exists()
        assert save().status_code == 302
        told = AuditEntry.objects.filter(subject_type="auth.group", subject_key=str(group.pk)).order_by("pk")
        assert [entry.action for entry in told] == ["group.added", "group.permitted", "group.forbidden"]
        assert told[1].details == {"permissions": ["change_page"], "page": tree["en"].pk}
        assert {entry.actor_key for entry in told[1:]} == {administrator.pk}
