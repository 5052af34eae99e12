"""How django-allauth behaves here."""

from __future__ import annotations

from typing import Any, cast

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialLogin
from allauth.socialaccount.providers.base import AuthProcess
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.core.mail import EmailMessage
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language, gettext, override

from members.attempts import count_attempt, forget_attempts, remember_browser
from members.letter_texts import letters_worded_in
from members.models import User


class AccountAdapter(DefaultAccountAdapter):
    """Accounts are given by the secretariat; nobody makes their own."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Keep the sign-up form closed."""
        return False

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """Return where somebody goes who signed in without having asked for a page: home, in their language."""
        return f"/{get_language()}/"

    def get_logout_redirect_url(self, request: HttpRequest) -> str:
        """Return where somebody goes who signed out."""
        return f"/{get_language()}/"

    def send_notification_mail(self, template_prefix: str, user: Any, *args: Any, **kwargs: Any) -> None:
        """Tell somebody what happened with their account, in the language of their e-mails."""
        with override(user.language or get_language() or settings.LANGUAGE_CODE):
            super().send_notification_mail(template_prefix, user, *args, **kwargs)

    def render_mail(self, *args: Any, **kwargs: Any) -> EmailMessage:
        """Write an e-mail in the active language, as it is worded here."""
        with letters_worded_in(get_language() or settings.LANGUAGE_CODE):
            return super().render_mail(*args, **kwargs)

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Refuse a password after too many wrong ones, in a way that locks nobody else out."""
        self._login_failed_rl_usage = count_attempt(request, credentials.get("email", ""))
        if not self._login_failed_rl_usage:
            raise self.validation_error("too_many_login_attempts")

    def _delete_login_attempts_cached_email(self, request: HttpRequest, **credentials: Any) -> None:
        forget_attempts(request, credentials.get("email", ""))

    def post_login(self, request: HttpRequest, user: AbstractBaseUser, **kwargs: Any) -> HttpResponse:
        """Remember the browser of somebody who signed in."""
        response = super().post_login(request, user, **kwargs)
        remember_browser(request, response, cast(User, user).email)
        return response


class SecondFactorAdapter(DefaultMFAAdapter):
    """Second factors, with the names of the hub in them."""

    def _get_site_name(self) -> str:
        return settings.WAGTAIL_SITE_NAME

    def build_totp_svg(self, url: str) -> str:
        """Return the code that a telephone reads, as SVG that can stand in a page: the policy allows no data URLs."""
        import qrcode
        from qrcode.image.svg import SvgPathImage

        return qrcode.make(url, image_factory=SvgPathImage, border=2).to_string(encoding="unicode")

    def generate_authenticator_name(self, user: AbstractBaseUser, type: Authenticator.Type) -> str:
        """Return a name for a new passkey that says how many there are."""
        number = Authenticator.objects.filter(user_id=user.pk, type=type).count() + 1
        return gettext("Passkey {number}").format(number=number)


class ProviderAdapter(DefaultSocialAccountAdapter):
    """Signing in by OpenID Connect: into an account that is there, or not at all.

    Whoever is sent back is told the same whether there is no such account, a closed one, or one of another
    address.
    """

    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        """Keep signing up closed, this way too."""
        return False

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """Let in the owner of the account whose address the provider says is theirs, each time."""
        owner = self._owner_of_confirmed_address(sociallogin)
        is_connecting = sociallogin.state.get("process") == AuthProcess.CONNECT
        is_anothers = sociallogin.is_existing and sociallogin.user != owner
        if owner is None or is_anothers or (is_connecting and owner != request.user):
            raise ImmediateHttpResponse(render(request, "socialaccount/refused.html"))
        if not sociallogin.is_existing and not is_connecting:
            sociallogin.connect(request, owner)

    @staticmethod
    def _owner_of_confirmed_address(sociallogin: SocialLogin) -> User | None:
        # A provider may write "false", which is true for Python.
        confirmed = [each.email for each in sociallogin.email_addresses if each.verified is True]
        return User.objects.filter(email__iexact=confirmed[0], is_active=True).first() if confirmed else None
