"""People in access_log: hashed with a key that is not in the lake, so that the log itself names no one."""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from harmnet.errors import HarmnetError

VARIABLE = "HARMNET_ACCESS_KEY"
_BYTES = 32


class Key(NamedTuple):
    """The secret, and a name for it that tells nothing of it."""

    secret: bytes
    key_id: str

    def hashed(self, people: Iterable[str]) -> list[str]:
        """HMAC-SHA256 (hex) of each nominal_id, sorted."""
        return sorted(hmac.new(self.secret, person.encode("utf-8"), hashlib.sha256).hexdigest() for person in people)


def access_key() -> Key:
    """The key in the file that HARMNET_ACCESS_KEY names, else in ~/.harmnet/access.key, which is made when missing.

    Raises HarmnetError when a file that was named is missing, or when it holds no key.
    """
    named = os.environ.get(VARIABLE)
    file = Path(named) if named else Path.home() / ".harmnet" / "access.key"
    if not named:
        _make(file)
    try:
        secret = bytes.fromhex(file.read_text(encoding="ascii").strip())
    except OSError as error:
        raise HarmnetError(
            f"{file}: cannot be read ({error.strerror}): {VARIABLE} names the key of access_log"
        ) from None
    except ValueError:
        secret = b""
    if len(secret) < _BYTES:
        raise HarmnetError(
            f"{file}: holds no key: {2 * _BYTES} hexadecimal digits are needed; {VARIABLE} names the file"
        )
    return Key(secret, hashlib.sha256(secret).hexdigest()[:8])


def _make(file: Path) -> None:
    """A new key that its owner alone can read, unless there is one."""
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle = os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    except FileExistsError:
        return
    except OSError as error:
        raise HarmnetError(f"{file}: cannot be made ({error.strerror}): name a file in {VARIABLE}") from None
    with os.fdopen(handle, "w", encoding="ascii") as written:
        written.write(secrets.token_hex(_BYTES) + "\n")
