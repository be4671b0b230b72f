"""Connections: bounded, and closed as soon as their client is."""

from __future__ import annotations

import asyncio
import gc
import resource
import socket
import ssl
import struct
from pathlib import Path

import h2.events
import psutil
import pytest
from hypercorn.protocol.h2 import BUFFER_HIGH_WATER, StreamBuffer

from lvs.network.addresses import Names
from lvs.network.certificates import Certificates
from lvs.server.connections import (
    Connections,
    bound_handshakes,
    connection_limit,
    raise_descriptor_limit,
)
from lvs.services import Services
from lvs.streaming.files import LARGEST_PIECE_BYTES
from tests.helpers.http2 import http2
from tests.helpers.libraries import library
from tests.helpers.servers import LocalServer, eventually, serving

ASK = b"GET /ping HTTP/1.1\r\nHost: localhost\r\n\r\n"


async def knock(server: LocalServer, request: bytes = ASK) -> socket.socket:
    """A client that has sent something."""
    client = socket.create_connection(("127.0.0.1", server.port))
    client.setblocking(False)
    await asyncio.get_running_loop().sock_sendall(client, request)
    return client


async def answered(client: socket.socket) -> bytes:
    return await asyncio.wait_for(asyncio.get_running_loop().sock_recv(client, 65_536), 5)


async def ask_again(client: socket.socket) -> None:
    await asyncio.get_running_loop().sock_sendall(client, ASK)
    assert (await answered(client)).startswith(b"HTTP/1.1 200")


async def closed(client: socket.socket) -> bool:
    try:
        return await answered(client) == b""
    except ConnectionError:
        return True


def reset(client: socket.socket) -> None:
    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    client.close()


@pytest.mark.parametrize("request_", [b"", b"GET /pi", ASK, ASK * 3], ids=len)
async def test_clients_that_leave_keep_no_connection(server: LocalServer, request_: bytes) -> None:
    descriptors = psutil.Process().num_fds()
    clients = [await knock(server, request_) for _ in range(50)]
    await eventually(lambda: len(server.connections) == 50)
    for client in clients:
        client.close()
    await eventually(lambda: len(server.connections) == 0, 3)
    await eventually(lambda: psutil.Process().num_fds() <= descriptors + 2)


async def test_the_longest_idle_connection_makes_room(services: Services) -> None:
    async with serving(services, Connections(2)) as server:
        first, second = await knock(server), await knock(server)
        await answered(first)
        await answered(second)
        await ask_again(first)
        third = await knock(server)
        assert (await answered(third)).startswith(b"HTTP/1.1 200")
        assert await closed(second)
        await ask_again(first)
        for client in (first, second, third):
            client.close()


async def test_when_all_are_busy_a_new_one_is_refused(services: Services) -> None:
    async with serving(services, Connections(2)) as server:
        busy = [await server.stream("/events") for _ in range(2)]
        late = await knock(server)
        assert await closed(late)
        busy[0].close()
        await eventually(lambda: len(server.connections) == 1)
        assert (await server.get("/ping")).status == 200
        busy[1].close()
        late.close()


def test_connections_leave_descriptors_for_files() -> None:
    assert connection_limit(1_024) == 256
    assert connection_limit(65_536) == 4_096
    assert connection_limit(256) == 16


async def test_tls_handshakes_under_way_are_bounded(tmp_path: Path) -> None:
    certificates = Certificates(tmp_path, lambda: Names(("localhost",), ()))
    certificates.ensure()
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificates.server_path)
    bound_handshakes(context, 2)

    async def answer(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"!")
        await writer.drain()

    async with await asyncio.start_server(answer, "127.0.0.1", 0, ssl=context) as server:
        port = server.sockets[0].getsockname()[1]
        trust = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        trust.load_verify_locations(cadata=certificates.authority_der())

        async def greets() -> bool:
            try:
                reader, writer = await asyncio.open_connection(
                    "127.0.0.1", port, ssl=trust, server_hostname="localhost"
                )
                found = await reader.read(1)
                writer.transport.abort()
                return found == b"!"
            except OSError:
                return False

        assert all([await greets() for _ in range(5)])
        silent = [await asyncio.open_connection("127.0.0.1", port) for _ in range(2)]
        assert not await greets()
        for _, writer in silent:
            writer.transport.abort()
        await eventually(greets)


def test_the_soft_limit_of_descriptors_is_raised(tmp_path: Path) -> None:
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (256, before[1]))
        assert raise_descriptor_limit() == min(before[1], 65_536)
        assert resource.getrlimit(resource.RLIMIT_NOFILE)[0] == min(before[1], 65_536)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)


@pytest.fixture
async def large(services: Services, videos: Path) -> str:
    """The path of a video of 200 MB."""
    with (videos / "large.mp4").open("wb") as handle:
        handle.truncate(200_000_000)
    await library(services)
    return "/video/large.mp4"


async def test_an_http_2_response_that_is_not_read_stays_on_disk(
    server: LocalServer, large: str
) -> None:
    async with http2(server.port) as client:
        client.request(large)
        await client.until(h2.events.DataReceived)
        await eventually(buffered)
        for _ in range(200):
            await asyncio.sleep(0)
        assert max(buffered()) <= LARGEST_PIECE_BYTES + BUFFER_HIGH_WATER
        assert server.services.reader.sent_bytes <= 2 * LARGEST_PIECE_BYTES


def buffered() -> list[int]:
    return [len(it.buffer) for it in gc.get_objects() if isinstance(it, StreamBuffer)]


async def test_an_unread_response_holds_no_other_on_its_connection(
    server: LocalServer, large: str
) -> None:
    async with http2(server.port) as client:
        client.connection.increment_flow_control_window(10_000_000)
        client.request(large)
        await client.until(h2.events.DataReceived)
        assert (await client.answer(client.request("/ping")))[0] == 200


async def test_requests_that_are_cut_leave_no_file_open(server: LocalServer, large: str) -> None:
    request = f"GET {large} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode()

    def held() -> int:
        return sum(file.path.endswith("large.mp4") for file in psutil.Process().open_files())

    for turns in range(120):
        client = await knock(server, request)
        for _ in range(turns % 12):
            await asyncio.sleep(0)
        reset(client)
    await eventually(lambda: len(server.connections) == 0)
    await eventually(lambda: held() == 0)


async def test_an_early_answer_costs_no_other_stream(server: LocalServer) -> None:
    """An upload that is refused by its size, while the page's own streams continue."""
    async with http2(server.port) as client:
        events = client.request("/events")
        await client.until(h2.events.ResponseReceived)
        upload = client.request(
            "/api/favorites", "POST", end=False, content_type="application/json",
            content_length="5000000",
        )  # fmt: skip
        for _ in range(4):
            client.connection.send_data(upload, bytes(16_384))
        client.flush()
        assert (await client.answer(upload))[0] == 413
        client.connection.send_data(upload, bytes(16_384))
        client.flush()
        assert (await client.answer(client.request("/ping")))[0] == 200
        assert not [it for it in client.events if isinstance(it, h2.events.StreamReset)]
        assert events not in {
            it.stream_id for it in client.events if isinstance(it, h2.events.StreamEnded)
        }


@pytest.mark.parametrize("path", ["/", "/events", "/api/videos", "/nothing"])
async def test_there_is_no_websocket(
    server: LocalServer, path: str, caplog: pytest.LogCaptureFixture
) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    writer.write(
        f"GET {path} HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n".encode()
    )
    assert (await asyncio.wait_for(reader.read(), 5)).startswith(b"HTTP/1.1 403")
    writer.close()
    assert not [record for record in caplog.records if record.exc_info]
    await eventually(lambda: len(server.connections) == 0)


@pytest.mark.parametrize("target", ["?", "?q=1", "x", "*"])
async def test_a_target_that_is_no_path_is_refused(server: LocalServer, target: str) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    writer.write(f"GET {target} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
    assert (await asyncio.wait_for(reader.read(), 5)).startswith(b"HTTP/1.1 400")
    writer.close()


@pytest.mark.parametrize("path", ["?", "x", "/\xff", "*"])
async def test_so_it_is_over_http_2_at_no_cost_to_others(server: LocalServer, path: str) -> None:
    async with http2(server.port) as client:
        assert (await client.answer(client.request(path)))[0] == 400
        assert (await client.answer(client.request("/ping")))[0] == 200
