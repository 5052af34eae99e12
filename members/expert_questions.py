"""Members ask the experts what they did not find, and experts answer."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db import transaction
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import get_language, gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from members.letters import site_address, write_letter
from members.models import ExpertQuestion, User
from members.roles import EXPERTS, SECRETARIAT

# So many questions of a member wait at a time: experts have little time, too.
MOST_OPEN = 5
SHOWN = 20


def answerers() -> QuerySet[User]:
    """Return who answers: current members who are experts, and the secretariat."""
    experts = Q(pk__in=User.objects.current_members().filter(groups__name=EXPERTS).values("pk"))
    return User.objects.filter(experts | Q(groups__name=SECRETARIAT), is_active=True).distinct()


def may_answer(user: User) -> bool:
    """Tell whether somebody reads and answers what members ask (one query)."""
    return answerers().filter(pk=user.pk).exists()


@transaction.atomic
def ask(asker: User, text: str, language: str) -> ExpertQuestion:
    """Keep a question, and tell those who answer that there is one."""
    question = ExpertQuestion.objects.create(asker=asker, text=text, language=language)
    for person in answerers().exclude(pk=asker.pk):
        url = site_address("expert_questions", person.mail_language)
        write_letter("expert_question", person.email, person.mail_language, user=person, url=url)
    return question


@transaction.atomic
def answer(question: ExpertQuestion, text: str, person: User) -> None:
    """Keep an answer, and tell who asked; a later answer takes the place of the one before."""
    question.answer, question.answered_by, question.answered_at = text, person, timezone.now()
    question.save(update_fields=["answer", "answered_by", "answered_at"])
    asker = question.asker
    if asker is not None and asker.is_current_member:
        url = site_address("expert_questions", asker.mail_language)
        write_letter("expert_answer", asker.email, asker.mail_language, user=asker, url=url)


class QuestionForm(forms.ModelForm):
    """Ask something."""

    class Meta:
        model = ExpertQuestion
        fields = ["text"]
        widgets = {"text": forms.Textarea(attrs={"rows": 5})}


class AnswerForm(forms.ModelForm):
    """Answer it."""

    class Meta:
        model = ExpertQuestion
        fields = ["answer"]
        widgets = {"answer": forms.Textarea(attrs={"rows": 6})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["answer"].required = True


def _participant(request: HttpRequest) -> User:
    """Return who asks or answers; for others the address is unknown."""
    user = request.user
    if not isinstance(user, User) or not (user.is_current_member or may_answer(user)):
        raise Http404
    return user


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def expert_questions(request: HttpRequest) -> HttpResponse:
    """Ask the experts, and see one's questions with their answers (members; those who answer see all)."""
    user = _participant(request)
    own = ExpertQuestion.objects.filter(asker=user, answered_at__isnull=True)
    is_full = own.count() >= MOST_OPEN
    form = QuestionForm(request.POST or None, initial={"text": request.GET.get("q", "")[:200]})
    if request.method == "POST" and user.is_current_member and not is_full and form.is_valid():
        ask(user, form.cleaned_data["text"], get_language() or "en")
        messages.success(request, gettext("Your question is sent. You get an e-mail when it is answered."))
        return redirect("expert_questions")
    answers = may_answer(user)
    questions = ExpertQuestion.objects.all() if answers else ExpertQuestion.objects.filter(asker=user)
    listed = questions.select_related("asker__organisation", "answered_by")
    context = {
        "form": form if user.is_current_member and not is_full else None,
        "is_full": is_full,
        "most": MOST_OPEN,
        "questions": Paginator(listed, SHOWN).get_page(request.GET.get("page")),
        "answers": answers,
    }
    return render(request, "members/expert_questions.html", context)


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def answer_question(request: HttpRequest, question_id: int) -> HttpResponse:
    """Answer a question (experts who are members, and the secretariat)."""
    user = _participant(request)
    if not may_answer(user):
        raise Http404
    question = get_object_or_404(ExpertQuestion.objects.select_related("asker"), pk=question_id)
    form = AnswerForm(request.POST or None, instance=question)
    if request.method == "POST" and form.is_valid():
        answer(question, form.cleaned_data["answer"], user)
        messages.success(request, gettext("Your answer is sent."))
        return redirect("expert_questions")
    return render(request, "members/answer_question.html", {"form": form, "question": question})


def collect_expert_questions(user: User) -> dict[str, Any]:
    """Return what somebody asked and answered."""
    asked = ExpertQuestion.objects.filter(asker=user).values("text", "language", "asked_at", "answer", "answered_at")
    answered = ExpertQuestion.objects.filter(answered_by=user).values("answer", "answered_at")
    return {"asked": list(asked), "answered": list(answered)}


def erase_expert_questions(user: User) -> None:
    """Remove what somebody asked and nobody answered; answers are the community's, without a name."""
    ExpertQuestion.objects.filter(asker=user, answered_at__isnull=True).delete()
    ExpertQuestion.objects.filter(asker=user).update(asker=None)
    ExpertQuestion.objects.filter(answered_by=user).update(answered_by=None)
