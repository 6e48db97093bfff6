"""What a file is, told from its bytes, and which files may be sent on WhatsApp, up to which size.

The sizes and types are those of the Cloud API's media page; what is not listed is refused there.
"""

from typing import Final

import filetype

from tidings.domain.content import MediaKind

MB: Final = 1024 * 1024
HEAD_BYTES: Final = 8_192
LARGEST_BYTES: Final = 100 * MB
STILL_STICKER_BYTES: Final = 100 * 1024
UNKNOWN: Final = "application/octet-stream"
TEXT: Final = "text/plain"
OFFICE: Final = "application/vnd.openxmlformats-officedocument."
# What is sent, by its type. A sticker that stands still has a limit of its own.
LIMITS: Final = {
    "image/jpeg": 5 * MB,
    "image/png": 5 * MB,
    "image/webp": 500 * 1024,
    "audio/aac": 16 * MB,
    "audio/amr": 16 * MB,
    "audio/mpeg": 16 * MB,
    "audio/mp4": 16 * MB,
    "audio/ogg": 16 * MB,
    "video/mp4": 16 * MB,
    "video/3gpp": 16 * MB,
    TEXT: LARGEST_BYTES,
    "application/pdf": LARGEST_BYTES,
    "application/msword": LARGEST_BYTES,
    "application/vnd.ms-excel": LARGEST_BYTES,
    "application/vnd.ms-powerpoint": LARGEST_BYTES,
    OFFICE + "wordprocessingml.document": LARGEST_BYTES,
    OFFICE + "spreadsheetml.sheet": LARGEST_BYTES,
    OFFICE + "presentationml.presentation": LARGEST_BYTES,
}
# Other names of the same types, as the library has them.
_SAME: Final = {"audio/x-wav": "audio/wav", "audio/m4a": "audio/mp4", "audio/x-m4a": "audio/mp4"}
_OLD_OFFICE: Final = bytes.fromhex("d0cf11e0a1b11ae1")
_BY_ENDING: Final = {
    "doc": "application/msword",
    "xls": "application/vnd.ms-excel",
    "ppt": "application/vnd.ms-powerpoint",
    "txt": TEXT,
    "csv": TEXT,
    "pdf": "application/pdf",
    "docx": OFFICE + "wordprocessingml.document",
    "xlsx": OFFICE + "spreadsheetml.sheet",
    "pptx": OFFICE + "presentationml.presentation",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "png": "image/png",
    "webp": "image/webp",
    "aac": "audio/aac",
    "amr": "audio/amr",
    "mp3": "audio/mpeg",
    "m4a": "audio/mp4",
    "ogg": "audio/ogg",
    "opus": "audio/ogg",
    "mp4": "video/mp4",
    "3gp": "video/3gpp",
}
_CONTROLS: Final = frozenset(map(chr, range(0x20))) - set("\t\n\f\r")


def type_of(head: bytes, file_name: str = "") -> str:
    """The type that the first bytes (HEAD_BYTES of them) show; UNKNOWN when they show none.

    The name only tells the three old kinds of Office file apart, which begin alike.
    """
    if head.startswith(_OLD_OFFICE):
        return _BY_ENDING.get(_ending(file_name), UNKNOWN)
    if head[4:8] == b"ftyp" and head[8:11] in (b"3gp", b"3g2"):
        return "video/3gpp"
    guessed: str | None = filetype.guess_mime(head)
    if guessed is not None:
        return _SAME.get(guessed, guessed)
    return TEXT if _is_text(head) else UNKNOWN


def expected_type(file_name: str) -> str | None:
    """The type that a file's ending promises; None for endings of no file that may be sent."""
    return _BY_ENDING.get(_ending(file_name))


def linked_type(link: str) -> str | None:
    """The type that the ending of a link's path promises; None when it promises none."""
    return expected_type(link.partition("?")[0].partition("#")[0])


def kind_of(mime_type: str) -> MediaKind:
    """As which kind of message a file of this type goes out."""
    if mime_type == "image/webp":
        return MediaKind.STICKER
    family = mime_type.partition("/")[0]
    return MediaKind(family) if family in ("image", "audio", "video") else MediaKind.DOCUMENT


def fits_kind(mime_type: str, kind: MediaKind) -> bool:
    """Whether a received file of this type can be what its message says it is.

    A document may be anything. Voice and video share containers, so each may hold the other.
    """
    family = mime_type.partition("/")[0]
    match kind:
        case MediaKind.DOCUMENT:
            return True
        case MediaKind.IMAGE | MediaKind.STICKER:
            return family == "image"
        case MediaKind.AUDIO | MediaKind.VIDEO:
            return family in ("audio", "video") or mime_type == UNKNOWN


def why_not_sent(mime_type: str, size_bytes: int, *, is_animated: bool = False) -> str | None:
    """Why WhatsApp would refuse such a file, and what would do; None when it takes it."""
    if size_bytes == 0:
        return "The file is empty; choose another."
    limit = LIMITS.get(mime_type)
    if limit is None:
        return (
            f"WhatsApp takes no files of the type {mime_type}. Send a picture as JPEG or PNG, "
            "sound as MP3, AAC, AMR, M4A or OGG, video as MP4 or 3GP, a document as PDF, Office "
            "file or text."
        )
    if mime_type == "image/webp" and not is_animated:
        limit = STILL_STICKER_BYTES
    if size_bytes > limit:
        return (
            f"The file has {in_words(size_bytes)}; WhatsApp takes at most {in_words(limit)} of "
            f"the type {mime_type}. Make it smaller."
        )
    return None


def is_animated(head: bytes) -> bool:
    """Whether a WebP picture moves: a flag of its extended header says so."""
    return head[12:16] == b"VP8X" and len(head) > 20 and bool(head[20] & 0x02)


def in_words(size_bytes: int) -> str:
    """A size for people: 512 kB, 4.8 MB."""
    if size_bytes < MB:
        return f"{-(-size_bytes // 1024)} kB"
    return f"{size_bytes / MB:.1f} MB".replace(".0 MB", " MB")


def _ending(file_name: str) -> str:
    return file_name.rpartition(".")[2].lower()


def _is_text(head: bytes) -> bool:
    """Whether it reads as UTF-8; a character cut at the end of the head is let pass."""
    for cut in range(4):
        try:
            text = head[: len(head) - cut].decode()
        except UnicodeDecodeError:
            continue
        return bool(text) and _CONTROLS.isdisjoint(text)
    return False
