"""How django-allauth behaves here."""

from __future__ import annotations

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest
from django.utils.translation import get_language


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
