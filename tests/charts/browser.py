"""A headless Chromium spoken to over a pipe (DevTools protocol): opens a file, runs scripts in it, notes what it did.

No port is opened. Names resolve to nothing: a request that a page did make would fail, and is noted all the same.
"""

from __future__ import annotations

import base64
import json
import os
import select
import shutil
import subprocess
import time
from pathlib import Path
from types import TracebackType
from typing import Any

import pytest

NAMES = ("chromium", "chromium-browser", "google-chrome")
WITHIN = 120.0


def chromium() -> str:
    """The browser on the path; skips the test without one, or fails it when HARMNET_REQUIRE_BROWSER=1."""
    found = next((path for path in map(shutil.which, NAMES) if path), None)
    if found is None:
        reason = f"no browser on the path ({', '.join(NAMES)}): apt install chromium"
        if os.environ.get("HARMNET_REQUIRE_BROWSER") == "1":
            pytest.fail(reason)
        pytest.skip(reason)
    return found


class Browser:
    """One tab of a fresh browser. `requests`: every URL asked for; `complaints`: what the console and the log said."""

    def __init__(self, profile: Path, *, width: int = 1600, height: int = 1000) -> None:
        self.requests: list[str] = []
        self.complaints: list[str] = []
        self._next, self._seen = 0, b""
        theirs_in, self._out = os.pipe()
        self._in, theirs_out = os.pipe()
        self._running = subprocess.Popen(
            [
                "bash",
                "-c",
                # The browser reads commands from descriptor 3 and answers on 4.
                f'exec 3<&{theirs_in} 4>&{theirs_out}; exec "$0" "$@"',
                chromium(),
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--no-first-run",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
                "--disable-dev-shm-usage",
                "--host-resolver-rules=MAP * ~NOTFOUND",
                f"--user-data-dir={profile}",
                f"--window-size={width},{height}",
                "--remote-debugging-pipe",
                "about:blank",
            ],
            pass_fds=(theirs_in, theirs_out),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(theirs_in)
        os.close(theirs_out)
        self._session: str | None = None
        tab = next(each for each in self._ask("Target.getTargets")["targetInfos"] if each["type"] == "page")
        self._session = self._ask("Target.attachToTarget", targetId=tab["targetId"], flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self._ask(f"{domain}.enable")

    def __enter__(self) -> Browser:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._running.terminate()
        self._running.wait(timeout=30)
        os.close(self._in)
        os.close(self._out)

    def open(self, file: Path, *, ready: str) -> None:
        """Open a file and wait until the script `ready` is true in it."""
        self._ask("Page.navigate", url=file.resolve().as_uri())
        until = time.monotonic() + WITHIN
        while not self.run(f"document.readyState === 'complete' && Boolean({ready})"):
            assert time.monotonic() < until, f"{ready} never came true; the page said {self.complaints}"
            time.sleep(0.1)

    def run(self, script: str) -> Any:
        """The value of a script in the page. An error in it fails the test."""
        found = self._ask("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in found, found["exceptionDetails"]
        return found["result"].get("value")

    def click(self, x: float, y: float) -> None:
        """Move the mouse to a place in the window and click there."""
        for kind, pressed in (("mouseMoved", 0), ("mousePressed", 1), ("mouseReleased", 1)):
            button = "left" if pressed else "none"
            self._ask("Input.dispatchMouseEvent", type=kind, x=x, y=y, button=button, clickCount=pressed)

    def press(self, key: str) -> None:
        """Press and release a key, such as Escape."""
        for kind in ("keyDown", "keyUp"):
            self._ask("Input.dispatchKeyEvent", type=kind, key=key, text="\r" if key == "Enter" else "")

    def screenshot(self) -> bytes:
        """The window as PNG."""
        return base64.b64decode(self._ask("Page.captureScreenshot", format="png")["data"])

    def _ask(self, method: str, **given: Any) -> dict[str, Any]:
        self._next += 1
        message = {"id": self._next, "method": method, "params": given}
        if self._session:
            message["sessionId"] = self._session
        os.write(self._out, json.dumps(message).encode() + b"\0")
        while True:
            answer = self._read()
            if answer.get("id") == self._next:
                assert "error" not in answer, (method, answer["error"])
                return answer["result"]
            self._note(answer.get("method", ""), answer.get("params", {}))

    def _read(self) -> dict[str, Any]:
        until = time.monotonic() + WITHIN
        while b"\0" not in self._seen:
            assert time.monotonic() < until, "the browser does not answer"
            if select.select([self._in], [], [], 1.0)[0]:
                part = os.read(self._in, 1 << 20)
                assert part, "the browser ended"
                self._seen += part
        message, _, self._seen = self._seen.partition(b"\0")
        return json.loads(message)

    def _note(self, event: str, given: dict[str, Any]) -> None:
        if event == "Network.requestWillBeSent":
            self.requests.append(given["request"]["url"])
        elif event == "Log.entryAdded":
            self.complaints.append(given["entry"]["text"])
        elif event == "Runtime.exceptionThrown":
            self.complaints.append(json.dumps(given["exceptionDetails"]))
        elif event == "Runtime.consoleAPICalled" and given["type"] in ("error", "warning", "assert"):
            self.complaints.append(json.dumps(given["args"]))
