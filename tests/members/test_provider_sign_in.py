"""Signing in by OpenID Connect: into the account of the address that the provider confirms, or not at all."""

from __future__ import annotations

import pytest
from allauth.account.models import EmailAddress
from allauth.core import context
from allauth.socialaccount.internal.flows.login import complete_login
from allauth.socialaccount.models import SocialAccount, SocialLogin
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.contrib.auth.models import AnonymousUser
from django.contrib.messages.middleware import MessageMiddleware
from django.contrib.sessions.middleware import SessionMiddleware
from django.core import mail
from django.test import RequestFactory

from hub.environment import read_environment
from members.models import User
from tests.factories import MemberFactory, UserFactory
from tests.members.identity import set_up_app, sign_in_and_confirm

pytestmark = pytest.mark.django_db

CONFIGURATION = {
    "authorization_endpoint": "https://login.example/authorize",
    "token_endpoint": "https://login.example/token",
    "userinfo_endpoint": "https://login.example/userinfo",
    "issuer": "https://login.example",
}


@pytest.fixture(autouse=True)
def provider(settings, tree, monkeypatch) -> None:
    """A provider, whose answers are made here."""
    app = {
        "provider_id": "sso",
        "name": "Ministry login",
        "client_id": "hub",
        "secret": "s",
        "settings": {"server_url": "https://login.example"},
    }
    settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"OAUTH_PKCE_ENABLED": True, "APPS": [app]}}
    monkeypatch.setattr(OpenIDConnectOAuth2Adapter, "openid_config", CONFIGURATION)


def come_back(email: str | None, *, verified=True, subject: str = "subject-1", user=None, process: str = "login"):
    """Come back from the provider with what it says; return the answer and the session."""
    request = RequestFactory().get("/en/accounts/oidc/sso/login/callback/", REMOTE_ADDR="192.0.2.1")
    request.user = user or AnonymousUser()
    SessionMiddleware(lambda request: None).process_request(request)
    MessageMiddleware(lambda request: None).process_request(request)
    with context.request_context(request):
        told = {"sub": subject, "email": email, "email_verified": verified, "name": "Somebody Else"}
        adapter = OpenIDConnectOAuth2Adapter(request, "sso")
        login: SocialLogin = adapter.get_provider().sociallogin_from_response(request, {"userinfo": told})
        login.state = {"process": process}
        return complete_login(request, login), request.session


def is_refused(answer) -> bool:
    return answer.status_code == 200 and b"Not signed in" in answer.content


def test_a_confirmed_address_signs_in_to_its_account():
    user = MemberFactory(email="somebody@example.org")
    answer, session = come_back("Somebody@Example.org")
    assert answer.status_code == 302
    assert session["_auth_user_id"] == str(user.pk)
    user.refresh_from_db()
    assert user.first_name != "Somebody", "the provider does not say what people are called here"
    assert user.has_usable_password()
    assert [message.to for message in mail.outbox] == [["somebody@example.org"]], "its owner is told of the first time"


def test_it_signs_in_again_and_again():
    user = MemberFactory(email="somebody@example.org")
    for _time in range(2):
        _answer, session = come_back(user.email)
        assert session["_auth_user_id"] == str(user.pk)
    assert SocialAccount.objects.count() == 1


@pytest.mark.parametrize("verified", [False, None, "false", "true", 1, ""])
def test_an_address_that_is_not_confirmed_signs_nobody_in(verified):
    MemberFactory(email="somebody@example.org")
    answer, session = come_back("somebody@example.org", verified=verified)
    assert is_refused(answer)
    assert "_auth_user_id" not in session


def test_nobody_gets_an_account_this_way_and_closed_ones_stay_closed():
    people = User.objects.count()
    UserFactory(email="closed@example.org", is_active=False)
    answers = [come_back(email)[0] for email in ("unknown@example.org", "closed@example.org", None, "")]
    assert all(is_refused(answer) for answer in answers)
    assert len({answer.content for answer in answers}) == 1, "they are told the same"
    assert User.objects.count() == people + 1
    assert not SocialAccount.objects.exists()
    assert mail.outbox == []


def test_who_was_let_in_before_is_not_once_the_account_is_closed():
    user = MemberFactory(email="somebody@example.org")
    come_back(user.email)
    user.is_active = False
    user.save()
    assert is_refused(come_back("somebody@example.org")[0])


def test_a_subject_does_not_take_over_another_account():
    first, second = MemberFactory(email="first@example.org"), MemberFactory(email="second@example.org")
    come_back(first.email, subject="one")
    answer, session = come_back(second.email, subject="one")
    assert is_refused(answer)
    assert "_auth_user_id" not in session


def test_an_address_that_somebody_added_but_does_not_have_leads_nowhere():
    attacker = MemberFactory(email="attacker@example.org")
    EmailAddress.objects.create(user=attacker, email="victim@example.org", verified=False)
    assert is_refused(come_back("victim@example.org")[0])


def test_the_second_factor_is_asked_all_the_same():
    user = MemberFactory(email="somebody@example.org")
    set_up_app(user)
    answer, session = come_back(user.email)
    assert answer["Location"].endswith("/2fa/authenticate/")
    assert "_auth_user_id" not in session


def test_somebody_elses_identity_is_not_connected():
    user = MemberFactory(email="somebody@example.org")
    MemberFactory(email="other@example.org")
    for email in ("other@example.org", "unknown@example.org"):
        assert is_refused(come_back(email, user=user, process="connect")[0])
    assert not SocialAccount.objects.exists()


class TestPages:
    def test_it_is_offered_where_one_signs_in(self, client):
        page = client.get("/en/accounts/login/").content.decode()
        assert "Sign in with Ministry login" in page
        assert "/accounts/oidc/sso/login/" in page

    def test_it_is_not_offered_without_settings(self, client, settings):
        settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": []}}
        assert "/accounts/oidc/" not in client.get("/en/accounts/login/").content.decode()
        assert client.get("/en/accounts/oidc/sso/login/").status_code == 404

    def test_looking_leads_nowhere_and_the_button_leads_by_a_page(self, client):
        address = "/en/accounts/oidc/sso/login/"
        page = client.get(address)
        assert page.status_code == 200
        assert "login.example" not in page.content.decode()
        page = client.post(address)
        assert page.status_code == 200, "browsers hold a redirect after a form to the policy on forms"
        text = page.content.decode()
        assert '<meta http-equiv="refresh" content="0;url=https://login.example/authorize?' in text
        assert "code_challenge" in text

    def test_ones_connections(self, client):
        user = MemberFactory(email="somebody@example.org")
        come_back(user.email)
        sign_in_and_confirm(client, user)
        page = client.get("/en/accounts/3rdparty/")
        assert "Ministry login" in page.content.decode()
        client.post("/en/accounts/3rdparty/", {"account": SocialAccount.objects.get().pk})
        assert not SocialAccount.objects.exists()

    def test_pages_for_what_goes_wrong(self, client):
        for path in ("3rdparty/login/cancelled/", "3rdparty/login/error/"):
            page = client.get(f"/en/accounts/{path}")
            assert page.status_code in {200, 401}
            assert "Not signed in" in page.content.decode()
        assert client.get("/en/accounts/3rdparty/signup/", follow=True).status_code == 200
        assert client.get("/en/accounts/oidc/sso/login/callback/?state=forged&code=x").status_code in {200, 302, 401}


def test_a_provider_without_a_client_is_refused_at_start():
    from django.core.exceptions import ImproperlyConfigured

    with pytest.raises(ImproperlyConfigured, match="OIDC_CLIENT_ID"):
        read_environment({"DEBUG": "true", "OIDC_SERVER_URL": "https://login.example"})
