"""What is forbidden takes as long to be refused as what is not there. Their sameness otherwise: test_leaks."""

from __future__ import annotations

import statistics
import time

import pytest
from wagtail.models import Page

from tests.access.matrix.readers import person_fact, sign_in
from tests.access.matrix.states import make_secret
from tests.factories import make_recording

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

ROUNDS = 40
TRIES = 3
# Noise of a busy machine: this finds work of some size that is done for one of them only.
MOST_RATIO, MOST_SECONDS = 1.3, 0.005

BY_NUMBER = ["fr/original/{}/", "en/cite/{}.bib", "en/cite/{}.ris", "en/pdf/{}/", "api/v3/pages/{}/"]
OF_RECORDINGS = ["captions/{}.vtt", "chapters/{}.vtt", "transcripts/{}.txt"]


def seconds(client, address: str) -> float:
    start = time.perf_counter()
    status = client.get(address).status_code
    taken = time.perf_counter() - start
    assert status == 404
    return taken


def medians(client, forbidden: str, nothing: str) -> tuple[float, float]:
    """Ask for both in turn, each time in another order, so that what slows one down slows the other."""
    taken: dict[str, list[float]] = {forbidden: [], nothing: []}
    for number in range(ROUNDS):
        for address in (forbidden, nothing) if number % 2 else (nothing, forbidden):
            taken[address].append(seconds(client, address))
    return statistics.median(taken[forbidden]), statistics.median(taken[nothing])


@pytest.mark.parametrize("who", ["visitor", "member"])
def test_the_time_of_a_refusal_tells_nothing(client, tree, who):
    hidden = make_secret("red", marking="RED", shared_with=[person_fact()])
    talk = make_recording("Hidden talk", marking="RED", shared_with=[person_fact()])
    unknown = Page.objects.order_by("-pk").first().pk + 1000
    sign_in(client, who)
    pairs = [
        (hidden.page.url, "/en/best-practices/" + "x" * len(hidden.page.slug) + "/"),
        (f"{hidden.page.url}index.md", "/en/best-practices/" + "x" * len(hidden.page.slug) + "/index.md"),
        *((f"/{path.format(hidden.page.pk)}", f"/{path.format(unknown)}") for path in BY_NUMBER),
        *((f"/{path.format(talk.pk)}", f"/{path.format(unknown)}") for path in OF_RECORDINGS),
        (f"/api/v3/images/{hidden.image.pk}/", f"/api/v3/images/{unknown}/"),
        (f"/api/v3/documents/{hidden.document.pk}/", f"/api/v3/documents/{unknown}/"),
        *((address, "/media/images/nothing-is-here.png") for address in hidden.files),
    ]
    slow = []
    for forbidden, nothing in pairs:
        client.get(forbidden), client.get(nothing)
        for _try in range(TRIES):
            ours, theirs = medians(client, forbidden, nothing)
            if max(ours, theirs) / min(ours, theirs) < MOST_RATIO or abs(ours - theirs) < MOST_SECONDS:
                break
        else:
            slow.append((forbidden, ours, theirs))
    assert slow == []
