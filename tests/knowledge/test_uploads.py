"""What is stored of an upload, whichever way it came in; what is refused; what a virus scanner has to say."""

from __future__ import annotations

import io
import socket
import socketserver
import struct
import threading
import zipfile
import zlib
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.contrib.auth.models import Group
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.db.transaction import atomic
from django.urls import reverse
from PIL import Image, ImageCms, PngImagePlugin
from wagtail.models import Collection, UploadedFile

from knowledge import virus_scanner
from knowledge.document_files import look_into_document
from knowledge.models import HubDocument, HubImage, HubMedia
from knowledge.upload_faults import UploadFault
from tests.factories import UserFactory, make_document, make_media, mp4, png
from tests.knowledge.test_files import IMAGE_DOORS, archive, upload

pytestmark = pytest.mark.django_db

SECRET = b"47.3769N 8.5417E, from a phone of somebody"
SLIDES = Path(__file__).resolve().parents[2] / "demo/content/recordings/emerging-technology/slides.pdf"
HTML = b"<!doctype html><script>alert(document.domain)</script>"
# https://www.eicar.org: harmless, and found by every scanner. In halves, so that this file is not found.
EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-" + b"STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


@pytest.fixture
def editor_client(client, tree):
    editor = UserFactory()
    editor.groups.add(Group.objects.get(name="Editors"))
    client.force_login(editor)
    return client


@contextmanager
def refused(words: str = ""):
    """Expect that a file is not taken, for a reason with these words in it."""
    with pytest.raises(UploadFault, match=words), atomic():
        yield


# --- Images: what is stored -------------------------------------------------------------------------


def photograph(kind: str = "JPEG", *, turned: bool = False, mode: str = "RGB", **options) -> bytes:
    """Return a photograph, 60 × 40, left half red, that says where it was taken."""
    image = Image.new("RGB", (60, 40), "blue")
    image.paste("red", (0, 0, 30, 40))
    exif = Image.Exif()
    exif[0x010E] = SECRET.decode()
    exif.get_ifd(0x8825).update({1: "N", 2: (47.0, 22.0, 37.0), 3: "E", 4: (8.0, 32.0, 30.0)})
    if turned:
        exif[0x0112] = 6
    buffer = io.BytesIO()
    image.convert(mode).save(buffer, kind, exif=exif.tobytes(), **options)
    return buffer.getvalue()


def stored(image: HubImage) -> bytes:
    with image.file.storage.open(image.file.name) as file:
        return file.read()


def create(content: bytes, name: str) -> HubImage:
    """Store an image as code does, past every form."""
    image = HubImage.objects.create(title="An image", file=ContentFile(content, name=name))
    return HubImage.objects.get(pk=image.pk)


@pytest.mark.slow
@pytest.mark.parametrize("door", IMAGE_DOORS)
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_photograph_is_stored_without_where_it_was_taken(editor_client, door, kind):
    content = photograph(kind, turned=True)
    assert SECRET in content
    upload(editor_client, door, f"photo.{kind.lower()}", content, f"image/{kind.lower()}")
    image = HubImage.objects.get()
    with Image.open(io.BytesIO(stored(image))) as found:
        assert SECRET not in stored(image)
        assert not found.getexif()
        assert found.format == kind
        # Turned as the camera had noted: red is above.
        assert found.size == (image.width, image.height) == (40, 60)
        assert found.convert("RGB").getpixel((20, 5))[0] > 200
        assert found.convert("RGB").getpixel((20, 55))[2] > 200
    assert image.file_size == len(stored(image))


def test_an_image_stored_by_code_is_drawn_anew_too(tree):
    image = create(photograph(turned=True), "photo.jpg")
    assert SECRET not in stored(image)
    assert (image.width, image.height) == (40, 60)


def test_an_image_that_waits_for_a_title_is_drawn_anew_when_it_gets_one(editor_client):
    """Wagtail keeps the file as it came while another field is wrong, and stores it past its form."""
    waiting = UploadedFile.objects.create(
        for_content_type_id=_content_type(HubImage),
        file=ContentFile(photograph(), name="photo.jpg"),
        uploaded_by_user_id=editor_client.session["_auth_user_id"],
    )
    prefix = f"uploaded-image-{waiting.pk}"
    answer = editor_client.post(
        reverse("wagtailimages:create_multiple_from_uploaded_image", args=[waiting.pk]),
        {
            f"{prefix}-title": "A photograph",
            f"{prefix}-collection": Collection.get_first_root_node().pk,
            f"{prefix}-tags": "",
        },
    )
    assert answer.json()["success"]
    assert SECRET not in stored(HubImage.objects.get())


def _content_type(model) -> int:
    from django.contrib.contenttypes.models import ContentType

    return ContentType.objects.get_for_model(model).pk


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.png", png() + HTML),
        ("a.jpg", photograph(comment=HTML)),
        ("a.jpg", photograph().replace(SECRET[:20], HTML[:20])),
        ("a.gif", None),
        ("a.png", "text"),
    ],
)
def test_what_was_hidden_in_an_image_is_gone(tree, name, content):
    buffer = io.BytesIO()
    if content is None:
        Image.new("P", (8, 8)).save(buffer, "GIF", comment=HTML)
    elif content == "text":
        told = PngImagePlugin.PngInfo()
        told.add_text("Comment", HTML.decode())
        told.add_itxt("XML:com.adobe.xmp", HTML.decode())
        Image.new("RGB", (8, 8)).save(buffer, "PNG", pnginfo=told)
    content = buffer.getvalue() or content
    assert HTML[:20] in content
    assert HTML[:20] not in stored(create(content, name))


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
def test_every_kind_of_png_stays_what_it_is(tree, mode):
    image = Image.new(mode, (8, 8))
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    with Image.open(io.BytesIO(stored(create(buffer.getvalue(), "a.png")))) as found:
        assert found.format == "PNG"
        assert found.mode == Image.open(buffer).mode
        assert found.convert("RGBA").tobytes() == Image.open(buffer).convert("RGBA").tobytes()


@pytest.mark.parametrize("kind", ["PNG", "GIF"])
def test_what_can_be_seen_through_stays_so(tree, kind):
    image = Image.new("P", (8, 8), 1)
    image.putpalette([255, 255, 255, 200, 0, 0] + [0] * 762)
    image.putpixel((0, 0), 0)
    buffer = io.BytesIO()
    image.save(buffer, kind, transparency=0)
    with Image.open(io.BytesIO(stored(create(buffer.getvalue(), f"a.{kind.lower()}")))) as found:
        assert found.convert("RGBA").getpixel((0, 0))[3] == 0
        assert found.convert("RGBA").getpixel((5, 5)) == (200, 0, 0, 255)


def test_colours_are_those_of_the_web(tree):
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    for content in (photograph(icc_profile=profile), photograph(icc_profile=b"no profile"), photograph(mode="CMYK")):
        with Image.open(io.BytesIO(stored(create(content, "a.jpg")))) as found:
            assert found.mode == "RGB"
            assert "icc_profile" not in found.info
            red = found.getpixel((10, 20))
            assert red[0] > 200
            assert max(red[1:]) < 60


def test_a_photograph_drawn_twice_loses_nothing_the_second_time(tree):
    once = stored(create(photograph(quality=70), "a.jpg"))
    twice = stored(create(once, "a.jpg"))
    tables = [Image.open(io.BytesIO(content)).quantization for content in (photograph(quality=70), once, twice)]
    assert tables[0] == tables[1] == tables[2]
    assert abs(len(once) - len(twice)) < 50


def test_of_a_photograph_in_two_views_the_first_is_stored(tree):
    buffer = io.BytesIO()
    Image.new("RGB", (8, 8), "red").save(buffer, "MPO", save_all=True, append_images=[Image.new("RGB", (8, 8), "blue")])
    with Image.open(io.BytesIO(stored(create(buffer.getvalue(), "a.jpg")))) as found:
        assert found.format == "JPEG"
        assert found.getpixel((4, 4))[0] > 200


# --- Images: what is refused ------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["GIF", "WEBP", "PNG"])
def test_an_image_that_moves_is_refused_with_words(editor_client, kind):
    frames = [Image.new("RGB", (8, 8), colour) for colour in ("red", "blue", "green")]
    buffer = io.BytesIO()
    frames[0].save(buffer, kind, save_all=True, append_images=frames[1:])
    answer = upload(editor_client, "wagtailimages:add", f"a.{kind.lower()}", buffer.getvalue(), "image/x")
    # Wagtail itself says of a PNG that moves that it is none.
    assert ("This image moves." in answer.content.decode()) == (kind != "PNG")
    with refused("moves"):
        create(buffer.getvalue(), f"a.{kind.lower()}")
    assert not HubImage.objects.exists()


def test_code_stores_no_image_that_is_none_or_too_large(tree, settings):
    for content in (HTML, b"", b"<svg xmlns='http://www.w3.org/2000/svg'/>", png()[:50], mp4()):
        with refused():
            create(content, "a.png")
    settings.WAGTAILIMAGES_MAX_IMAGE_PIXELS = 100
    with refused("pixels"):
        create(png(), "a.png")
    assert not HubImage.objects.exists()


# --- Documents --------------------------------------------------------------------------------------


def office(kind: str = "docx", **parts: bytes) -> bytes:
    main = {"docx": "word/document.xml", "pptx": "ppt/presentation.xml", "xlsx": "xl/workbook.xml"}[kind]
    return archive({"[Content_Types].xml": b"<Types/>", main: b"<w/>", **parts})


def pdf(*objects: bytes, trailer: bytes = b"") -> bytes:
    return b"%PDF-1.7\n" + b"\n".join(objects) + b"\ntrailer <<" + trailer + b">>\n%%EOF\n"


def packed(content: bytes, kind: bytes = b"/ObjStm") -> bytes:
    """Return objects packed into a stream."""
    return b"5 0 obj <</Type " + kind + b"/Filter/FlateDecode>> stream\r\n" + zlib.compress(content) + b"\nendstream"


def locked() -> bytes:
    """Return an archive that says its part has a password."""
    content = bytearray(archive({"a.txt": b"a"}))
    content[6] |= 1
    content[content.index(b"PK\x01\x02") + 8] |= 1
    return bytes(content)


def renamed(name: bytes) -> bytes:
    return archive({"a" * len(name): b"a"}).replace(b"a" * len(name), name)


def link() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as made:
        part = zipfile.ZipInfo("passwords")
        part.external_attr = 0o120777 << 16
        made.writestr(part, "/etc/passwd")
    return buffer.getvalue()


def overlapping() -> bytes:
    """Return an archive whose many parts are all the same bytes."""
    content = archive({"a": b"\0" * 5000})
    start = content.index(b"PK\x01\x02")
    end = content.index(b"PK\x05\x06")
    entry = content[start:end]
    tail = b"PK\x05\x06" + struct.pack("<HHHHIIH", 0, 0, 300, 300, len(entry) * 300, start, 0)
    return content[:start] + entry * 300 + tail


ACTION = b"<</S /JavaScript /JS (app.alert(1))>>"
REFUSED = {
    "a script in a PDF": ("a.pdf", pdf(b"1 0 obj", ACTION), "script"),
    "a script by another name": ("a.pdf", pdf(b"1 0 obj", ACTION.replace(b"JavaS", b"J#61v#61S")), "script"),
    "a script among packed objects": ("a.pdf", pdf(packed(b"7 0 8 40 " + ACTION)), "script"),
    "a script in a stream by another name": ("a.pdf", pdf(packed(b"7 0 8 40 " + ACTION, b"/Obj#53tm")), "script"),
    "a program started by a PDF": ("a.pdf", pdf(b"<</S/Launch/F(cmd.exe)>>"), "script"),
    "a file within a PDF": ("a.pdf", pdf(b"<</Names <</EmbeddedFiles 3 0 R>>>>"), "script"),
    "a form with a program of its own": ("a.pdf", pdf(b"<</AcroForm <</XFA 3 0 R>>>>"), "script"),
    "a PDF with a password": ("a.pdf", pdf(trailer=b"/Encrypt 4 0 R"), "password"),
    "a PDF that bursts": ("a.pdf", pdf(packed(b"7 0 8 40 " + b"\0" * 70_000_000)), "unpacks"),
    "macros": ("a.docx", office(**{"word/vbaProject.bin": b"x"}), "macros"),
    "macros by their type": (
        "a.xlsx",
        archive({"[Content_Types].xml": b"vnd.ms-excel.sheet.macroEnabled.main+xml", "xl/workbook.xml": b""}),
        "macros",
    ),
    "an object": ("a.docx", office(**{"word/embeddings/oleObject1.bin": b"x"}), "another file"),
    "a control": ("a.docx", office(**{"word/activeX/activeX1.xml": b"x"}), "another file"),
    "a template from elsewhere": (
        "a.docx",
        office(**{"word/_rels/settings.xml.rels": b'<R Type="x/attachedTemplate" TargetMode="External"/>'}),
        "template",
    ),
    "a table named as a letter": ("a.docx", office("xlsx"), "not what its name says"),
    "an archive named as a letter": ("a.docx", archive({"a.txt": b"a"}), "not what its name says"),
    "an archive named as an ODT": ("a.odt", archive({"mimetype": b"text/plain", "content.xml": b""}), ""),
    "macros in an ODT": (
        "a.odt",
        archive({"mimetype": b"application/vnd.oasis.opendocument.text", "content.xml": b"", "Basic/a.xml": b""}),
        "",
    ),
    "a bomb": ("a.zip", archive({"a": b"\0" * 30_000_000}), "unpacks"),
    "a bomb in a letter": ("a.docx", office(**{"word/b.xml": b"\0" * 30_000_000}), "unpacks"),
    "many parts": ("a.zip", archive({str(number): b"" for number in range(2500)}), "unpacks"),
    "parts that share bytes": ("a.zip", overlapping(), ""),
    "a password": ("a.zip", locked(), "password"),
    "a way out": ("a.zip", renamed(b"../../../etc/cron.d/x"), "outside"),
    "an absolute name": ("a.zip", renamed(b"/etc/cron.d/x"), "outside"),
    "a way out for Windows": ("a.zip", renamed(b"..\\..\\startup\\x"), "outside"),
    "a drive": ("a.zip", renamed(b"C:windows"), "outside"),
    "a link": ("a.zip", link(), "outside"),
    "a program": ("a.zip", archive({"folder/setup.EXE": b"MZ"}), "setup.EXE"),
    "a script for Windows": ("a.zip", archive({"invoice.pdf.js": b"x"}), "invoice.pdf.js"),
    "an archive cut short": ("a.zip", archive({"a": b"b" * 100})[:-30], "cut off"),
    "a text in another writing": ("a.csv", "Résumé;ملخّص".encode("utf-16-le"), ""),
    "a text in Latin 1": ("a.txt", "Résumé".encode("latin-1"), "UTF-8"),
    "a NUL far behind": ("a.txt", b"a" * 100_000 + b"\0", "not what its name says"),
    "a page": ("a.html", HTML, "not what its name says"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_a_document_that_could_do_something_by_itself_is_refused(tree, what):
    name, content, word = REFUSED[what]
    with refused(word):
        HubDocument.objects.create(title="A document", file=ContentFile(content, name=name))
    assert not HubDocument.objects.exists()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.docx", office()),
        ("a.docx", office(**{"word/embeddings/sheet.xlsx": office("xlsx"), "word/media/image1.png": png()})),
        ("a.pptx", office("pptx")),
        ("a.xlsx", office("xlsx")),
        ("a.odt", archive({"mimetype": b"application/vnd.oasis.opendocument.text", "content.xml": b"<a/>"})),
        ("a.zip", archive({"folder/ملف.txt": b"a", "table.csv": b"a,b", "folder/..hidden": b"a"})),
        ("A.PDF", pdf(b"1 0 obj <</OpenAction [3 0 R /Fit] /JSON true>>", packed(b"7 0 8 40 <</Type/Page>>"))),
        ("a.csv", b"\xef\xbb\xbfa;b\r\n1;2\r\n"),
        ("a.txt", "Résumé · ملخّص · 🧪".encode()),
    ],
)
def test_an_honest_document_is_stored_as_it_is(tree, name, content):
    document = HubDocument.objects.create(title="A document", file=ContentFile(content, name=name))
    with document.file.open() as file:
        assert file.read() == content


def test_the_pdfs_that_the_hub_and_others_make_are_taken(tree):
    document = HubDocument.objects.create(title="S", file=ContentFile(SLIDES.read_bytes(), name="slides.pdf"))
    assert document.file.size == SLIDES.stat().st_size


def test_a_document_too_large_is_refused_whichever_way_it_comes(tree, settings):
    settings.DOCUMENT_MAX_BYTES = 10
    with refused("larger than"):
        make_document(content=b"a,b\n" * 10)


def test_looking_leaves_a_file_at_its_beginning():
    for name, content in (("docx", office()), ("pdf", pdf()), ("csv", b"a,b")):
        file = io.BytesIO(content)
        file.seek(3)
        look_into_document(file, name)
        assert file.tell() == 0


def test_code_stores_no_recording_that_cannot_be_played(tree):
    with refused():
        make_media(content=HTML)
    assert not HubMedia.objects.exists()


# --- The virus scanner ------------------------------------------------------------------------------


class Clamd(socketserver.ThreadingMixIn):
    """A server that answers INSTREAM as clamd does. It finds EICAR, and nothing else."""

    daemon_threads = True
    block_on_close = False
    answer: bytes | None = None
    is_silent = False
    limit = 10**9

    def __init__(self, address) -> None:
        self.seen: list[bytes] = []
        super().__init__(address, ClamdConversation)

    def say(self, **facts) -> None:
        for name, value in facts.items():
            setattr(self, name, value)


class ClamdConversation(socketserver.StreamRequestHandler):
    """One question and its answer."""

    def handle(self) -> None:
        assert self.rfile.read(10) == b"zINSTREAM\0"
        content = b""
        while length := struct.unpack(">I", self.rfile.read(4))[0]:
            content += self.rfile.read(length)
            if len(content) > self.server.limit:
                self.wfile.write(b"INSTREAM size limit exceeded. ERROR\0")
                return
        self.server.seen.append(content)
        if self.server.is_silent:
            threading.Event().wait(5)
            return
        found = b"stream: Eicar-Signature FOUND\0" if EICAR in content else b"stream: OK\0"
        self.wfile.write(found if self.server.answer is None else self.server.answer)


class TCPClamd(Clamd, socketserver.TCPServer):
    """Reached by a port."""


class UnixClamd(Clamd, socketserver.UnixStreamServer):
    """Reached by a file."""


@pytest.fixture(params=["tcp", "unix"])
def clamd(request, settings, tmp_path):
    """A scanner that the settings name."""
    if request.param == "tcp":
        server: Clamd = TCPClamd(("127.0.0.1", 0))
        settings.CLAMAV_URL = f"tcp://127.0.0.1:{server.server_address[1]}"
    else:
        server = UnixClamd(str(tmp_path / "clamd.sock"))
        settings.CLAMAV_URL = f"unix://{tmp_path / 'clamd.sock'}"
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def test_every_upload_is_scanned_once_as_it_came(editor_client, clamd):
    upload(editor_client, "wagtaildocs:add", "a.csv", b"a,b\n", "text/csv")
    photo = photograph()
    upload(editor_client, "wagtailimages:add", "a.jpg", photo, "image/jpeg")
    film = SimpleUploadedFile("a.mp4", mp4(), content_type="video/mp4")
    editor_client.post(
        reverse("wagtailmedia:add", args=["video"]),
        {"title": "A film", "file": film, "collection": Collection.get_first_root_node().pk, "tags": "", "duration": 1},
    )
    assert clamd.seen == [b"a,b\n", photo, mp4()]
    assert (HubDocument.objects.count(), HubImage.objects.count(), HubMedia.objects.count()) == (1, 1, 1)


def test_a_virus_is_refused_with_its_name(editor_client, clamd):
    answer = upload(editor_client, "wagtaildocs:add", "a.txt", EICAR, "text/plain")
    assert "Eicar-Signature" in answer.content.decode()
    for create_one in (
        lambda: make_document(content=EICAR),
        lambda: create(png() + EICAR, "a.png"),
        lambda: make_media(content=mp4(size=1024) + struct.pack(">I4s", 8 + len(EICAR), b"free") + EICAR),
    ):
        with refused("Eicar-Signature"):
            create_one()
    assert not HubDocument.objects.exists()
    assert not HubImage.objects.exists()
    assert not HubMedia.objects.exists()


def test_a_file_larger_than_a_piece_arrives_whole(tree, clamd):
    content = b"0123456789\n" * 20_000
    make_document(content=content)
    assert clamd.seen == [content]


@pytest.mark.parametrize("answer", [b"stream: Can't allocate ERROR\0", b"", b"\0", b"stream: OKAY\0", b"OK FINE"])
def test_without_a_clear_verdict_nothing_is_stored(editor_client, clamd, answer):
    clamd.say(answer=answer)
    told = upload(editor_client, "wagtaildocs:add", "a.csv", b"a,b\n", "text/csv")
    assert "virus scanner does not answer" in told.content.decode()
    assert not HubDocument.objects.exists()


def test_a_file_above_the_scanners_own_limit_is_not_stored(tree, clamd):
    clamd.say(limit=100_000)
    with refused("virus scanner"):
        make_document(content=b"a,b\n" * 500_000)


def test_a_scanner_that_says_nothing_is_waited_for_only_so_long(tree, clamd, monkeypatch):
    clamd.say(is_silent=True)
    monkeypatch.setattr(virus_scanner, "ANSWER_SECONDS", 0.2)
    with refused("virus scanner"):
        make_document()


@pytest.mark.parametrize("kind", ["tcp", "unix"])
def test_while_the_scanner_is_away_nothing_is_stored(editor_client, settings, tmp_path, kind, caplog):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    settings.CLAMAV_URL = f"tcp://127.0.0.1:{port}" if kind == "tcp" else f"unix://{tmp_path}/none.sock"
    for door, name, content in (("docs", "a.csv", b"a,b\n"), ("images", "a.png", png())):
        answer = upload(editor_client, f"wagtail{door}:add", name, content, "x/y")
        assert "virus scanner does not answer" in answer.content.decode()
    assert not HubDocument.objects.exists()
    assert not HubImage.objects.exists()
    assert "no verdict" in caplog.text


# --- Images from before -----------------------------------------------------------------------------


def test_images_stored_before_there_was_a_gate_are_drawn_anew(tree, capsys):
    image, broken, missing = create(photograph(), "a.jpg"), create(png(), "b.png"), create(png(), "c.png")
    storage = image.file.storage
    old = storage.save("original_images/old.jpg", ContentFile(photograph(turned=True)))
    HubImage.objects.filter(pk=image.pk).update(file=old)
    HubImage.objects.filter(pk=broken.pk).update(file=storage.save("original_images/x.png", ContentFile(HTML)))
    storage.delete(missing.file.name)
    HubImage.objects.get(pk=image.pk).get_rendition("width-20")
    call_command("redraw_images")
    told = capsys.readouterr()
    found = HubImage.objects.get(pk=image.pk)
    assert SECRET not in stored(found)
    assert (found.width, found.height, found.file_size) == (40, 60, len(stored(found)))
    assert not storage.exists(old)
    assert not found.renditions.exists()
    assert "1 images drawn anew" in told.out
    assert f"Image {broken.pk} " in told.err
    assert f"Image {missing.pk} " in told.err
