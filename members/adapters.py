"""How django-allauth behaves here."""

from __future__ import annotations

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class AccountAdapter(DefaultAccountAdapter):
    """Accounts are given by the secretariat; nobody makes their own."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Keep the sign-up form closed."""
        return False
