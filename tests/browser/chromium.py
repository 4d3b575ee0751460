"""Driving a headless Chromium over its debugging protocol, with the standard library alone."""

from __future__ import annotations

import base64
import contextlib
import json
import os
import pathlib
import re
import secrets
import shutil
import socket
import struct
import subprocess
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from typing import Any

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")


def executable() -> str | None:
    """The path of a Chromium, or ``None``."""
    return next((path for path in map(shutil.which, NAMES) if path), None)


class _WebSocket:
    """A client of the few frames that the debugging protocol uses."""

    def __init__(self, url: str) -> None:
        host, port, path = re.match(r"ws://([^:/]+):(\d+)(/.*)", url).groups()  # type: ignore[union-attr]
        self._socket = socket.create_connection((host, int(port)), timeout=120)
        key = base64.b64encode(secrets.token_bytes(16)).decode()
        self._socket.sendall(
            f"GET {path} HTTP/1.1\r\nHost: {host}:{port}\r\nUpgrade: websocket\r\n"
            f"Connection: Upgrade\r\nSec-WebSocket-Key: {key}\r\n"
            "Sec-WebSocket-Version: 13\r\n\r\n".encode()
        )
        self._file = self._socket.makefile("rb")
        status = self._file.readline()
        if b" 101 " not in status:
            raise ConnectionError(status.decode())
        while self._file.readline().strip():
            pass

    def send(self, text: str) -> None:
        data = text.encode()
        head = b"\x81"
        if len(data) < 126:
            head += bytes([0x80 | len(data)])
        elif len(data) < 1 << 16:
            head += bytes([0x80 | 126]) + struct.pack(">H", len(data))
        else:
            head += bytes([0x80 | 127]) + struct.pack(">Q", len(data))
        # The mask may be anything, zero included.
        self._socket.sendall(head + b"\0\0\0\0" + data)

    def receive(self) -> str:
        message = b""
        while True:
            first, second = self._file.read(2)
            size = second & 0x7F
            if size == 126:
                (size,) = struct.unpack(">H", self._file.read(2))
            elif size == 127:
                (size,) = struct.unpack(">Q", self._file.read(8))
            data = self._file.read(size)
            kind = first & 0x0F
            if kind == 8:
                raise ConnectionError("the browser closed the connection")
            if kind == 9:
                continue
            message += data
            if first & 0x80:
                return message.decode()

    def close(self) -> None:
        self._socket.close()


class Page:
    """One page of the browser."""

    def __init__(self, url: str) -> None:
        self._connection = _WebSocket(url)
        self._number = 0
        self.call("Page.enable")
        self.call("Runtime.enable")

    def call(self, method: str, **parameters: Any) -> Any:
        """Calls a method of the debugging protocol."""
        self._number += 1
        request = {"id": self._number, "method": method, "params": parameters}
        self._connection.send(json.dumps(request))
        while True:
            answer = json.loads(self._connection.receive())
            if answer.get("id") == self._number:
                if "error" in answer:
                    raise RuntimeError(answer["error"]["message"])
                return answer["result"]

    def open(self, url: str) -> None:
        """Goes to an address."""
        self.call("Page.navigate", url="about:blank")
        self.call("Page.navigate", url=url)

    def evaluate(self, expression: str) -> Any:
        """The value of a JavaScript expression."""
        answer = self.call("Runtime.evaluate", expression=expression, returnByValue=True,
                           awaitPromise=True)  # fmt: skip
        if "exceptionDetails" in answer:
            raise RuntimeError(str(answer["exceptionDetails"]))
        return answer["result"].get("value")

    def wait_for(self, expression: str, seconds: float = 60) -> Any:
        """Waits until an expression is true; returns its value.

        Raises:
            TimeoutError: when it doesn't become true.
        """
        deadline = time.time() + seconds
        while True:
            with contextlib.suppress(RuntimeError):
                value = self.evaluate(expression)
                if value:
                    return value
            if time.time() > deadline:
                raise TimeoutError(f"not true after {seconds} s: {expression}")
            time.sleep(0.25)

    def elements(self, selector: str) -> int:
        """How many elements match a selector, those in shadow trees included."""
        return self.evaluate(f"{_EVERYWHERE}; everywhere({json.dumps(selector)}).length")

    def wait_for_elements(self, selector: str, count: int = 1, seconds: float = 60) -> int:
        """Waits until so many elements match a selector."""
        return self.wait_for(
            f"{_EVERYWHERE}; (n => n >= {count} ? n : 0)"
            f"(everywhere({json.dumps(selector)}).length)",
            seconds,
        )

    def click(self, selector: str, index: int = 0) -> None:
        """Clicks an element."""
        self.evaluate(f"{_EVERYWHERE}; everywhere({json.dumps(selector)})[{index}].click()")

    def text(self) -> str:
        """All text of the page, that in shadow trees included."""
        return self.evaluate(
            f"{_EVERYWHERE}; everywhere('*').flatMap(e => [...e.childNodes])"
            ".filter(n => n.nodeType == 3).map(n => n.textContent.trim()).join('\\n')"
        )

    def screenshot(self, path: pathlib.Path) -> None:
        """Saves a picture of the page."""
        answer = self.call("Page.captureScreenshot", format="png")
        path.write_bytes(base64.b64decode(answer["data"]))

    def close(self) -> None:
        """Lets go of the page."""
        self._connection.close()


# `a >>> b` is what matches `b` somewhere below `a`, shadow trees crossed.
_EVERYWHERE = """
var everywhere = (selector, start = [document]) => {
  const [first, ...rest] = selector.split('>>>');
  const found = [];
  const walk = root => {
    found.push(...root.querySelectorAll(first));
    if (root.shadowRoot) walk(root.shadowRoot);
    for (const e of root.querySelectorAll('*')) if (e.shadowRoot) walk(e.shadowRoot);
  };
  start.forEach(walk);
  return rest.length ? everywhere(rest.join('>>>'), found) : found;
}
"""


@contextlib.contextmanager
def browser(width: int = 1280, height: int = 800) -> Iterator[Page]:
    """A page of a new headless Chromium, which is stopped afterwards."""
    profile = tempfile.mkdtemp(prefix="penstock-browser-")
    command = [
        executable() or "chromium", "--headless=new", "--no-sandbox", "--disable-gpu",
        "--disable-dev-shm-usage", "--hide-scrollbars", "--no-first-run",
        "--remote-debugging-port=0", f"--user-data-dir={profile}",
        f"--window-size={width},{height}", "about:blank",
    ]  # fmt: skip
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        port = _port(os.path.join(profile, "DevToolsActivePort"), process)
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/json", timeout=60) as answer:
            pages = [t for t in json.load(answer) if t["type"] == "page"]
        page = Page(pages[0]["webSocketDebuggerUrl"])
        page.call("Emulation.setDeviceMetricsOverride", width=width, height=height,
                  deviceScaleFactor=1, mobile=False)  # fmt: skip
        yield page
        page.close()
    finally:
        process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(20)
        shutil.rmtree(profile, ignore_errors=True)


def _port(file: str, process: subprocess.Popen) -> int:
    deadline = time.time() + 90
    while time.time() < deadline and process.poll() is None:
        with contextlib.suppress(OSError, ValueError, IndexError):
            return int(pathlib.Path(file).read_text().splitlines()[0])
        time.sleep(0.1)
    raise RuntimeError("Chromium did not start")
