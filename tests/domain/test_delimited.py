"""A file gives the same records however it is cut into pieces, and every byte is accounted for."""

import tracemalloc
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidings.domain.delimited import (
    LONGEST_LINE_BYTES,
    Encoding,
    LineReader,
    NotLines,
    Record,
    RecordReader,
    guard_formula,
    recognise_encoding,
    unguard_formula,
)


def read(content: bytes, cuts: list[int], *, at_a_time: int = 3) -> list[Record]:
    bounds = sorted({0, len(content), *(cut % (len(content) + 1) for cut in cuts)})
    lines = LineReader(recognise_encoding(content))
    reader = RecordReader(",", lines_before=0)
    records: list[Record] = []
    for start, end in pairwise(bounds):
        is_last = end == len(content)
        reader.feed(lines.feed(content[start:end], is_last=is_last))
        while taken := reader.take(at_a_time, is_last=is_last):
            records += taken
    return records


texts = st.text(st.sampled_from('ab",\r\nä€😀\u2028 '), max_size=60)
encodings = st.sampled_from(["utf-8", "cp1252", "utf-16", "utf-8-sig"])


@given(text=texts, encoding=encodings, cuts=st.lists(st.integers(0, 1_000), max_size=8))
def test_pieces_do_not_matter_and_sizes_add_up(text: str, encoding: str, cuts: list[int]) -> None:
    content = text.encode(encoding, "replace")

    records = read(content, cuts)

    assert records == read(content, [])
    assert sum(record.size for record in records) == len(content)
    lines = [record.line for record in records]
    assert lines == sorted(set(lines))


def test_a_line_that_is_not_utf_8_is_windows_1252_and_its_neighbours_are_not() -> None:
    records = read("Köln\n".encode() + "Köln\n".encode("cp1252"), [])

    assert [record.cells for record in records] == [["Köln"], ["Köln"]]


def test_an_open_quote_costs_its_own_line_only() -> None:
    records = read(b'1,"open\n2,b\n3,"c\nd"\n4,e\n' + b"5,f\n" * 200, [])

    assert [(record.line, record.cells[0]) for record in records][-1] == (205, "5")
    assert records[0].cells[0] == "1"


LONG_CELLS = (b'"' + b"a" * 100_000 + b'",') * 9 + b'"z\n'


def read_through(unit: bytes, *, total: int, piece: int) -> tuple[int, int]:
    """Read a file that repeats one line, keeping nothing: its bytes, and the peak of memory."""
    lines, reader = LineReader(Encoding.BYTES), RecordReader(",", lines_before=0)
    pieces = unit * (piece // len(unit) + 2)
    sent = seen = 0
    tracemalloc.start()
    while sent < total:
        start = sent % len(unit)
        reader.feed(lines.feed(pieces[start : start + piece], is_last=sent + piece >= total))
        sent += piece
        while taken := reader.take(100, is_last=sent >= total):
            seen += sum(record.size for record in taken)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert seen == sent
    return seen, peak


@pytest.mark.parametrize(
    ("unit", "piece"),
    [(b'"x\n', 3_000), (b'"\n', 3_000), (b'""x\n', 3_000), (LONG_CELLS, 250_000)],
    ids=["each line opens one", "marks alone", "marks in marks", "long cells over many lines"],
)
def test_quotes_over_many_lines_take_no_more_memory_the_longer_the_file(
    unit: bytes, piece: int
) -> None:
    _, once = read_through(unit, total=10 * piece, piece=piece)
    seen, thrice = read_through(unit, total=30 * piece, piece=piece)

    assert seen == 30 * piece
    assert thrice < 1.5 * once + 100_000


def test_a_record_over_many_long_lines_is_read_line_by_line() -> None:
    line = b'1,"' + b"a" * 90_000 + b'","b\n'
    closing = b'c",d\n'

    short = read((line + closing) * 2, [])
    long = read(LONG_CELLS * 2 + b'",d\n' + b"5,f\n", [])

    assert [record.lines for record in short] == [2, 2]
    assert [record.lines for record in long][:1] == [1]
    assert long[-1].cells == ["5", "f"]


@pytest.mark.parametrize("encoding", list(Encoding))
def test_bytes_without_an_end_of_line_are_no_text_file(encoding: Encoding) -> None:
    with pytest.raises(NotLines):
        LineReader(encoding).feed(b"xy" * LONGEST_LINE_BYTES, is_last=False)


@given(text=texts | st.sampled_from(["=1+1", "-1", "+49", "@x", "'=1", "''+", "'quoted'"]))
def test_a_guarded_cell_is_no_formula_and_comes_back(text: str) -> None:
    assert guard_formula(text)[:1] not in ("=", "+", "-", "@")
    assert unguard_formula(guard_formula(text)) == text
