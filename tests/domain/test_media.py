"""What a file is by its bytes, and what WhatsApp takes."""

import zipfile
from io import BytesIO

import pytest
from PIL import Image

from tests.media import HTML, MP4, OPUS, PDF, picture
from tidings.domain.content import MediaKind
from tidings.domain.media import (
    HEAD_BYTES,
    MB,
    OFFICE,
    expected_type,
    fits_kind,
    is_animated,
    kind_of,
    type_of,
    why_not_sent,
)


def office(folder: str) -> bytes:
    file = BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("_rels/.rels", "<Relationships/>")
        archive.writestr(f"{folder}/document.xml", "<x/>")
    return file.getvalue()


FILES = {
    "image/jpeg": picture("JPEG"),
    "image/png": picture("PNG"),
    "image/webp": picture("WEBP"),
    "audio/ogg": OPUS,
    "audio/amr": b"#!AMR\n" + bytes(40),
    "audio/aac": b"\xff\xf1\x50\x80" + bytes(40),
    "audio/mpeg": b"ID3\4\0\0\0\0\0\0" + bytes(40),
    "audio/mp4": b"\0\0\0\x18ftypM4A \0\0\0\0M4A mp42" + bytes(40),
    "video/mp4": MP4,
    "video/3gpp": b"\0\0\0\x18ftyp3gp4\0\0\0\0isom3gp4" + bytes(40),
    "application/pdf": PDF,
    OFFICE + "wordprocessingml.document": office("word"),
    OFFICE + "spreadsheetml.sheet": office("xl"),
    OFFICE + "presentationml.presentation": office("ppt"),
    "text/plain": "Grüße\n".encode(),
}


@pytest.mark.parametrize("mime_type", FILES)
def test_a_files_first_bytes_tell_what_it_is_and_it_may_be_sent(mime_type: str) -> None:
    assert type_of(FILES[mime_type][:HEAD_BYTES]) == mime_type
    assert why_not_sent(mime_type, 1_000) is None


def test_the_name_counts_only_where_bytes_cannot_tell() -> None:
    old = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(100)
    assert type_of(old, "plan.XLS") == "application/vnd.ms-excel"
    assert type_of(old, "plan.exe") == "application/octet-stream"
    assert type_of(HTML, "picture.png") == "text/plain"
    assert type_of(b"MZ" + bytes(100), "picture.png") not in FILES


def test_a_character_cut_in_two_is_still_text_and_control_characters_are_not() -> None:
    assert type_of("Käse ä".encode()[:-1]) == "text/plain"
    assert type_of(b"\0\1\2 binary") == "application/octet-stream"
    assert type_of(b"") == "application/octet-stream"


@pytest.mark.parametrize(
    ("mime_type", "size", "said"),
    [
        ("image/png", 5 * MB, None),
        ("image/png", 5 * MB + 1, "at most 5 MB"),
        ("image/webp", 101 * 1024, "at most 100 kB"),
        ("video/mp4", 50 * MB, "at most 16 MB"),
        ("application/pdf", 50 * MB, None),
        ("image/gif", 10, "no files of the type image/gif"),
        ("text/plain", 0, "empty"),
    ],
)
def test_what_whatsapp_would_refuse_is_said_with_the_limit(
    mime_type: str, size: int, said: str | None
) -> None:
    refusal = why_not_sent(mime_type, size)
    assert refusal is None if said is None else said in (refusal or "")


def test_a_sticker_that_moves_may_be_larger() -> None:
    frames = picture("WEBP"), moving()
    assert [is_animated(each) for each in frames] == [False, True]
    assert why_not_sent("image/webp", 400 * 1024, is_animated=True) is None


def moving() -> bytes:
    file = BytesIO()
    frames = [Image.new("RGB", (20, 20), colour) for colour in ("red", "blue")]
    frames[0].save(file, "WEBP", save_all=True, append_images=frames[1:], duration=100)
    return file.getvalue()


def test_types_become_kinds_of_message() -> None:
    assert [kind_of(each) for each in ("image/png", "image/webp", "audio/ogg", "text/plain")] == [
        MediaKind.IMAGE,
        MediaKind.STICKER,
        MediaKind.AUDIO,
        MediaKind.DOCUMENT,
    ]
    assert expected_type("Offer.PDF") == "application/pdf"
    assert expected_type("offer.exe") is None


def test_a_document_may_be_anything_and_a_picture_only_a_picture() -> None:
    assert fits_kind("text/plain", MediaKind.DOCUMENT)
    assert fits_kind("video/mp4", MediaKind.AUDIO)
    assert not fits_kind("application/pdf", MediaKind.IMAGE)
    assert not fits_kind("text/plain", MediaKind.VIDEO)
