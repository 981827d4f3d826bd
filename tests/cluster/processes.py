"""Processes, and the sockets they listen on, as the kernel lists them."""

import os
from pathlib import Path


def all_pids() -> list[int]:
    return [int(path.name) for path in Path("/proc").glob("[0-9]*")]


def words_of(pid: int) -> list[bytes]:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except OSError:
        return [b""]


def session_of(pid: int) -> int | None:
    try:
        return os.getsid(pid)
    except OSError:
        return None


def listening(pids: list[int]) -> dict[str, int]:
    """Address -> process, of every TCP socket on which one of these processes listens."""
    owners = {}
    for pid in pids:
        try:
            handles = list(Path(f"/proc/{pid}/fd").iterdir())
        except OSError:
            continue
        for handle in handles:
            try:
                owners[os.readlink(handle)] = pid
            except OSError:
                continue
    found = {}
    for table in ("tcp", "tcp6"):
        for line in Path(f"/proc/net/{table}").read_text().splitlines()[1:]:
            cells = line.split()
            if cells[3] == "0A" and f"socket:[{cells[9]}]" in owners:
                found[_address(cells[1])] = owners[f"socket:[{cells[9]}]"]
    return found


def _address(text: str) -> str:
    """1.2.3.4:5 or [hex]:5 of what the kernel writes: words of four bytes, each back to front."""
    host, port = text.split(":")
    raw = b"".join(bytes.fromhex(host[at : at + 8])[::-1] for at in range(0, len(host), 8))
    if len(raw) == 16 and raw[:12] == b"\0" * 10 + b"\xff\xff":
        raw = raw[12:]
    shown = ".".join(map(str, raw)) if len(raw) == 4 else f"[{raw.hex()}]"
    return f"{shown}:{int(port, 16)}"
