"""Each fault of Hypercorn is fixed here, and Hypercorn itself still has it."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import logging
import socket
import struct
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import h2.events
import hypercorn.asyncio
import hypercorn.asyncio.tcp_server
import hypercorn.protocol.h2
import pytest
from hypercorn.asyncio.worker_context import EventWrapper
from hypercorn.config import Config

from lvs.server import hypercorn_fixes
from tests.helpers.http2 import http2

Fault = Callable[[pytest.MonkeyPatch, pytest.LogCaptureFixture], Awaitable[bool]]
SOON_S = 0.3


async def answer(scope: Any, receive: Any, send: Any, body: bytes = b"", status: int = 200) -> None:
    """An app that answers without reading the body of the request."""
    if scope["type"] == "lifespan":
        await receive()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await send({"type": "lifespan.shutdown.complete"})
        return
    headers = [(b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


@contextlib.asynccontextmanager
async def served(app: Any = answer, **settings: Any) -> AsyncIterator[int]:
    """The port of a bare Hypercorn, whose sockets hold little."""
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        port: int = listener.getsockname()[1]
        config = Config()
        config.bind, config.errorlog, config.graceful_timeout = (
            [f"fd://{listener.detach()}"],
            None,
            0.1,
        )
    for name, value in settings.items():
        setattr(config, name, value)
    stop = asyncio.Event()
    running = asyncio.create_task(hypercorn.asyncio.serve(app, config, shutdown_trigger=stop.wait))
    try:
        yield port
    finally:
        for task in connections():
            task.cancel()
        stop.set()
        await asyncio.wait((running,))


def connections() -> list[asyncio.Task[Any]]:
    """The tasks that serve a connection."""
    tasks = asyncio.all_tasks()
    return [task for task in tasks if "_server_callback" in str(task.get_coro())]


async def within(check: Callable[[], bool], limit_s: float = SOON_S) -> bool:
    """Whether it becomes true soon."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(limit_s):
            while not check():
                await asyncio.sleep(0.005)
            return True
    return False


async def open_raw(
    port: int, request: bytes = b""
) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(request)
    return reader, writer


def reset(writer: asyncio.StreamWriter) -> None:
    """Leave as a device does that is switched off: with RST instead of FIN."""
    linger = struct.pack("ii", 1, 0)
    writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
    writer.transport.abort()


async def an_unread_response_is_read_into_memory(*_: Any) -> bool:
    buffer = hypercorn.protocol.h2.StreamBuffer(EventWrapper)
    writing = asyncio.create_task(buffer.push(bytes(200_000)))
    await asyncio.sleep(0)
    await buffer.pop(0)
    ended = await within(writing.done, 0.02)
    writing.cancel()
    return ended


async def uploads_have_a_small_window(*_: Any) -> bool:
    async with served() as port, http2(port) as client:
        await client.until(h2.events.RemoteSettingsChanged)
        client.request("/", "POST", end=False)
        await client.until(h2.events.ResponseReceived)
        return client.connection.local_flow_control_window(1) <= 65_535


async def an_early_answer_ends_the_connection(*_: Any) -> bool:
    async with served() as port, http2(port) as client:
        first = client.request("/", "POST", end=False)
        await client.answer(first)
        client.connection.send_data(first, b"more")
        try:
            return (await client.answer(client.request("/")))[0] != 200
        except EOFError:
            return True


async def a_client_that_has_left_is_kept(*_: Any) -> bool:
    async with served(keep_alive_timeout=60) as port:
        reader, writer = await open_raw(port, b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
        await reader.readuntil(b"\r\n\r\n")
        writer.close()
        return not await within(lambda: not connections())


async def silence_is_endured_as_long_as_a_pause(patch: pytest.MonkeyPatch, _: Any) -> bool:
    patch.setattr(hypercorn_fixes, "FIRST_REQUEST_WITHIN_S", 0.02)
    async with served(keep_alive_timeout=60) as port:
        reader, writer = await open_raw(port, b"GET / HT")
        ended = await within(reader.at_eof)
        writer.close()
        return not ended


async def a_close_waits_for_who_reads_no_more(patch: pytest.MonkeyPatch, _: Any) -> bool:
    patch.setattr(hypercorn_fixes, "FLUSH_WITHIN_S", 0.02)

    async def much(scope: Any, receive: Any, send: Any) -> None:
        await answer(scope, receive, send, bytes(60_000))

    async with served(much) as port:
        with socket.socket() as client:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            client.connect(("127.0.0.1", port))
            client.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
            await within(lambda: bool(connections()))
            return not await within(lambda: not connections())


async def a_refused_body_blocks_its_connection(*_: Any) -> bool:
    head = b"POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"
    async with served(keep_alive_timeout=0.02) as port:
        reader, writer = await open_raw(port, head + b"1\r\nx\r\n" * 500)
        await reader.readuntil(b"\r\n\r\n")
        ended = await within(lambda: not connections())
        writer.close()
        return not ended


async def a_request_that_waits_outlives_its_client(patch: pytest.MonkeyPatch, _: Any) -> bool:
    """The second of two on one connection waits for the first, which the client has left."""
    patch.setattr(hypercorn_fixes, "NOTICE_WITHIN_S", 0.02)

    async def endless(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            await answer(scope, receive, send)
        else:
            await send({"type": "http.response.start", "status": 200, "headers": []})
            await send({"type": "http.response.body", "body": b"x", "more_body": True})
            while (await receive())["type"] != "http.disconnect":
                pass

    async with served(endless, keep_alive_timeout=0.02) as port:
        reader, writer = await open_raw(port, b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n" * 2)
        await reader.readuntil(b"\r\n\r\n")
        reset(writer)
        return not await within(lambda: not connections())


async def a_closed_connection_is_a_cycle(*_: Any) -> bool:
    gc.collect()
    gc.disable()
    try:
        async with served(keep_alive_timeout=0.02) as port:
            reader, writer = await open_raw(port, b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
            await reader.readuntil(b"\r\n\r\n")
            writer.transport.abort()
            await within(lambda: not connections())
            kind = hypercorn.asyncio.tcp_server.TCPServer
            return not await within(
                lambda: not any(isinstance(it, kind) for it in gc.get_objects())
            )
    finally:
        gc.enable()


async def an_odd_frame_fills_the_log(_: Any, caplog: pytest.LogCaptureFixture) -> bool:
    """CONNECT has no path (RFC 9113, section 8.5)."""
    async with served() as port, http2(port) as client:
        headers = [(":method", "CONNECT"), (":authority", "localhost")]
        client.connection.send_headers(1, headers)
        client.flush()
        with contextlib.suppress(EOFError):
            await client.until(h2.events.StreamEnded)
    return any(record.exc_info for record in caplog.records if record.levelno >= logging.INFO)


async def a_target_that_is_no_path_reaches_the_app(*_: Any) -> bool:
    return await _reaches_the_app(b"GET ? HTTP/1.1\r\nHost: localhost\r\n\r\n")


async def two_lengths_reach_the_app(*_: Any) -> bool:
    return await _reaches_the_app(
        b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\n"
        b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
    )


async def _reaches_the_app(request: bytes) -> bool:
    """If not, it is refused, and nothing else is read from its connection."""
    async with served() as port:
        reader, writer = await open_raw(port, request)
        found = await reader.readuntil(b"\r\n\r\n")
        if not found.startswith(b"HTTP/1.1 200"):
            assert found.startswith(b"HTTP/1.1 400")
            assert await asyncio.wait_for(reader.read(), 5) == b""
            writer.close()
            assert await within(lambda: not connections())
            return False
        writer.close()
        return True


FAULTS: tuple[Fault, ...] = (
    an_unread_response_is_read_into_memory,
    uploads_have_a_small_window,
    an_early_answer_ends_the_connection,
    a_client_that_has_left_is_kept,
    silence_is_endured_as_long_as_a_pause,
    a_close_waits_for_who_reads_no_more,
    a_refused_body_blocks_its_connection,
    a_request_that_waits_outlives_its_client,
    a_closed_connection_is_a_cycle,
    an_odd_frame_fills_the_log,
    a_target_that_is_no_path_reaches_the_app,
    two_lengths_reach_the_app,
)


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch) -> None:
    for module, fixed in hypercorn_fixes.fixes():
        monkeypatch.setattr(module, fixed.__name__, fixed)


@pytest.fixture
def as_published(monkeypatch: pytest.MonkeyPatch) -> None:
    for module, fixed in hypercorn_fixes.fixes():
        monkeypatch.setattr(module, fixed.__name__, fixed.__base__)


@pytest.mark.usefixtures("installed")
@pytest.mark.parametrize("fault", FAULTS, ids=lambda it: it.__name__)
async def test_fixed(
    fault: Fault, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    assert not await fault(monkeypatch, caplog)


@pytest.mark.usefixtures("as_published")
@pytest.mark.parametrize("fault", FAULTS, ids=lambda it: it.__name__)
async def test_hypercorn_still_has_it(
    fault: Fault, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    assert await fault(monkeypatch, caplog), "hypercorn has mended this: remove the fix"
