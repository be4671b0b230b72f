"""What Hypercorn 0.18 lacks for a server that hostile or careless clients must not harm.

Each class is Hypercorn's own with one fault mended, and `install` puts them all in place. For each
fault a test in `tests/test_hypercorn_fixes.py` fails as soon as Hypercorn has mended it.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable
from types import ModuleType
from typing import Any

import hypercorn.asyncio.run
import hypercorn.asyncio.tcp_server
import hypercorn.protocol
import hypercorn.protocol.h2
import hypercorn.protocol.h11
from h2.settings import SettingCodes, Settings
from hypercorn.asyncio.task_group import TaskGroup as _TaskGroup
from hypercorn.asyncio.tcp_server import TCPServer as _TCPServer
from hypercorn.config import Config
from hypercorn.events import Closed, Event, RawData, Updated
from hypercorn.protocol.events import EndBody, Request, Response, StreamClosed
from hypercorn.protocol.events import Event as StreamEvent
from hypercorn.protocol.h2 import BUFFER_LOW_WATER
from hypercorn.protocol.h2 import H2Protocol as _H2Protocol
from hypercorn.protocol.h2 import StreamBuffer as _StreamBuffer
from hypercorn.protocol.http_stream import HTTPStream as _HTTPStream
from hypercorn.typing import AppWrapper, ASGIReceiveEvent, ASGISendEvent, Scope

from lvs.server.connections import Connections

log = logging.getLogger(__name__)

STREAM_WINDOW_BYTES = 1 << 20
CONNECTION_WINDOW_BYTES = 16 << 20
DEFAULT_WINDOW_BYTES = 65_535  # RFC 9113, section 6.9.2
TLS_PIECE_BYTES = 256 << 10
FIRST_REQUEST_WITHIN_S = 10.0
FLUSH_WITHIN_S = 10.0
NOTICE_WITHIN_S = 1.0


def install() -> None:
    """Make every server in this process use the classes of this module."""
    for module, fixed in fixes():
        setattr(module, fixed.__name__, fixed)


def fixes() -> tuple[tuple[ModuleType, type], ...]:
    """Each class of this module, and the module of Hypercorn that looks it up by its name."""
    return (
        (hypercorn.asyncio.run, TCPServer),
        (hypercorn.asyncio.tcp_server, TaskGroup),
        (hypercorn.protocol, H2Protocol),
        (hypercorn.protocol.h2, StreamBuffer),
        (hypercorn.protocol.h2, HTTPStream),
        (hypercorn.protocol.h11, HTTPStream),
    )


class StreamBuffer(_StreamBuffer):
    """What an HTTP/2 response has written and its client has not taken yet: one piece.

    Hypercorn wakes the writer whenever `pop` takes little, so also when the client's window is
    closed and it takes nothing: one unread response then reads its whole file into memory.
    """

    async def pop(self, max_length: int) -> bytes:
        data = bytes(self.buffer[:max_length])
        del self.buffer[:max_length]
        if len(self.buffer) < BUFFER_LOW_WATER:
            await self._paused.set()
        if not self.buffer:
            await self._is_empty.set()
        return data


class H2Protocol(_H2Protocol):
    """HTTP/2 with flow control for uploads, where an early answer costs no other stream.

    Hypercorn leaves the windows for request bodies at 64 KiB, which is 2.7 MB/s at a round trip
    of 10 ms. A body that continues after its answer ends the connection with a KeyError
    (https://github.com/pgjones/hypercorn/issues/329, pull requests 312 and 334).
    """

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.connection.local_settings = Settings(
            client=False,
            initial_values={
                **{SettingCodes(code): n for code, n in self.connection.local_settings.items()},
                SettingCodes.INITIAL_WINDOW_SIZE: STREAM_WINDOW_BYTES,
            },
        )
        self.streams = _Streams()

    async def initiate(
        self, headers: list[tuple[bytes, bytes]] | None = None, settings: bytes | None = None
    ) -> None:
        await super().initiate(headers, settings)
        self.connection.increment_flow_control_window(
            CONNECTION_WINDOW_BYTES - DEFAULT_WINDOW_BYTES
        )
        await self._flush()


class _Streams(dict[int, Any]):
    """The open streams by number; one that has been answered takes the rest of its body in vain."""

    def __missing__(self, _: int) -> _Answered:
        return _Answered()


class _Answered:
    async def handle(self, event: StreamEvent) -> None:
        """Drop what still comes."""


class HTTPStream(_HTTPStream):
    """Refuses requests that Hypercorn hands to the app, which cannot answer them.

    A target that is no path (RFC 9112, section 3.2), and a length beside a transfer coding, which
    may be an attempt to smuggle a second request past a proxy (section 6.1).
    """

    async def handle(self, event: StreamEvent) -> None:
        if isinstance(event, Request) and not self.closed and _is_malformed(event):
            self.closed = True
            headers = [(b"content-length", b"0"), (b"connection", b"close")]
            await self.send(Response(self.stream_id, headers, 400))
            await self.send(EndBody(self.stream_id))
            await self.send(StreamClosed(self.stream_id))
        else:
            await super().handle(event)


def _is_malformed(request: Request) -> bool:
    if not request.raw_path.isascii():
        return True
    if not request.raw_path.startswith((b"/", b"http://", b"https://")):
        return request.method != "OPTIONS" or request.raw_path != b"*"
    names = {name.lower() for name, _ in request.headers}
    return {b"content-length", b"transfer-encoding"} <= names


class TaskGroup(_TaskGroup):
    """The tasks of a connection, none of which waits for an app that takes no more events.

    Hypercorn's reader waits for space in the queue of the app, also when the app has answered: a
    body of many small pieces, refused before its end, then holds the connection for ever.
    """

    async def spawn_app(
        self,
        app: AppWrapper,
        config: Config,
        scope: Scope,
        send: Callable[[ASGISendEvent | None], Awaitable[None]],
    ) -> Callable[[ASGIReceiveEvent], Awaitable[None]]:
        ended = False

        async def send_until_ended(message: ASGISendEvent | None) -> None:
            nonlocal ended
            if message is None:
                ended = True
                _clear(events)
            await send(message)

        async def put_until_ended(event: ASGIReceiveEvent) -> None:
            if event["type"] == "http.disconnect" and events.full():
                _clear(events)  # data of a body whose request has ended
            if not ended:
                await put(event)

        put = await super().spawn_app(app, config, scope, send_until_ended)
        events: asyncio.Queue[ASGIReceiveEvent] = put.__self__  # type: ignore[attr-defined]
        return put_until_ended


def _clear(events: asyncio.Queue[ASGIReceiveEvent]) -> None:
    while not events.empty():
        events.get_nowait()


class TCPServer(_TCPServer):
    """A connection that is over when its client has left, and leaves nothing behind.

    Hypercorn's
    - waits for the idle timeout after the client has left, and keeps the descriptor until then;
    - lets the client take as long for its first request as between two;
    - waits for ever for a client that reads no more, when it closes
      (https://github.com/pgjones/hypercorn/issues/170);
    - is a cycle of references with its protocol, so that buffers of TLS stay until a collection;
    - encrypts a whole piece before any of it is sent, and keeps that much memory;
    - logs a traceback of forty lines for a frame that it does not expect
      (https://github.com/pgjones/hypercorn/issues/161).
    """

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self._connections = connections_of(self.config)
        self._has_asked = self._has_left = False

    async def run(self) -> None:
        if not self._connections.enter(self):
            self.abort()
            return
        try:
            await super().run()
        except Exception as error:
            log.info("A connection was closed: %s", _in_a_line(error))
        finally:
            self._connections.leave(self)
            self._clear()

    def abort(self) -> None:
        """End the connection at once, whatever its client has not read."""
        self.writer.transport.abort()

    def _clear(self) -> None:
        """Drop what would keep this connection in memory until the next collection."""
        error = self.reader.exception()
        if error is not None:
            error.with_traceback(None)
        self.__dict__.pop("protocol", None)
        self.__dict__.pop("_task_group", None)

    async def protocol_send(self, event: Event) -> None:
        if isinstance(event, Updated):
            if self._has_left:
                return
            self._has_asked = True
            self._connections.mark(self, idle=event.idle)
        if isinstance(event, RawData) and len(event.data) > TLS_PIECE_BYTES and self.protocol.ssl:
            await self._send_in_pieces(event.data)
        else:
            await super().protocol_send(event)

    async def _send_in_pieces(self, data: bytes) -> None:
        async with self.send_lock:
            try:
                for start in range(0, len(data), TLS_PIECE_BYTES):
                    self.writer.write(data[start : start + TLS_PIECE_BYTES])
                    await self.writer.drain()
            except (ConnectionError, RuntimeError):
                await self.protocol.handle(Closed())

    async def _read_data(self) -> None:
        """Read until the client has left, even where the reader waits for an answer to end."""
        reading = asyncio.create_task(super()._read_data(), name="reading")
        left = asyncio.create_task(self._until_left(), name="until left")  # ends by itself
        try:
            await asyncio.wait((reading, left), return_when=asyncio.FIRST_COMPLETED)
            done, _ = await asyncio.wait((reading,), timeout=NOTICE_WITHIN_S)
            if done:
                reading.result()
            else:
                await self.protocol.handle(Closed())
        finally:
            reading.cancel()
            self._has_left = True
            await self.idle_task.stop()

    async def _until_left(self) -> None:
        with contextlib.suppress(OSError):
            await self.writer.wait_closed()

    async def _close(self) -> None:
        abort = self.loop.call_later(FLUSH_WITHIN_S, self.abort)
        try:
            await super()._close()
        finally:
            abort.cancel()

    async def _idle_timeout(self) -> None:
        limit_s = self.config.keep_alive_timeout
        if not self._has_asked:
            limit_s = min(limit_s, FIRST_REQUEST_WITHIN_S)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self.context.terminated.wait(), limit_s)
        await asyncio.shield(self._initiate_server_close())


def connections_of(config: Config) -> Connections:
    """Those of a server; of one that counts none (`hypercorn app:app`) a bound without effect."""
    found = getattr(config, "connections", None)
    return found if isinstance(found, Connections) else Connections()


def _in_a_line(error: BaseException) -> str:
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return f"{type(error).__name__}: {error}".partition("\n")[0]
