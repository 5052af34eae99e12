"""Addresses by which people come in, below a language. tests/hub/test_urls.py lists who may call each."""

from __future__ import annotations

from django.urls import path

from members import entry_views, expert_questions, membership_views

urlpatterns = [
    path("apply/", entry_views.apply, name="apply"),
    path("apply/sent/", entry_views.application_sent, name="application_sent"),
    path("apply/confirm/<str:token>/", entry_views.confirm_application, name="confirm_application"),
    path("apply/status/<str:token>/", entry_views.application_status, name="application_status"),
    path("attest/<str:token>/", entry_views.attest, name="attest"),
    path("invitation/<str:token>/", entry_views.accept_invitation, name="accept_invitation"),
    path("account/questions/", expert_questions.expert_questions, name="expert_questions"),
    path("account/questions/<int:question_id>/", expert_questions.answer_question, name="answer_question"),
    path("account/confirm/", membership_views.confirm_membership, name="confirm_membership"),
]
