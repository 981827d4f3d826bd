"""One pass over a delivered file's bytes: its SHA-256, and what no parser reports with a line number."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np

_CHUNK = 4 << 20
_QUOTE, _BOM = ord('"'), b"\xef\xbb\xbf"
_BLANK = re.compile(rb"\n\r?\n")
# RFC 4180: a quote opens only where a value starts and closes only where one ends; inside, quotes are doubled.
_EDGE = np.zeros(256, dtype=bool)
_EDGE[list(b',\r\n"')] = True


@dataclass(frozen=True)
class Scanned:
    """A file's size, SHA-256 and faults; `parsable` is false when parsing it could only repeat them as nonsense."""

    bytes: int
    sha256: str
    faults: tuple[str, ...]
    parsable: bool


def scan(path: Path, *, text: bool, quotes: bool) -> Scanned:
    """Read a file once. `text`: it must be UTF-8 and end with a newline; `quotes`: it is CSV as RFC 4180 has it."""
    digest, size, line, last = hashlib.sha256(), 0, 1, b""
    encoding, quoting = _Encoding(), _Quoting()
    with path.open("rb") as file:
        chunk = file.read(_CHUNK)
        while chunk:
            following = file.read(_CHUNK)
            digest.update(chunk)
            size += len(chunk)
            if text:
                encoding.feed(chunk, line)
            if quotes:
                quoting.feed(chunk.removeprefix(_BOM) if size == len(chunk) else chunk, following[:1], line)
            if text:
                line += chunk.count(b"\n")
            last, chunk = chunk[-1:], following
    if size == 0:
        return Scanned(0, digest.hexdigest(), ("is empty (0 bytes): deliver it whole, or leave it out",), False)
    faults = [*encoding.end(line), *(quoting.end() if quotes else [])]
    parsable = not encoding.fault and not quoting.fault
    if text and last != b"\n":
        faults.append(
            f"line {line}: the last line has no newline at its end, so it may be cut off: deliver the file whole"
        )
    return Scanned(size, digest.hexdigest(), tuple(faults), parsable)


class _Encoding:
    """Finds the first byte that is not UTF-8."""

    def __init__(self) -> None:
        self.fault = ""
        self._held = b""

    def feed(self, chunk: bytes, line: int) -> None:
        if self.fault or (not self._held and chunk.isascii()):
            return
        data = self._held + chunk
        self._held = b""
        try:
            data.decode("utf-8")
        except UnicodeDecodeError as error:
            # A character that the end of the chunk cut in two.
            if error.reason == "unexpected end of data":
                self._held = data[error.start :]
                return
            self._found(data[error.start], line + data.count(b"\n", 0, error.start))

    def end(self, line: int) -> list[str]:
        if self._held:
            self._found(self._held[0], line)
        return [self.fault] if self.fault else []

    def _found(self, byte: int, line: int) -> None:
        self.fault = f"line {line}: byte 0x{byte:02x} is not UTF-8: deliver the file in UTF-8"


class _Quoting:
    """Finds the first quote out of place, and the first empty line outside quotes."""

    def __init__(self) -> None:
        self.fault = ""
        self._blank = ""
        self._before = b"\n\n"
        self._inside = False
        self._opened = 0

    def feed(self, chunk: bytes, following: bytes, line: int) -> None:
        if self.fault:
            return
        data = self._before + chunk
        around = np.frombuffer(data + (following or b"\n"), dtype=np.uint8)
        held = len(self._before)
        places = np.flatnonzero(around[held:-1] == _QUOTE) + held
        opening = (np.arange(len(places)) % 2 == 0) ^ self._inside
        neighbour = around[np.where(opening, places - 1, places + 1)]
        wrong = np.flatnonzero(~_EDGE[neighbour])
        if len(wrong):
            at = line + data.count(b"\n", held, int(places[wrong[0]]))
            self.fault = (
                f'line {at}: a " stands inside a value: put quotes around the whole value and double those inside it '
                "(or the quotes of a value before it are not closed)"
            )
            return
        if not self._blank:
            self._find_blank(data, places, line, held)
        if len(places) and opening[-1]:
            self._opened = line + data.count(b"\n", held, int(places[-1]))
        self._inside ^= len(places) % 2 == 1
        self._before = data[-2:]

    def _find_blank(self, data: bytes, places: np.ndarray, line: int, held: int) -> None:
        for found in _BLANK.finditer(data):
            last = found.end() - 1
            if last >= held and not (np.searchsorted(places, last) % 2 == 1) ^ self._inside:
                at = line + data.count(b"\n", held, last)
                self._blank = f"line {at}: is empty: take the line out"
                return

    def end(self) -> list[str]:
        if self._inside and not self.fault:
            self.fault = f'line {self._opened}: a " is opened here and never closed: deliver the file whole'
        # Past a quote out of place it is not known what stands inside quotes.
        return [line for line in (self.fault or self._blank,) if line]
