import csv
import hashlib
import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harmnet.ingest import scan as scanning

FAULTS = {
    b'a,b\n1,2"x\n': 'line 2: a " stands inside a value',
    b'a,b\n1,2\n3,"4"x\n': 'line 3: a " stands inside a value',
    b'a,b\n1,"2\n3,4\n': 'line 2: a " is opened here and never closed',
    b'a,b\n"x\ny",1\n2,"z': 'line 4: a " is opened here and never closed',
    b"a,b\n1,2\n\n3,4\n": "line 3: is empty",
    b"a,b\r\n1,2\r\n\r\n": "line 3: is empty",
    b"a,b\n1,2": "line 2: the last line has no newline",
    b"a,b\n1,\xff\n": "line 2: byte 0xff is not UTF-8",
    b"a,b\n1,2\n3,\xc3": "line 3: byte 0xc3 is not UTF-8",
}
SOUND = [
    b"a,b\n1,2\n",
    b'\xef\xbb\xbf"a","b"\r\n1,2\r\n',
    b'a,b\n"","x ""quoted"" y"\n"""z""","1,2"\n',
    b'a,b\n"two\n\nlines",2\n',
    b"a,b\n\xc3\xa9,\xf0\x9f\x9a\x93\n",
]


def _scan(path: Path, content: bytes) -> scanning.Scanned:
    path.write_bytes(content)
    return scanning.scan(path, text=True, quotes=True)


@pytest.mark.parametrize(("content", "fault"), FAULTS.items())
def test_a_fault_is_named_with_its_line_wherever_the_file_is_divided(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: bytes, fault: str
) -> None:
    for size in (4 << 20, 3, 4, 5, 7):
        monkeypatch.setattr(scanning, "_CHUNK", size)
        found = _scan(tmp_path / "a.csv", content).faults
        assert [line for line in found if line.startswith(fault)], (size, found)


@pytest.mark.parametrize("content", SOUND)
def test_a_sound_file_has_no_fault_wherever_it_is_divided(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: bytes
) -> None:
    for size in (4 << 20, 3, 4, 5, 7):
        monkeypatch.setattr(scanning, "_CHUNK", size)
        found = _scan(tmp_path / "a.csv", content)
        assert (found.faults, found.bytes) == ((), len(content))
        assert found.sha256 == hashlib.sha256(content).hexdigest()


def test_a_file_of_no_bytes_is_a_fault(tmp_path: Path) -> None:
    assert _scan(tmp_path / "a.csv", b"").faults == ("is empty (0 bytes): deliver it whole, or leave it out",)


@given(st.lists(st.tuples(st.text(max_size=6), st.text(alphabet='a",\n\r;é', max_size=6)), max_size=5))
def test_what_another_writer_quotes_is_taken_and_one_quote_less_is_not(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, str]]
) -> None:
    rows = [row for row in rows if not any("\ud800" <= sign <= "\udfff" for sign in "".join(row))]
    text = io.StringIO(newline="")
    csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\n").writerows([("a", "b"), *rows])
    content = text.getvalue().encode("utf-8")
    path = tmp_path_factory.getbasetemp() / "written.csv"
    assert _scan(path, content).faults == ()
    assert not _scan(path, content[:-2] + b"\n").parsable
