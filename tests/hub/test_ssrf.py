"""Nobody has the server fetch what they name: embeds, PDFs, files of the vocabulary, and what the settings may name.

Every connection is noted and refused here. tests/vocabulary/test_imports.py has more on contexts in JSON-LD.
"""

from __future__ import annotations

import re
import socket
import zlib

import pytest
from django.contrib.auth.models import Group
from django.core.exceptions import ImproperlyConfigured
from wagtail.embeds.embeds import get_embed
from wagtail.embeds.exceptions import EmbedException
from wagtail.embeds.finders import get_finders

from hub.environment import read_environment
from knowledge.pdf import can_make_pdf, make_pdf
from tests.factories import UserFactory, make_article
from vocabulary.imports import RefusedFile, _parse_graph

INSIDE = [
    "http://127.0.0.1/", "http://127.0.0.1:9200/_search", "http://localhost/", "http://[::1]/", "http://0.0.0.0/",
    "http://2130706433/", "http://0x7f000001/", "http://0177.0.0.1/", "http://127.1/", "http://[::ffff:127.0.0.1]/",
    "http://169.254.169.254/latest/meta-data/", "http://metadata.google.internal/", "http://10.0.0.1/",
    "http://192.168.0.1/", "https://web:8000/", "file:///etc/passwd", "ftp://127.0.0.1/", "gopher://127.0.0.1:6379/_x",
    "dict://127.0.0.1:11211/", "http://evil.example/redirect-to-127.0.0.1", "//127.0.0.1/", "data:text/html,x",
    "http://youtube.com.evil.example/watch?v=1", "http://evil.example/https://www.youtube.com/watch?v=1",
    "http://www.youtube.com@127.0.0.1/watch?v=1", "http://127.0.0.1/#https://youtu.be/1", "http://evil.example\\@youtu.be/1",
]  # fmt: skip


@pytest.fixture
def asked(monkeypatch) -> list[str]:
    """The hosts that somebody tried to reach; nobody is."""
    hosts: list[str] = []

    def look_up(host, *_arguments, **_options):
        hosts.append(str(host))
        raise socket.gaierror("No network in this test.")

    def connect(_connection, address):
        hosts.append(str(address))
        raise OSError("No network in this test.")

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    monkeypatch.setattr(socket.socket, "connect", connect)
    return hosts


@pytest.fixture
def editor_client(client, tree):
    editor = UserFactory()
    editor.groups.add(Group.objects.get(name="Editors"))
    client.force_login(editor)
    return client


@pytest.mark.django_db
@pytest.mark.slow
@pytest.mark.parametrize("address", INSIDE)
def test_an_editor_has_the_server_ask_no_host_of_their_choice(editor_client, asked, address):
    # The database is reached already.
    answer = editor_client.post("/admin/embeds/chooser/upload/", {"embed-chooser-url": address})
    assert answer.status_code == 200
    with pytest.raises(EmbedException):
        get_embed(address)
    assert not asked


@pytest.mark.django_db
def test_only_those_who_are_trusted_are_asked_about_a_recording(asked):
    for address in ("https://www.youtube.com/watch?v=1", "https://youtu.be/1", "https://vimeo.com/1"):
        with pytest.raises(EmbedException):
            get_embed(address)
    assert set(asked) == {"www.youtube.com", "www.vimeo.com"}
    # Guards against another list of finders: what they may ask is written here.
    assert {endpoint for finder in get_finders() for endpoint in finder._endpoints} == {
        "https://www.youtube.com/oembed",
        "https://www.vimeo.com/api/oembed.json",
    }


@pytest.mark.django_db
@pytest.mark.slow
def test_a_pdf_fetches_nothing_and_takes_no_file_of_the_machine_along(tree, asked, tmp_path):
    assert can_make_pdf(), "WeasyPrint or Pango is missing"
    secret = tmp_path / "secret.txt"
    secret.write_text("never-to-be-printed")
    places = [*INSIDE, secret.as_uri(), f"{secret}", "/etc/passwd", "../../../etc/passwd"]
    html = "<html lang=en><title>T</title><body><h1>T</h1>" + "".join(
        f'<img src="{place}" alt="a"><link rel="attachment" href="{place}"><link rel="stylesheet" href="{place}">'
        f'<a rel="attachment" href="{place}">x</a><object data="{place}">o</object><embed src="{place}">'
        f'<style>@import url("{place}"); p {{ background: url("{place}") }}</style><p>p</p>'
        f'<svg xmlns="http://www.w3.org/2000/svg"><image href="{place}"/><use href="{place}#a"/></svg>'
        for place in places
    )
    made = make_pdf(html, make_article("A page"), "http://testserver/en/")
    texts = made
    for packed in re.findall(rb"stream\r?\n(.*?)endstream", made, re.DOTALL):
        try:
            texts += zlib.decompress(packed.strip(b"\r\n"))
        except zlib.error:
            texts += packed
    assert b"never-to-be-printed" not in texts
    assert b"root:" not in texts
    assert not asked


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        ("xml", b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>'),
        ("xml", b'<!DOCTYPE a SYSTEM "http://127.0.0.1/a.dtd"><a/>'),
        ("json-ld", b'{"@context": "http://169.254.169.254/"}'),
        ("json-ld", b'{"@context": ["file:///etc/passwd"]}'),
    ],
)
def test_a_file_of_the_vocabulary_fetches_nothing(asked, kind, content):
    with pytest.raises(RefusedFile):
        _parse_graph(content, kind)
    assert not asked


def test_a_file_of_the_vocabulary_may_name_what_it_likes(asked):
    _parse_graph(b"@base <http://127.0.0.1/> . <a> <http://169.254.169.254/b> <file:///etc/passwd> .", "turtle")
    assert not asked


@pytest.mark.parametrize("name", ["LIBRETRANSLATE_URL", "ELASTICSEARCH_URL", "BASE_URL"])
def test_servers_that_the_settings_name_are_reached_by_http(name):
    for address in ("file:///etc/passwd", "gopher://127.0.0.1/", "127.0.0.1", "http://"):
        with pytest.raises(ImproperlyConfigured, match=name):
            read_environment({"DEBUG": "true", name: address})


def test_the_network_is_cut_off_in_these_tests(asked):
    """Guards the tests above: without it they would prove nothing."""
    import requests

    with pytest.raises(requests.RequestException):
        requests.get("http://127.0.0.1:9/", timeout=1)
    with pytest.raises(socket.gaierror):
        socket.create_connection(("127.0.0.1", 9))
    assert len(asked) >= 2
