"""Bytes: one stream against nginx, and a hundred at a video's pace."""

from __future__ import annotations

import asyncio
import shutil
import socket
import statistics
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import uvloop

from bench.harness import Library, Line, elsewhere, resident_mb, times, wait_until_quiet

FILE_BYTES = 1_500_000_000
ROUNDS = 5
STREAMS = 100
PACE_BYTES_S = 25_000_000 // 8
PACED_S = 20.0


def run(home: Path) -> list[Line]:
    place = Library(home / "videos", home / "data")
    place.videos.mkdir()
    block = bytes(range(256)) * 4096
    with (place.videos / "large.mp4").open("wb") as handle:
        for _ in range(FILE_BYTES // len(block)):
            handle.write(block)
    lines = []
    with place.server() as server:
        server.wait_for(server.cards, "the video", 60)
        wait_until_quiet(server)
        lines += _single(server.port, home, place.videos)
        before_mb = resident_mb(server)
        late, peak_mb = elsewhere(paced, server.port, server.process.pid)
        lines.append(
            Line(
                f"{STREAMS} streams at 25 Mbit/s for {PACED_S:g} s: longest delay of one",
                f"{late:.2f} s, {peak_mb:.0f} MB peak",
                f"{before_mb:.0f} MB before",
                times(peak_mb, before_mb),
                "no stall (1 s), flat memory",
                late < 1.0 and peak_mb < before_mb + 150,
            )
        )
    return lines


def _single(port: int, home: Path, videos: Path) -> list[Line]:
    with _nginx(home, videos) as nginx_port:
        rates: dict[int, list[float]] = {port: [], nginx_port: []}
        for _ in range(ROUNDS):
            rates[port].append(elsewhere(download, port, "/video/large.mp4"))
            if nginx_port:
                rates[nginx_port].append(elsewhere(download, nginx_port, "/large.mp4"))
    ours = statistics.median(rates[port])
    if not nginx_port:
        return [Line("one stream", f"{ours:,.0f} MB/s", "no nginx here", "-", "1 or more", None)]
    theirs = statistics.median(rates[nginx_port])
    return [
        Line(
            "one stream of 1.5 GB",
            f"{ours:,.0f} MB/s",
            f"{theirs:,.0f} MB/s, nginx with sendfile",
            times(ours, theirs),
            "1 or more",
            ours >= theirs,
        )
    ]


def download(port: int, path: str) -> float:
    """MB/s of one plain download."""
    buffer = memoryview(bytearray(1 << 20))
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.sendall(f"GET {path} HTTP/1.0\r\nHost: localhost\r\n\r\n".encode())
        began = time.perf_counter()
        total = 0
        while count := connection.recv_into(buffer):
            total += count
    assert total > FILE_BYTES * 0.99, total
    return total / (time.perf_counter() - began) / 1e6


def paced(port: int, pid: int) -> tuple[float, float]:
    """(seconds that the slowest stream fell behind, peak resident MB of the server)."""
    return uvloop.run(_paced(port, pid))


async def _paced(port: int, pid: int) -> tuple[float, float]:
    import psutil  # noqa: PLC0415

    process = psutil.Process(pid)
    peak = 0.0
    running = asyncio.gather(*(_player(port, number) for number in range(STREAMS)))
    while not running.done():
        peak = max(peak, process.memory_info().rss / 1e6)
        await asyncio.sleep(0.25)
    return max(await running), peak


async def _player(port: int, number: int) -> float:
    """Reads at a video's pace; returns how far behind it fell, in seconds."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1 << 18)
    start = number * 10_000_000
    headers = f"Host: localhost\r\nRange: bytes={start}-"
    writer.write(f"GET /video/large.mp4 HTTP/1.1\r\n{headers}\r\n\r\n".encode())
    await reader.readuntil(b"\r\n\r\n")
    began = time.perf_counter()
    total, worst = 0, 0.0
    while (now := time.perf_counter() - began) < PACED_S:
        due = int(now * PACE_BYTES_S)
        if total < due:
            data = await reader.read(1 << 18)
            total += len(data)
            worst = max(worst, time.perf_counter() - began - total / PACE_BYTES_S)
        else:
            await asyncio.sleep(0.05)
    writer.close()
    return worst


@contextmanager
def _nginx(home: Path, videos: Path) -> Iterator[int]:
    """An nginx of our own on a free port; 0 where there is none."""
    program = shutil.which("nginx")
    if program is None:
        yield 0
        return
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    config = home / "nginx.conf"
    config.write_text(
        f"daemon off; worker_processes 1; pid {home}/nginx.pid; error_log {home}/nginx.log;\n"
        "events {}\n"
        f"http {{ access_log off; sendfile on; sendfile_max_chunk 2m; server {{\n"
        f"listen 127.0.0.1:{port}; root {videos}; }} }}\n"
    )
    home.chmod(0o755)
    process = subprocess.Popen([program, "-c", str(config), "-p", str(home)], stderr=-3)
    try:
        for _ in range(100):
            with socket.socket() as attempt:
                if attempt.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.05)
        yield port
    finally:
        process.terminate()
        process.wait(10)
