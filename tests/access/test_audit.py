"""The audit: appended only, in step with what happens, and there before anything is read."""

from __future__ import annotations

import datetime

import pytest
from django.contrib.auth.models import Group
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction
from django.urls import reverse
from django.utils import timezone
from wagtail.log_actions import log
from wagtail.models import GroupPagePermission, ModelLogEntry, Page, PageViewRestriction

from access.audit import deletable_before, purge, record
from access.models import AppendedOnlyError, AuditEntry
from tests.factories import (
    MemberFactory,
    OrganisationFactory,
    UserFactory,
    make_article,
    make_document,
    make_recording,
    stream,
)

pytestmark = pytest.mark.django_db


def actions(**filters) -> list[str]:
    return list(AuditEntry.objects.filter(**filters).order_by("pk").values_list("action", flat=True))


def entry_from(days: int) -> AuditEntry:
    return AuditEntry.objects.create(action="test.done", at=timezone.now() - datetime.timedelta(days=days))


class TestAppendedOnly:
    @pytest.mark.parametrize(
        "statement", ["UPDATE access_auditentry SET action = 'x'", "DELETE FROM access_auditentry"]
    )
    def test_the_database_itself_refuses(self, statement):
        record("test.done")
        with pytest.raises(DatabaseError, match="appended only"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
        assert "test.done" in actions()

    def test_the_model_refuses(self):
        entry = record("test.done")
        for attempt in (
            entry.save,
            entry.delete,
            AuditEntry.objects.all().delete,
            lambda: AuditEntry.objects.update(action="x"),
            lambda: AuditEntry.objects.bulk_update([entry], ["action"]),
        ):
            with pytest.raises(AppendedOnlyError):
                attempt()

    def test_only_what_was_kept_long_enough_is_purged(self, settings):
        settings.AUDIT_DAYS = 100
        old, young = entry_from(101), entry_from(99)
        assert purge() == 1
        left = AuditEntry.objects.filter(action="test.done")
        assert list(left) == [young]
        assert AuditEntry.objects.get(action="audit.purged").details["entries"] == 1
        assert old not in left

    def test_a_purge_does_not_open_the_younger_ones(self):
        young = entry_from(1)
        refused = pytest.raises(DatabaseError)
        with refused, transaction.atomic(), deletable_before(timezone.now() - datetime.timedelta(days=30)):
            AuditEntry.objects.filter(pk=young.pk)._raw_delete("default")

    def test_after_a_purge_it_is_closed_again(self, settings):
        settings.AUDIT_DAYS = 100
        entry_from(101)
        purge()
        entry_from(101)
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("DELETE FROM access_auditentry")

    def test_the_command_says_how_many(self, capsys):
        entry_from(10_000)
        call_command("purge_audit")
        assert "1 entries deleted." in capsys.readouterr().out


class TestReading:
    @pytest.fixture
    def group(self, tree):
        return Group.objects.create(name="Readers")

    @pytest.fixture
    def reader(self, group, client):
        user = MemberFactory()
        user.groups.add(group)
        client.force_login(user)
        return user

    @pytest.fixture
    def restricted(self, group):
        return {"marking": "AMBER", "shared_with": [f"wagtail-group:{group.pk}"]}

    def read(self) -> list[tuple]:
        entries = AuditEntry.objects.filter(action__in=["page.read", "page.taken", "page.opened", "file.taken"])
        return list(entries.order_by("pk").values_list("action", "actor_key", "subject_type", "subject_key", "marking"))

    def test_a_page_is_recorded_for_each_reader_once_an_hour(self, restricted, reader, group, client):
        page = make_article("Restricted", **restricted)
        other = MemberFactory()
        other.groups.add(group)
        for user in (reader, reader, other, reader):
            client.force_login(user)
            assert client.get(page.url).status_code == 200
        subject = ("wagtailcore.page", str(page.pk), "AMBER")
        assert self.read() == [("page.read", reader.pk, *subject), ("page.read", other.pk, *subject)]

    @pytest.mark.parametrize("marking", ["CLEAR", "GREEN"])
    def test_what_more_people_read_is_not(self, marking, reader, client):
        page = make_article("Open", marking=marking)
        assert client.get(page.url).status_code == 200
        assert client.get(reverse("pdf", args=[page.pk])).status_code == 200
        assert self.read() == []

    def test_a_page_in_a_restricted_section_is_recorded(self, restricted, reader, client):
        from tests.factories import section

        parent = section()
        parent.marking, parent.shared_with = restricted["marking"], restricted["shared_with"]
        parent.save_revision().publish()
        page = make_article("In it")
        assert client.get(page.url).status_code == 200
        assert self.read()[0][-1] == "AMBER"

    def test_who_is_refused_has_read_nothing(self, restricted, client):
        page = make_article("Restricted", **restricted)
        client.force_login(MemberFactory())
        assert client.get(page.url).status_code == 404
        assert client.get(reverse("pdf", args=[page.pk])).status_code == 404
        assert self.read() == []

    @pytest.mark.parametrize("name", ["pdf", "cite_bibtex", "cite_ris", "wagtailapi_v3:detail_page"])
    def test_every_form_of_a_page_is_recorded(self, name, restricted, reader, client):
        page = make_article("Restricted", **restricted)
        assert client.get(reverse(name, args=[page.pk])).status_code == 200
        assert self.read() == [("page.taken", reader.pk, "wagtailcore.page", str(page.pk), "AMBER")]

    def test_a_page_without_a_translation_is_recorded(self, restricted, reader, client):
        page = make_article("Restricted", **restricted)
        assert client.get(f"/fr/original/{page.pk}/").status_code == 200
        assert client.get(f"/fr/original/{page.pk}/").status_code == 200
        assert [entry[0] for entry in self.read()] == ["page.read"]

    @pytest.mark.parametrize("name", ["captions", "transcript", "chapters"])
    def test_texts_of_a_recording_are_recorded(self, name, restricted, reader, client):
        page = make_recording("Restricted", **restricted)
        assert client.get(reverse(name, args=[page.pk])).status_code == 200
        assert [entry[0] for entry in self.read()] == ["page.taken"]

    def test_a_film_is_recorded_once_however_a_player_asks(self, restricted, reader, client):
        page = make_recording("Restricted", **restricted)
        film = page.media.first().media
        for start in (0, 100, 200):
            response = client.get(film.file.url, headers={"range": f"bytes={start}-{start + 99}"})
            assert response.status_code == 206
        assert self.read() == [("file.taken", reader.pk, "knowledge.hubmedia", str(film.pk), "AMBER")]

    def test_a_file_that_an_open_page_uses_too_is_not_recorded(self, restricted, reader, client):
        from knowledge.models import Article, Attachment

        document = make_document()

        def page_with(title: str, **fields) -> Article:
            page = make_article(title, live=False, **fields)
            page.attachments.add(Attachment(document=document, locale=page.locale))
            page.save_revision().publish()
            return page

        page_with("Restricted", **restricted)
        client.get(document.file.url)
        assert [entry[0] for entry in self.read()] == ["file.taken"]
        page_with("Open", body=stream(Article, "body", [("text", "<p>Open.</p>")]))
        client.get(document.file.url)
        assert len(self.read()) == 1

    def test_opening_it_in_the_admin_is_recorded(self, restricted, group, client):
        page = make_article("Restricted", **restricted)
        editor = MemberFactory()
        editor.groups.add(group, Group.objects.get(name="Editors"))
        client.force_login(editor)
        assert client.get(reverse("wagtailadmin_pages:edit", args=[page.pk])).status_code == 200
        assert self.read() == [("page.opened", editor.pk, "wagtailcore.page", str(page.pk), "AMBER")]

    def test_the_record_is_there_before_the_bytes(self, restricted, reader, client, monkeypatch):
        page = make_recording("Restricted", **restricted)
        film = page.media.first().media

        def refuse(*args, **kwargs):
            raise DatabaseError("full")

        monkeypatch.setattr(AuditEntry, "save", refuse)
        client.raise_request_exception = False
        assert client.get(film.file.url).status_code == 500
        assert client.get(page.url).status_code == 500


class TestPeopleAndGroups:
    def test_an_account_comes_and_goes(self, tree):
        user = UserFactory()
        key = str(user.pk)
        user.delete()
        assert actions(subject_type="members.user", subject_key=key) == ["account.added", "account.deleted"]

    def test_what_changes_in_an_account_is_told_once(self, tree):
        user = UserFactory()
        user.is_member, user.organisation = True, OrganisationFactory()
        user.save()
        user.first_name = "Another"
        user.save()
        told = actions(subject_type="members.user", subject_key=str(user.pk))
        assert sorted(told) == ["account.added", "member.added", "member.organisation_changed"]

    def test_groups_of_an_account_from_either_side(self, tree):
        user, group = UserFactory(), Group.objects.create(name="A group")
        user.groups.add(group)
        user.groups.clear()
        group.user_set.add(user)
        group.user_set.clear()
        told = actions(subject_type="members.user", subject_key=str(user.pk))
        assert told == ["account.added", *["group.changed"] * 4]

    def test_a_group(self, tree):
        from django.contrib.auth.models import Permission

        group = Group.objects.create(name="First")
        group.name = "Second"
        group.save()
        permission = Permission.objects.get(codename="view_concept")
        group.permissions.add(permission)
        group.permissions.remove(permission)
        there = Permission.objects.get(codename="change_page", content_type__app_label="wagtailcore")
        GroupPagePermission.objects.create(group=group, page=tree["en"], permission=there)
        key = str(group.pk)
        group.delete()
        assert actions(subject_type="auth.group", subject_key=key) == [
            "group.added",
            "group.renamed",
            "group.permitted",
            "group.forbidden",
            "group.permitted",
            "group.deleted",
            "group.forbidden",
        ]

    def test_privacy_settings(self, tree):
        page = make_article("Private")
        restriction = PageViewRestriction.objects.create(page=page, restriction_type="groups")
        restriction.groups.add(Group.objects.create(name="A group"))
        restriction.delete()
        told = AuditEntry.objects.filter(action="page.restricted", subject_key=str(page.pk)).order_by("pk")
        assert [entry.details["kind"] for entry in told] == ["groups", "groups", "none"]
        assert Page.objects.filter(pk=page.pk).exists()

    def test_who_did_it_in_the_admin_is_known(self, tree, client):
        administrator = UserFactory(is_superuser=True)
        client.force_login(administrator)
        page = make_article("Private")
        client.post(reverse("wagtailadmin_pages:set_privacy", args=[page.pk]), {"restriction_type": "login"})
        assert AuditEntry.objects.get(action="page.restricted").actor_key == administrator.pk


class TestReport:
    @pytest.fixture
    def auditor(self, tree, client):
        """Somebody of the secretariat: sees the audit, and reads what every member reads."""
        user = MemberFactory(first_name="Au", last_name="Ditor")
        user.groups.add(Group.objects.get(name="Secretariat"))
        client.force_login(user)
        return user

    @pytest.fixture
    def secret(self, auditor):
        """A page that the auditor may not read, and that somebody did."""
        page = make_article("Zirconium", marking="RED", shared_with=["person:0"])
        record("page.read", actor=MemberFactory(first_name="Re", last_name="Ader"), subject=page, marking="RED")
        return page

    def shown(self, client, **question) -> str:
        return client.get(reverse("audit_report"), question).content.decode()

    def test_only_those_with_the_permission(self, tree, client):
        client.force_login(MemberFactory())
        assert client.get(reverse("audit_report")).status_code == 302
        for role in ("Editors", "Moderators", "Translators: Arabic"):
            user = MemberFactory()
            user.groups.add(Group.objects.get(name=role))
            client.force_login(user)
            assert client.get(reverse("audit_report")).status_code == 302
            assert "reports/audit" not in client.get(reverse("wagtailadmin_home")).content.decode()

    def test_it_names_no_page_that_its_reader_may_not_read(self, secret, client):
        text = self.shown(client)
        assert "Re Ader" in text
        assert "TLP:RED" in text
        assert f"Page {secret.pk}" in text
        assert "Zirconium" not in text

    def test_it_names_the_others(self, auditor, client):
        page = make_article("An open page")
        record("page.marked", subject=page, marking="CLEAR")
        assert "An open page" in self.shown(client)
        assert "The hub itself" in self.shown(client)

    def test_somebody_erased_is_a_former_member(self, auditor, client):
        gone = MemberFactory(first_name="Gone", last_name="Away")
        record("page.read", actor=gone)
        gone.delete()
        text = self.shown(client, action="page.read")
        assert "Former member" in text
        assert "Gone" not in text

    def test_it_is_searched(self, secret, client):
        record("page.marked", subject=secret, marking="AMBER")
        table = reverse("audit_report_results")

        def rows(**question) -> int:
            return len(client.get(table, question).context["object_list"])

        assert rows(person="re ader") == 3  # Their account was added, as a member, and they read the page.
        assert rows(action="page.marked", subject_key=str(secret.pk)) == 1
        assert rows(marking="RED", action="page.read") == 1
        assert rows(subject_type="wagtailcore.page", marking="AMBER") == 1
        assert rows(at_from="2001-01-01", at_to="2001-12-31") == 0

    @pytest.mark.parametrize("form", ["csv", "xlsx"])
    def test_an_export_is_recorded_first(self, secret, auditor, form, client):
        response = client.get(reverse("audit_report"), {"export": form, "marking": "RED", "person": "a@b.org"})
        assert b"".join(response.streaming_content)
        entry = AuditEntry.objects.get(action="audit.exported")
        assert (entry.actor_key, entry.details) == (auditor.pk, {"export": form, "filters": ["marking", "person"]})

    def test_a_spreadsheet_has_no_formulas(self, auditor, client):
        record("page.read", actor=MemberFactory(first_name="=cmd|' /C calc'!A0", last_name="X"))
        response = client.get(reverse("audit_report"), {"export": "csv", "action": "page.read"})
        text = b"".join(response.streaming_content).decode()
        assert "'=cmd" in text
        assert ",=cmd" not in text
        assert '"=cmd' not in text

    def test_queries_do_not_grow_with_entries(self, auditor, client, django_assert_max_num_queries):
        page = make_article("Read")
        for _number in range(40):
            record("page.read", actor=MemberFactory(), subject=page, marking="AMBER")
        client.get(reverse("audit_report_results"))
        with django_assert_max_num_queries(25):
            client.get(reverse("audit_report_results"))


def test_the_log_of_a_file_that_names_its_readers_has_no_title(tree):
    for marking, label in (("RED", "Restricted file"), ("GREEN", "Zirconium")):
        document = make_document(
            title="Zirconium", marking=marking, shared_with=["person:0"] if marking == "RED" else []
        )
        log(document, "wagtail.edit")
        assert ModelLogEntry.objects.for_instance(document).get(action="wagtail.edit").label == label
