"""A headset's player: follows the addresses of a catalogue."""

from __future__ import annotations

import asyncio
import json
from typing import Any
from urllib.parse import urlsplit

from tests.helpers.servers import Answer, LocalServer

FORM = {"Content-Type": "application/x-www-form-urlencoded"}


class Player:
    """A headset's player: requests the addresses in catalogues, follows no redirect."""

    def __init__(self, server: LocalServer) -> None:
        self.server = server
        self.host = f"127.0.0.1:{server.port}"

    async def ask(self, address: str, body: object = None, **headers: str) -> Any:
        """A JSON answer; a body makes it a POST, of whatever type HereSphere likes."""
        answer = await self.answer(address, body, **headers)
        assert answer.status == 200, (address, answer.status, answer.text)
        assert answer.headers["content-type"] == "application/json"
        return json.loads(answer.body)

    async def answer(self, address: str, body: object = None, **headers: str) -> Answer:
        parts = urlsplit(address)
        assert parts.netloc in ("", self.host), "an address of another host"
        path = parts.path + (f"?{parts.query}" if parts.query else "")
        text = body if isinstance(body, str) or body is None else json.dumps(body)
        return await self.server.get(
            path, method="GET" if body is None else "POST", headers=headers, body=text
        )

    async def abandon(self, address: str, start: int) -> bytes:
        """An open-ended range, left after its first bytes as a seek does; returns its head."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.server.port)
        path = urlsplit(address).path
        writer.write(
            f"GET {path} HTTP/1.1\r\nHost: {self.host}\r\nRange: bytes={start}-\r\n\r\n".encode()
        )
        head = await reader.readuntil(b"\r\n\r\n")
        assert await reader.read(4096)
        writer.transport.abort()
        return head
