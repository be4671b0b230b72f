"""Servers for tests: one inside the test's loop, and one as its own process."""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import http.client
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
from hypercorn.asyncio import serve

from lvs.server.application import create_app
from lvs.server.connections import Connections
from lvs.server.hypercorn import hypercorn_settings, listen
from lvs.services import Services
from tests.helpers.html import card_ids

StartServices = Callable[..., Any]

HOME = Path(__file__).parent.parent.parent


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()


def ask(
    port: int,
    path: str,
    method: str = "GET",
    headers: dict[str, str] | None = None,
    body: str | None = None,
) -> Answer:
    """One request, its path sent exactly as given."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    try:
        # A server that refuses a huge body answers before it is sent whole, and stops listening.
        with contextlib.suppress(BrokenPipeError):
            connection.request(method, path, body=body, headers=headers or {})
        response = connection.getresponse()
        found = {name.lower(): value for name, value in response.getheaders()}
        return Answer(response.status, found, response.read())
    finally:
        connection.close()


@dataclass
class Message:
    id: int | None = None
    event: str | None = None
    data: str = ""


class Stream:
    """A client of `/events` on a raw connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self._writer = writer
        self.messages: list[Message] = []

    async def next(self, timeout: float = 10) -> Message | None:
        """The next message, or None at the end of the stream."""
        async with asyncio.timeout(timeout):
            return await self._next()

    async def _next(self) -> Message | None:
        message = Message()
        data: list[str] = []
        while line := await self.reader.readline():
            text = line.decode().rstrip("\r\n")
            if re.fullmatch(r"[0-9a-f]+", text) and not data and message.id is None:
                continue  # the size of a chunk
            name, _, value = text.partition(": ")
            if name == "id":
                message.id = int(value)
            elif name == "event":
                message.event = value
            elif name == "data" or text.startswith("data:"):
                data.append(value)
            elif not text and (data or message.event):
                message.data = "\n".join(data)
                self.messages.append(message)
                return message
        return None

    async def until(self, wanted: Callable[[Message], bool], timeout: float = 15) -> Message:
        async with asyncio.timeout(timeout):
            while (message := await self._next()) is not None:
                if wanted(message):
                    return message
        raise AssertionError(f"the stream ended; it had {self.messages}")

    def close(self) -> None:
        self._writer.close()


async def open_stream(port: int, path: str, last_event_id: int | None = None) -> Stream:
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1 << 24)
    header = f"Last-Event-ID: {last_event_id}\r\n" if last_event_id is not None else ""
    writer.write(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n{header}\r\n".encode())
    status = await reader.readline()
    assert b" 200 " in status, status
    while (await reader.readline()).strip():
        pass
    return Stream(reader, writer)


@dataclass
class LocalServer:
    """A real server on a real port, in the loop of the test."""

    port: int
    services: Services
    connections: Connections

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def get(self, path: str, **more: object) -> Answer:
        return await asyncio.to_thread(ask, self.port, path, **more)  # type: ignore[arg-type]

    async def stream(self, path: str, last_event_id: int | None = None) -> Stream:
        return await open_stream(self.port, path, last_event_id)


@contextlib.asynccontextmanager
async def serving(
    services: Services, connections: Connections | None = None
) -> AsyncIterator[LocalServer]:
    listener = listen("127.0.0.1", 0)
    port = listener.getsockname()[1]
    settings = hypercorn_settings(services.config, listener.detach())
    settings.graceful_timeout = 1
    settings.connections = Connections() if connections is None else connections
    stop = asyncio.Event()

    async def stopped() -> None:
        await stop.wait()
        services.close_streams()

    running = asyncio.create_task(
        serve(create_app(services=services), settings, shutdown_trigger=stopped)
    )
    try:
        yield LocalServer(port, services, settings.connections)
    finally:
        stop.set()
        await running


@contextlib.asynccontextmanager
async def serving_live(services: Services) -> AsyncIterator[LocalServer]:
    """A server whose hub follows changes, and nothing else runs: tests scan when they want to."""
    async with asyncio.TaskGroup() as following:
        tasks = [
            following.create_task(services.hub.follow_events()),
            following.create_task(services.hub.follow_status()),
        ]
        async with serving(services) as running:
            yield running
        for task in tasks:
            task.cancel()


async def eventually(check: Callable[[], object], timeout: float = 15) -> Any:
    """Ask until the answer is true; returns it. Waiting for a condition, not for a time."""
    deadline = time.monotonic() + timeout
    while True:
        found = check()
        if isinstance(found, Awaitable):
            async with asyncio.timeout(timeout):  # a page that went may never answer
                found = await found
        if found:
            return found
        if time.monotonic() > deadline:
            raise AssertionError(f"never became true within {timeout} s; last: {found!r}")
        await asyncio.sleep(0.02)


def drop_root_powers() -> None:
    """In a child process: root may no longer read what its permissions forbid (capabilities(7))."""
    if os.geteuid() == 0:
        libc = ctypes.CDLL(None)
        for capability in (1, 2):  # CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH
            libc.prctl(24, capability, 0, 0, 0)  # PR_CAPBSET_DROP


@dataclass
class Process:
    """`python -m lvs serve` as users run it. Use as a context manager."""

    videos: Path
    data: Path
    settings: dict[str, str] = field(default_factory=dict)
    command: tuple[str, ...] = ("-m", "lvs", "serve")
    as_user: bool = False
    port: int = 0
    output: list[str] = field(default_factory=list)

    def start(self, wait: bool = True) -> Process:
        environment = {
            **{key: value for key, value in os.environ.items() if not key.startswith("LVS_")},
            "LVS_VIDEO_DIRECTORY": str(self.videos),
            "LVS_DATA_DIRECTORY": str(self.data),
            "LVS_HOST": "127.0.0.1",
            "LVS_PORT": "0",
            "LVS_HTTPS_PORT": "0",
            "LVS_WORKERS": "1",
            "PYTHONPATH": str(HOME),
            "PYTHONUNBUFFERED": "1",
            "COLUMNS": "200",
            **self.settings,
        }
        self.process = subprocess.Popen(
            [sys.executable, *self.command],
            cwd=self.data.parent,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            preexec_fn=drop_root_powers if self.as_user else None,
        )
        self._reading = threading.Thread(target=self._read, daemon=True)
        self._reading.start()
        if wait:
            self.wait_for(lambda: self.port > 0, "the banner")
        return self

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.output.append(line.rstrip())
            if found := re.search(r"open +http://(?:127\.0\.0\.1|localhost):(\d+)/", line):
                self.port = int(found.group(1))

    def wait_for(self, check: Callable[[], object], what: str, timeout: float = 30) -> None:
        deadline = time.monotonic() + timeout
        while not check():
            assert time.monotonic() < deadline, f"no {what} within {timeout} s: {self.output}"
            assert self.process.poll() is None, f"ended: {self.output}"
            time.sleep(0.02)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def get(self, path: str, **more: object) -> Answer:
        return ask(self.port, path, **more)  # type: ignore[arg-type]

    def cards(self, path: str = "/all") -> int:
        return len(card_ids(self.get(path).text))

    def family(self) -> list[psutil.Process]:
        return psutil.Process(self.process.pid).children(recursive=True)

    def wait(self, timeout: float = 20) -> int:
        """The exit code, once the process has ended and all it printed is in `output`."""
        code = self.process.wait(timeout)
        self._reading.join(5)
        return code

    def stop(self, how: signal.Signals = signal.SIGTERM) -> int:
        if self.process.poll() is None:
            self.process.send_signal(how)
        return self.wait()

    def __enter__(self) -> Process:
        return self.start()

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.wait()
