"""The store of media: a folder here, whole or not at all."""

from io import BytesIO
from pathlib import Path

import pytest

from tidings.settings import Settings
from tidings.store.media_files import STORE_ERRORS, MediaFiles, Opened


@pytest.fixture(params=["", "file://"])
def files(request: pytest.FixtureRequest, tmp_path: Path) -> MediaFiles:
    """The folder of the home, and one that is named."""
    address = f"file://{tmp_path}/elsewhere" if request.param else ""
    return MediaFiles(Settings(home=str(tmp_path), media_store=address))


async def whole(opened: Opened) -> bytes:
    return b"".join([chunk async for chunk in opened.chunks])


async def test_what_is_put_is_given_whole_or_in_parts(files: MediaFiles, tmp_path: Path) -> None:
    await files.put("of/them/1", BytesIO(b"abcdefgh" * 100_000))

    opened = await files.open("of/them/1")
    part = await files.open("of/them/1", start=6, end=10)
    rest = await files.open("of/them/1", start=799_998)

    assert (opened.size_bytes, opened.end) == (800_000, 800_000)
    assert await whole(opened) == b"abcdefgh" * 100_000
    assert (part.start, part.end, await whole(part)) == (6, 10, b"ghab")
    assert await whole(rest) == b"gh"
    assert (tmp_path / "media").exists() != (tmp_path / "elsewhere").exists()


async def test_a_file_is_replaced_and_deleted_and_then_not_found(files: MediaFiles) -> None:
    await files.put("1", BytesIO(b"old"))
    await files.put("1", BytesIO(b"new"))
    assert await whole(await files.open("1")) == b"new"

    await files.delete(["1", "2"])

    with pytest.raises(FileNotFoundError):
        await files.open("1")


async def test_it_says_where_it_is_and_fails_where_nothing_is(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    good = MediaFiles(Settings(home=str(tmp_path)))
    bad = MediaFiles(Settings(home=str(tmp_path / "file")))
    unknown = MediaFiles(Settings(home=str(tmp_path), media_store="ftp://host/folder"))

    assert await good.check() == str(tmp_path / "media")
    assert list((tmp_path / "media").iterdir()) == []
    for files in (bad, unknown):
        with pytest.raises(STORE_ERRORS):
            await files.check()
