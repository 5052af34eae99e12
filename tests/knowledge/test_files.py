"""Uploads that are not what they say, files that are gone, addresses with odd names: clear words, never an error."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib

import pytest
from django.contrib.auth.models import Group
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image
from wagtail.models import Collection, CollectionViewRestriction
from wagtail.test.utils.form_data import inline_formset, nested_form_data, rich_text, streamfield

from knowledge.models import Article, Attachment, HubDocument, HubImage
from tests.factories import (
    MemberFactory,
    UserFactory,
    item,
    make_article,
    make_document,
    make_image,
    png,
    section,
    stream,
)

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
HTML = b"<!doctype html><script>alert(document.domain)</script>"


@pytest.fixture(autouse=True)
def _tree(tree):
    """Every test here needs the tree."""


@pytest.fixture
def editor_client(client):
    editor = UserFactory()
    editor.groups.add(Group.objects.get(name="Editors"))
    client.force_login(editor)
    return client


def bomb(width: int, height: int) -> bytes:
    """Return a PNG of a few hundred bytes that would be `width` × `height` pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0" * 100)) + chunk(b"IEND", b"")
    )


def animation(frames: int, size: tuple[int, int]) -> bytes:
    """Return a GIF of many frames: small as a file, large in memory."""
    buffer = io.BytesIO()
    pictures = [Image.new("P", size, number % 2) for number in range(frames)]
    pictures[0].save(buffer, "GIF", save_all=True, append_images=pictures[1:])
    return buffer.getvalue()


def noise(kind: str) -> bytes:
    """Return an image that does not compress well."""
    buffer = io.BytesIO()
    Image.effect_noise((200, 200), 90).convert("RGB").save(buffer, kind)
    return buffer.getvalue()


def archive(names: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in names.items():
            made.writestr(name, content)
    return buffer.getvalue()


def upload(client, url_name: str, name: str, content: bytes, content_type: str):
    """Send a file to one of the admin's doors for files."""
    collection = Collection.get_first_root_node().pk
    file = SimpleUploadedFile(name, content, content_type=content_type)
    fields = {"title": "A title", "file": file, "files[]": file, "collection": collection, "tags": "", "credit": ""}
    prefix = {
        "wagtaildocs_chooser:create": "document-chooser-upload",
        "wagtailimages_chooser:create": "image-chooser-upload",
    }
    if url_name in prefix:
        file.seek(0)
        fields = {f"{prefix[url_name]}-{key}": value for key, value in fields.items() if key != "files[]"}
    elif "multiple" in url_name:
        fields.pop("file")
    else:
        fields.pop("files[]")
    return client.post(reverse(url_name), fields, headers={"x-requested-with": "XMLHttpRequest"})


DOCUMENT_DOORS = ["wagtaildocs:add", "wagtaildocs:add_multiple", "wagtaildocs_chooser:create"]
IMAGE_DOORS = ["wagtailimages:add", "wagtailimages:add_multiple", "wagtailimages_chooser:create"]

REFUSED_DOCUMENTS = {
    "an SVG": ("drawing.svg", SVG, "image/svg+xml"),
    "a page": ("page.html", HTML, "text/html"),
    "a program": ("tool.exe", b"MZ\x90\x00", "application/octet-stream"),
    "a program named as a PDF": ("report.pdf", b"MZ\x90\x00" + b"\0" * 300, "application/pdf"),
    "a page named as a PDF": ("report.pdf", HTML, "application/pdf"),
    "an SVG named as a PDF": ("report.pdf", SVG, "application/pdf"),
    "an image named as a table": ("table.csv", png(), "text/csv"),
    "a PDF named as a table": ("table.csv", b"%PDF-1.7\n", "text/csv"),
    "an archive named as a text": ("notes.txt", archive({"a": b"b"}), "text/plain"),
    "bytes named as a text": ("notes.txt", b"a\x00b", "text/plain"),
    "a PDF named as a document": ("letter.docx", b"%PDF-1.7\n", "application/x"),
    "nothing": ("empty.pdf", b"", "application/pdf"),
    "no extension": ("README", b"text", "text/plain"),
    "two extensions": ("report.pdf.html", b"%PDF-1.7\n", "application/pdf"),
    "only an extension": (".pdf", b"%PDF-1.7\n", "application/pdf"),
}


@pytest.mark.parametrize("door", DOCUMENT_DOORS)
@pytest.mark.parametrize("what", REFUSED_DOCUMENTS)
def test_a_document_that_is_not_what_it_says_is_refused_with_words(editor_client, door, what):
    answer = upload(editor_client, door, *REFUSED_DOCUMENTS[what])
    assert answer.status_code in {200, 400}
    assert not HubDocument.objects.exists()


@pytest.mark.parametrize("door", DOCUMENT_DOORS)
def test_a_document_that_is_too_large_is_refused_with_words(editor_client, settings, door):
    settings.DOCUMENT_MAX_BYTES = 1000
    answer = upload(editor_client, door, "large.csv", b"a,b\n" * 500, "text/csv")
    assert answer.status_code in {200, 400}
    assert "1000" in answer.content.decode() or "larger than" in answer.content.decode()
    assert not HubDocument.objects.exists()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("notes.txt", "Résumé · ملخّص".encode()),
        ("table.csv", b"a,b\n1,2\n"),
        ("report.pdf", b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"),
        ("bundle.zip", archive({"a.txt": b"a"})),
        ("letter.docx", archive({"word/document.xml": b"<w/>", "[Content_Types].xml": b"<t/>"})),
        # Harmless as it is served: see below.
        ("page.txt", HTML),
    ],
)
@pytest.mark.parametrize("door", DOCUMENT_DOORS)
def test_a_document_that_is_what_it_says_is_taken(editor_client, door, name, content):
    upload(editor_client, door, name, content, "application/octet-stream")
    assert HubDocument.objects.count() == 1


REFUSED_IMAGES = {
    "an SVG": ("drawing.svg", SVG, "image/svg+xml"),
    "an SVG named as a PNG": ("drawing.png", SVG, "image/png"),
    "a page named as a PNG": ("page.png", HTML, "image/png"),
    "a GIF named as a PNG": ("moving.png", animation(2, (8, 8)), "image/png"),
    "a PNG named as a JPEG": ("picture.jpg", png(), "image/jpeg"),
    "half a PNG": ("half.png", png()[:40], "image/png"),
    "nothing": ("empty.png", b"", "image/png"),
    "a document": ("report.pdf", b"%PDF-1.7\n", "application/pdf"),
    "a bomb": ("bomb.png", bomb(60_000, 60_000), "image/png"),
    "a smaller bomb": ("bomb.png", bomb(9_000, 9_000), "image/png"),
    "a JPEG cut short": ("half.jpg", noise("JPEG")[:4000], "image/jpeg"),
    "a WebP cut short": ("half.webp", noise("WEBP")[:4000], "image/webp"),
}


@pytest.mark.parametrize("door", IMAGE_DOORS)
@pytest.mark.parametrize("what", REFUSED_IMAGES)
def test_an_image_that_is_not_what_it_says_is_refused_with_words(editor_client, door, what):
    answer = upload(editor_client, door, *REFUSED_IMAGES[what])
    assert answer.status_code in {200, 400}
    assert not HubImage.objects.exists()


@pytest.mark.parametrize("door", IMAGE_DOORS)
def test_an_image_that_is_what_it_says_is_taken(editor_client, door):
    upload(editor_client, door, "picture.png", png(), "image/png")
    assert HubImage.objects.count() == 1


@pytest.mark.parametrize(
    "name",
    [
        "../../evil.csv",
        "..\\..\\evil.csv",
        "/etc/evil.csv",
        "a\u202egpj.csv",
        "ملف.csv",
        "a b;\r\nX: y.csv",
        "x" * 300 + ".csv",
    ],
)
def test_names_of_uploads_lead_nowhere(editor_client, name, settings):
    upload(editor_client, "wagtaildocs:add", name, b"a,b\n1,2\n", "text/csv")
    for document in HubDocument.objects.all():
        assert document.file.name.startswith("documents/")
        assert ".." not in document.file.name
        assert document.file.path.startswith(settings.MEDIA_ROOT)
        answer = editor_client.get(document.file.url)
        assert answer.status_code == 200
        assert "\n" not in answer["Content-Disposition"]


# --- How files are served ---------------------------------------------------------------------------


def published(document: HubDocument) -> HubDocument:
    make_article(f"With {document.pk}", body=f'<p><a linktype="document" id="{document.pk}">x</a></p>')
    return document


@pytest.mark.parametrize(
    ("name", "content"), [("page.html", HTML), ("page.txt", HTML), ("drawing.svg", SVG), ("script.js", b"alert(1)"),
                          ("page.xhtml", HTML), ("feed.xml", SVG), ("unknown.zzz", HTML), ("table.csv", b"=cmd()")],
)  # fmt: skip
@pytest.mark.parametrize("accel", ["", "/protected-media/"])
def test_a_browser_runs_nothing_that_was_uploaded(client, settings, name, content, accel):
    """Whatever way a file came in: it is downloaded, under a policy that lets nothing run."""
    settings.X_ACCEL_REDIRECT = accel
    document = make_document()
    # Past the gate (knowledge.uploads), as a file might have come that was stored before there was one.
    stored = document.file.storage.save(f"documents/{name}", io.BytesIO(content))
    HubDocument.objects.filter(pk=document.pk).update(file=stored)
    document.refresh_from_db()
    published(document)
    answer = client.get(document.file.url)
    assert answer.status_code == 200
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "default-src 'self'" in answer["Content-Security-Policy"]


@pytest.mark.parametrize("name", ["ملف الملخص.csv", "a b%20c.csv", "a'b\".csv", "x;y=z.csv", "100%.csv", "#1?.csv"])
def test_the_front_server_is_told_odd_names_rightly(client, settings, name):
    settings.X_ACCEL_REDIRECT = "/protected-media/"
    document = published(make_document())
    stored = document.file.storage.save(f"documents/{name}", io.BytesIO(b"a"))
    HubDocument.objects.filter(pk=document.pk).update(file=stored)
    document.refresh_from_db()
    answer = client.get(document.file.url)
    assert answer.status_code == 200
    told = answer["X-Accel-Redirect"]
    assert told.startswith("/protected-media/documents/")
    assert told.isascii()
    assert not any(character in told for character in " \"'<>?#;\r\n")


def test_a_document_linked_in_a_text_is_for_the_readers_of_the_text(client):
    document = make_document()
    make_article("For members", marking="GREEN", body=f'<p><a linktype="document" id="{document.pk}">x</a></p>')
    assert client.get(document.file.url).status_code == 404
    client.force_login(MemberFactory())
    assert client.get(document.file.url).status_code == 200


KINDS = [CollectionViewRestriction.LOGIN, CollectionViewRestriction.GROUPS, CollectionViewRestriction.PASSWORD]


@pytest.mark.parametrize("kind", KINDS)
def test_wagtails_privacy_of_a_collection_counts(client, kind):
    collection = Collection.get_first_root_node().add_child(name="Closed")
    inner = collection.add_child(name="Inner")
    document, image = published(make_document("Closed table")), make_image("Closed picture")
    HubDocument.objects.filter(pk=document.pk).update(collection=inner)
    HubImage.objects.filter(pk=image.pk).update(collection=inner)
    make_article("With a picture", lead_image=image, lead_image_alternative_text="x")
    assert client.get(document.file.url)["Cache-Control"].startswith("public")
    group = Group.objects.get(name="Experts")
    restriction = CollectionViewRestriction.objects.create(collection=collection, restriction_type=kind, password="x")
    if kind == CollectionViewRestriction.GROUPS:
        restriction.groups.add(group)
    # What is for a group is for those of it who are members.
    expert = MemberFactory()
    expert.groups.add(group)
    may_read = {
        None: False,
        UserFactory(): kind == CollectionViewRestriction.LOGIN,
        expert: kind != CollectionViewRestriction.PASSWORD,
    }
    for user, expected in may_read.items():
        client.logout()
        if user:
            client.force_login(user)
        for address in (document.file.url, image.file.url, image.get_rendition("width-40").url):
            answer = client.get(address)
            assert (answer.status_code == 200) == expected, (user, address)
            assert "public" not in answer["Cache-Control"]
        for address in ("/api/v3/documents/", "/api/v3/images/"):
            assert ("Closed" in client.get(address).content.decode()) == expected, (user, address)


# --- What is gone -----------------------------------------------------------------------------------


def page_with_everything() -> tuple[Article, HubImage, HubDocument]:
    image, document = make_image(), make_document()
    figure = {"image": image.pk, "alternative_text": "Seen", "caption": "Why", "credit": ""}
    article = make_article("Still here", live=False, lead_image=image, lead_image_alternative_text="x")
    article.body = stream(
        Article,
        "body",
        [
            ("figure", figure),
            ("gallery", {"caption": "C", "figures": [item(figure), item(figure)]}),
            ("document", {"document": document.pk, "note": ""}),
            ("text", f'<p>After <a linktype="document" id="{document.pk}">that</a> it goes on.</p>'),
        ],
    )
    article.attachments = [Attachment(document=document, locale=article.locale)]
    article.save_revision().publish()
    return Article.objects.get(pk=article.pk), image, document


@pytest.mark.parametrize("gone", ["records", "files", "renditions"])
def test_pages_outlive_their_files(client, gone):
    article, image, document = page_with_everything()
    client.get(article.url)
    if gone == "records":
        image.delete()
        document.delete()
    elif gone == "files":
        image.file.storage.delete(image.file.name)
        document.file.storage.delete(document.file.name)
        image.renditions.all().delete()
    else:
        for rendition in image.renditions.all():
            rendition.file.storage.delete(rendition.file.name)
    article = Article.objects.get(pk=article.pk)
    article.save_revision().publish()
    for address in (article.url, f"/ar/original/{article.pk}/", "/en/", section().url, "/en/search/?q=still",
                    f"/api/v3/pages/{article.pk}/", "/api/v3/images/", "/api/v3/documents/", "/en/feed/"):  # fmt: skip
        answer = client.get(address)
        assert answer.status_code == 200, address
    text = client.get(article.url).content.decode()
    assert "Still here" in text
    assert "it goes on" in text
    if gone != "renditions":
        assert client.get(image.file.url).status_code == 404
        assert client.get(document.file.url).status_code == 404
    client.force_login(UserFactory(is_superuser=True))
    assert client.get(reverse("wagtailadmin_pages:edit", args=[article.pk])).status_code == 200


# --- A second page at the same address --------------------------------------------------------------


def test_a_second_page_at_an_arabic_address_is_refused_at_its_field(client):
    client.force_login(UserFactory(is_superuser=True))
    first = make_article("الأول", language="ar", slug="أفضل-ممارسة")
    parent = first.get_parent()
    fields = nested_form_data(
        {
            "title": "الثاني",
            "slug": "أفضل-ممارسة",
            "marking": "CLEAR",
            "published_on": "2026-01-01",
            "body": streamfield([("text", rich_text("<p>نص</p>"))]),
            **{
                name: inline_formset([])
                for name in ("countries", "authors", "attachments", "related_items", "comments")
            },
        }
    )
    answer = client.post(reverse("wagtailadmin_pages:add", args=["knowledge", "article", parent.pk]), fields)
    assert answer.status_code == 200
    assert answer.context["form"].errors.get("slug")
    assert Article.objects.child_of(parent).count() == 1
    fields["slug"] = "أفضل-ممارسة-ثانية"
    answer = client.post(reverse("wagtailadmin_pages:add", args=["knowledge", "article", parent.pk]), fields)
    assert answer.status_code == 302
    assert Article.objects.child_of(parent).count() == 2
