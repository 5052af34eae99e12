"""Second factors: set up, used, required of those with a role and of readers of TLP:AMBER, lost."""

from __future__ import annotations

import io

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.usersessions.models import UserSession
from django.contrib.auth.models import Group
from django.core import mail
from django.core.management import CommandError, call_command
from django.test import Client, TestCase
from django.urls import reverse
from wagtail.models import APIToken

from access.models import Audience, AuditEntry, PageAccess, conditions_of_marking
from access.policy import may_read_page
from access.readers import limited_to_members, reader_for
from members.models import User
from tests.factories import MemberFactory, UserFactory, make_article, make_document
from tests.members.identity import PASSWORD, code_of, set_up_app, sign_in_and_confirm

pytestmark = pytest.mark.django_db

SIGN_IN = "/en/accounts/login/"
SECOND = "/en/accounts/2fa/authenticate/"


@pytest.fixture(autouse=True)
def _tree(tree):
    """Every test here needs the tree."""


@pytest.fixture
def required(settings) -> None:
    """Second factors are required, as they are outside of tests and the demonstration."""
    settings.SECOND_FACTOR_REQUIRED = True


@pytest.fixture
def editor() -> User:
    """Somebody with a role."""
    user = MemberFactory()
    user.groups.add(Group.objects.get(name="Editors"))
    return user


@pytest.fixture
def group_member() -> User:
    """Somebody in a group that a text is for."""
    user = MemberFactory()
    user.groups.add(Group.objects.create(name="Task force"))
    return user


def amber_page(user: User):
    shared_with = [f"wagtail-group:{user.groups.exclude(name='Members').get().pk}"]
    page = make_article("Only for the task force", marking="AMBER", shared_with=shared_with)
    audience = Audience.objects.for_conditions(conditions_of_marking("AMBER", shared_with))
    PageAccess.objects.filter(page=page).update(audience=audience)
    return page


def give_password(client, user) -> None:
    answer = client.post(SIGN_IN, {"login": user.email, "password": PASSWORD})
    assert answer.status_code == 302


class TestSigningIn:
    def test_the_password_alone_does_not_sign_in(self, client):
        user = MemberFactory()
        set_up_app(user)
        give_password(client, user)
        assert "_auth_user_id" not in client.session
        assert client.get(SECOND).status_code == 200

    def test_the_code_of_the_app_signs_in(self, client):
        user = MemberFactory()
        secret = set_up_app(user)
        give_password(client, user)
        client.post(SECOND, {"code": "000000" if code_of(secret) != "000000" else "111111"})
        assert "_auth_user_id" not in client.session
        client.post(SECOND, {"code": code_of(secret)})
        assert client.session["_auth_user_id"] == str(user.pk)

    def test_a_code_signs_in_once(self, client):
        user = MemberFactory()
        secret = set_up_app(user)
        code = code_of(secret)
        for browser, signs_in in ((client, True), (Client(), False)):
            give_password(browser, user)
            browser.post(SECOND, {"code": code})
            assert ("_auth_user_id" in browser.session) == signs_in

    def test_a_recovery_code_signs_in_once(self, client):
        user = MemberFactory()
        set_up_app(user)
        code = RecoveryCodes.activate(user).get_unused_codes()[0]
        for browser, signs_in in ((client, True), (Client(), False)):
            give_password(browser, user)
            browser.post(SECOND, {"code": code})
            assert ("_auth_user_id" in browser.session) == signs_in

    def test_guessing_codes_is_limited(self, client):
        user = MemberFactory()
        secret = set_up_app(user)
        give_password(client, user)
        for _number in range(5):
            client.post(SECOND, {"code": "not it"})
        client.post(SECOND, {"code": code_of(secret)})
        assert "_auth_user_id" not in client.session


class TestSettingUp:
    def test_it_asks_again_who_one_is(self, client):
        client.force_login(MemberFactory())
        for name in ("mfa_activate_totp", "mfa_add_webauthn", "mfa_generate_recovery_codes"):
            answer = client.get(reverse(name))
            assert answer.status_code == 302
            assert "/reauthenticate/" in answer["Location"]

    def test_an_app_is_set_up_and_recovery_codes_come_with_it(self, client, monkeypatch):
        # What waits for the transaction of a test would wait for ever.
        monkeypatch.setattr("django.db.transaction.on_commit", lambda call, **kwargs: call())
        user = MemberFactory()
        sign_in_and_confirm(client, user)
        page = client.get(reverse("mfa_activate_totp")).content.decode()
        assert "<svg" in page
        assert "data:image" not in page, "the policy on content lets no such picture through"
        secret = client.session["mfa.totp.secret"]
        client.post(reverse("mfa_activate_totp"), {"code": code_of(secret)})
        assert set(Authenticator.objects.filter(user=user).values_list("type", flat=True)) == {
            "totp",
            "recovery_codes",
        }
        assert [message.to for message in mail.outbox] == [[user.email]]
        assert AuditEntry.objects.filter(action="second-factor.added", actor_key=user.pk).exists()

    def test_it_ends_the_other_sessions(self, client, monkeypatch):
        monkeypatch.setattr("django.db.transaction.on_commit", lambda call, **kwargs: call())
        user, other = MemberFactory(), Client()
        give_password(other, user)
        sign_in_and_confirm(client, user)
        client.get(reverse("mfa_activate_totp"))
        assert other.get("/en/account/").status_code == 200
        client.post(reverse("mfa_activate_totp"), {"code": code_of(client.session["mfa.totp.secret"])})
        assert other.get("/en/account/").status_code == 302
        assert client.get("/en/account/").status_code == 200

    @pytest.mark.parametrize("language", ["en", "ar", "es", "fr"])
    def test_no_page_about_it_has_a_script_or_style_in_it(self, client, language):
        user = MemberFactory()
        set_up_app(user)
        RecoveryCodes.activate(user)
        sign_in_and_confirm(client, user)
        paths = ["2fa/", "2fa/webauthn/", "2fa/webauthn/add/", "2fa/recovery-codes/", "2fa/recovery-codes/generate/"]
        paths += ["2fa/totp/deactivate/", "2fa/reauthenticate/", "2fa/webauthn/reauthenticate/", "sessions/"]
        paths += ["reauthenticate/", "email/", "password/change/", "3rdparty/"]
        for path in paths:
            answer = client.get(f"/{language}/accounts/{path}", follow=True)
            assert answer.status_code == 200, path
            page = answer.content.decode()
            assert 'class="site-header"' in page, path
            for inline in ("<script>", " style=", " onclick=", "<style"):
                assert inline not in page, path


class TestRequired:
    pytestmark = pytest.mark.usefixtures("required")

    def test_the_admin_is_closed_until_there_is_one(self, client, editor):
        client.force_login(editor)
        for address in ("/admin/", "/admin/pages/", "/admin/images/", "/admin/account/"):
            answer = client.get(address)
            assert answer.status_code == 302
            assert answer["Location"].endswith("/accounts/2fa/")
        page = client.get(reverse("mfa_index"))
        assert "Your role needs a second factor" in page.content.decode()
        set_up_app(editor)
        assert client.get("/admin/").status_code == 200

    def test_an_administrator_is_no_exception(self, client):
        client.force_login(UserFactory(is_superuser=True, is_staff=True))
        assert client.get("/admin/")["Location"].endswith("/accounts/2fa/")

    def test_nothing_else_of_the_role_works_either(self, client, editor):
        document = make_document()
        client.force_login(editor)
        assert not reader_for(editor).edits
        assert client.get(document.file.url).status_code == 404
        set_up_app(editor)
        assert reader_for(editor).edits
        assert client.get(document.file.url).status_code == 200

    def test_giving_up_the_last_one_closes_at_once(self, client, editor):
        set_up_app(editor)
        sign_in_and_confirm(client, editor)
        assert client.get("/admin/").status_code == 200
        client.post(reverse("mfa_deactivate_totp"))
        assert client.get("/admin/").status_code == 302
        assert not reader_for(editor).edits

    def test_recovery_codes_are_no_second_factor(self, editor):
        RecoveryCodes.activate(editor)
        assert not reader_for(editor).edits

    def test_texts_for_groups_open_with_it_and_close_without(self, client, group_member):
        page = amber_page(group_member)
        client.force_login(group_member)
        assert client.get(page.url).status_code == 404
        set_up_app(group_member)
        assert client.get(page.url).status_code == 200
        Authenticator.objects.get(user=group_member).delete()
        assert client.get(page.url).status_code == 404

    def test_who_would_read_more_with_it_is_told_so_and_nothing_else(self, client, group_member):
        notice = "Set up a second factor"
        client.force_login(group_member)
        assert notice not in client.get("/en/").content.decode(), "no text is for their group"
        amber_page(group_member)
        page = client.get("/en/").content.decode()
        assert notice in page
        assert "task force" not in page
        set_up_app(group_member)
        assert notice not in client.get("/en/").content.decode()

    def test_others_are_not_told(self, client, group_member):
        amber_page(group_member)
        client.force_login(group_member)
        client.get("/en/")  # Kept by the cache, for readers who lack the same.
        client.force_login(MemberFactory())
        assert "Set up a second factor" not in client.get("/en/").content.decode()
        client.logout()
        assert "Set up a second factor" not in client.get("/en/").content.decode()

    def test_a_token_of_the_api_reads_what_every_member_reads(self, client, group_member):
        page, for_members = amber_page(group_member), make_article("For members", marking="GREEN")
        set_up_app(group_member)
        assert may_read_page(page, reader_for(group_member))
        _token, key = APIToken.create_token(user=group_member, name="test")
        headers = {"authorization": f"Bearer {key}"}
        assert client.get(f"/api/v3/pages/{page.pk}/", headers=headers).status_code == 404
        assert client.get(f"/api/v3/pages/{for_members.pk}/", headers=headers).status_code == 200

    def test_a_token_gives_no_more_than_its_owner_has(self):
        account = UserFactory()
        assert limited_to_members(reader_for(account)).audience_ids <= reader_for(account).audience_ids


def test_without_the_requirement_a_role_does_without(client, editor):
    client.force_login(editor)
    assert client.get("/admin/").status_code == 200
    assert not reader_for(editor).lacks_second_factor


class TestLost:
    def test_an_administrator_takes_it_off(self, client):
        administrator, person = UserFactory(is_superuser=True), MemberFactory()
        set_up_app(person)
        client.force_login(administrator)
        assert "second-factor" in client.get("/admin/users/").content.decode()
        address = f"/admin/users/{person.pk}/second-factor/"
        assert client.get(address).status_code == 200
        assert Authenticator.objects.filter(user=person).exists(), "looking at the screen changes nothing"
        with TestCase.captureOnCommitCallbacks(execute=True):
            client.post(address)
        assert not Authenticator.objects.filter(user=person).exists()
        assert [message.to for message in mail.outbox] == [[person.email]]
        [entry] = AuditEntry.objects.filter(action="second-factor.reset")
        assert (entry.actor_key, entry.subject_key) == (administrator.pk, str(person.pk))

    def test_nobody_else_does(self, client, editor):
        person = MemberFactory()
        set_up_app(person)
        for user in (editor, person, MemberFactory()):
            client.force_login(user)
            client.post(f"/admin/users/{person.pk}/second-factor/")
            assert Authenticator.objects.filter(user=person).exists()

    def test_the_command_line_does_for_the_last_administrator(self, client):
        person = MemberFactory()
        give_password(client, person)
        set_up_app(person)
        call_command("reset_second_factor", person.email.upper(), stdout=io.StringIO())
        assert not Authenticator.objects.filter(user=person).exists()
        assert client.get("/en/account/").status_code == 302, "whoever has the lost device is signed out"
        with pytest.raises(CommandError):
            call_command("reset_second_factor", "nobody@example.org")


class TestSessions:
    def test_one_ends_another_and_stays(self, client):
        user = MemberFactory()
        other = Client()
        for browser in (client, other):
            give_password(browser, user)
        sign_in_again = client.post("/en/accounts/reauthenticate/", {"password": PASSWORD})
        assert sign_in_again.status_code == 302
        there = UserSession.objects.get(session_key=other.session.session_key)
        page = client.get(reverse("usersessions_list")).content.decode()
        assert f'value="{there.pk}"' in page
        client.post(reverse("usersessions_list"), {"session": there.pk})
        assert other.get("/en/account/").status_code == 302
        assert client.get("/en/account/").status_code == 200
        assert AuditEntry.objects.filter(action="session.revoked", actor_key=user.pk).count() == 1

    def test_all_others_end_together(self, client):
        user = MemberFactory()
        others = [Client(), Client()]
        for browser in (client, *others):
            give_password(browser, user)
        client.post("/en/accounts/reauthenticate/", {"password": PASSWORD})
        client.post(reverse("usersessions_list"))
        assert [browser.get("/en/account/").status_code for browser in (client, *others)] == [200, 302, 302]

    def test_it_asks_again_who_one_is(self, client):
        user = MemberFactory()
        other = Client()
        for browser in (client, other):
            give_password(browser, user)
        there = UserSession.objects.get(session_key=other.session.session_key)
        for fields in ({"session": there.pk}, {}):
            assert "/reauthenticate/" in client.post(reverse("usersessions_list"), fields)["Location"]
        assert other.get("/en/account/").status_code == 200

    @pytest.mark.parametrize("named", ["0", "-1", "x", "9" * 30, "٣"])
    def test_sessions_of_others_and_nonsense_are_unknown(self, client, named):
        victim = Client()
        give_password(victim, MemberFactory())
        theirs = UserSession.objects.get(session_key=victim.session.session_key)
        sign_in_and_confirm(client, MemberFactory())
        for value in (named, theirs.pk):
            assert client.post(reverse("usersessions_list"), {"session": value}).status_code == 404
        assert victim.get("/en/account/").status_code == 200


@pytest.mark.parametrize("path", ["accounts/sessions/", "accounts/email/", "accounts/2fa/", "account/profile/"])
def test_the_language_menu_stays_on_pages_about_ones_account(client, path):
    client.force_login(MemberFactory())
    assert f'href="/ar/{path}" lang="ar"' in client.get(f"/en/{path}").content.decode()


def test_whoever_has_no_password_confirms_before_setting_one(client):
    user = MemberFactory()
    secret = set_up_app(user)
    user.set_unusable_password()
    user.save()
    client.force_login(user)
    assert "/reauthenticate/" in client.get(reverse("account_set_password"))["Location"]
    client.post(reverse("mfa_reauthenticate"), {"code": code_of(secret)})
    assert client.get(reverse("account_set_password")).status_code == 200
