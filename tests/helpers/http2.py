"""A client of HTTP/2 that can be as rude as a test needs: it reads only on demand."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator, Callable
from typing import TypeVar

import h2.connection
import h2.events

E = TypeVar("E", bound=h2.events.Event)


class Http2Client:
    """One connection; `events` are all that came so far.

    A polite one reopens the window for what it has read (RFC 9113, section 5.2).
    """

    def __init__(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, polite: bool
    ) -> None:
        self.reader, self.writer, self._polite = reader, writer, polite
        self.connection = h2.connection.H2Connection()
        self.events: list[h2.events.Event] = []
        self._next = 1

    def request(self, path: str, method: str = "GET", *, end: bool = True, **more: str) -> int:
        """Send a request and return its stream's number."""
        stream, self._next = self._next, self._next + 2
        names = {":method": method, ":scheme": "http", ":authority": "localhost", ":path": path}
        headers = [*names.items(), *((name.replace("_", "-"), it) for name, it in more.items())]
        self.connection.send_headers(stream, headers, end_stream=end)
        self.flush()
        return stream

    def flush(self) -> None:
        self.writer.write(self.connection.data_to_send())

    async def read(self) -> None:
        """Take in what the server has sent. Raises EOFError when it has closed the connection."""
        data = await self.reader.read(65_536)
        if not data:
            raise EOFError("the server has closed the connection")
        came = self.connection.receive_data(data)
        self.events += came
        for event in came if self._polite else ():
            if isinstance(event, h2.events.DataReceived):
                length = event.flow_controlled_length
                self.connection.acknowledge_received_data(length, event.stream_id)
        self.flush()

    async def until(
        self, kind: type[E], wanted: Callable[[E], bool] = lambda _: True, timeout: float = 10
    ) -> E:
        """The first event of a kind, waiting for it if need be."""
        async with asyncio.timeout(timeout):
            while True:
                for event in self.events:
                    if isinstance(event, kind) and wanted(event):
                        return event
                await self.read()

    async def answer(self, stream: int) -> tuple[int, bytes]:
        """The status and the body of a response, once it is complete."""
        await self.until(h2.events.StreamEnded, lambda it: it.stream_id == stream)
        body = b"".join(
            event.data
            for event in self.events
            if isinstance(event, h2.events.DataReceived) and event.stream_id == stream
        )
        found = await self.until(h2.events.ResponseReceived, lambda it: it.stream_id == stream)
        return int(dict(found.headers)[b":status"]), body


@contextlib.asynccontextmanager
async def http2(
    port: int, trust: ssl.SSLContext | None = None, *, polite: bool = False
) -> AsyncIterator[Http2Client]:
    """A connection by prior knowledge, or over TLS."""
    name = "localhost" if trust else None
    reader, writer = await asyncio.open_connection(
        "127.0.0.1", port, ssl=trust, server_hostname=name
    )
    client = Http2Client(reader, writer, polite)
    client.connection.initiate_connection()
    client.flush()
    try:
        yield client
    finally:
        writer.transport.abort()
