"""`python -m lvs load-test`: many requests to a running server, with a live table and a report."""

from __future__ import annotations

import asyncio
import http.client
import ipaddress
import json
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.live import Live
from rich.table import Table

from lvs.errors import InvalidInputError, UnavailableError
from lvs.metrics import latency_of
from lvs.network.addresses import split_url

PATHS = ("/", "/?sort=title", "/tags", "/api/videos?limit=20", "/ping")


@dataclass
class Result:
    """What one path was answered: seconds of each answer, and how many were errors (5xx)."""

    seconds: list[float] = field(default_factory=list)
    errors: int = 0


@dataclass(frozen=True, slots=True)
class LoadProfile:
    """The server's address, the number of clients, and the duration."""

    host: str
    port: int
    clients: int
    seconds: float
    paths: tuple[str, ...] = PATHS


def profile_of(url: str, clients: int, seconds: float, *, allow_remote: bool) -> LoadProfile:
    """Raises InvalidInputError for an address that is not this machine's, unless `allow_remote`."""
    parts = split_url(url)
    if parts.scheme != "http" or not parts.hostname:
        raise InvalidInputError(f"{url!r} is not a URL like http://127.0.0.1:8080.")
    if not allow_remote and not _is_loopback(parts.hostname):
        raise InvalidInputError(f"{parts.hostname} is another machine; --allow-remote allows it.")
    return LoadProfile(parts.hostname, parts.port or 80, clients, seconds)


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


async def load_test(profile: LoadProfile, console: Console) -> dict[str, Any]:
    """Send requests until the time is over. Returns the report.

    Raises UnavailableError without a server."""
    results = {path: Result() for path in profile.paths}
    began = time.monotonic()
    until = began + profile.seconds
    try:
        with Live(_table(results, 1.0), console=console, refresh_per_second=4) as live:
            asking = [
                asyncio.to_thread(_ask, profile, results, until, start)
                for start in range(profile.clients)
            ]
            showing = asyncio.create_task(_show(live, results, began), name="load table")
            try:
                await asyncio.gather(*asking)
            finally:
                showing.cancel()
            live.update(_table(results, time.monotonic() - began))
    except OSError as error:
        raise UnavailableError(
            f"No server answers at {profile.host}:{profile.port} ({error}). "
            "Start it with `make run`."
        ) from error
    return _report(profile, results, time.monotonic() - began)


async def _show(live: Live, results: dict[str, Result], began: float) -> None:
    while True:
        await asyncio.sleep(0.25)
        live.update(_table(results, time.monotonic() - began))


def _ask(profile: LoadProfile, results: dict[str, Result], until: float, start: int) -> None:
    """One client: it sends one request after the other on its connection."""
    connection = http.client.HTTPConnection(profile.host, profile.port, timeout=30)
    turn = start
    try:
        while time.monotonic() < until:
            path = profile.paths[turn % len(profile.paths)]
            turn += 1
            began = time.perf_counter()
            try:
                connection.request("GET", path)
                response = connection.getresponse()
                response.read()
            except http.client.HTTPException:  # the server closes connections from time to time
                connection.close()
                continue
            results[path].seconds.append(time.perf_counter() - began)
            results[path].errors += response.status >= 500
    finally:
        connection.close()


def _table(results: dict[str, Result], passed_s: float) -> Table:
    table = Table("Path", "Requests", "Per s", "p50 ms", "p95 ms", "p99 ms", "Errors", box=None)
    for path, result in results.items():
        seconds = list(result.seconds)
        latency = latency_of(seconds)
        table.add_row(
            path,
            str(len(seconds)),
            f"{len(seconds) / max(passed_s, 1e-3):.0f}",
            *(f"{ms:.1f}" for ms in (latency.p50_ms, latency.p95_ms, latency.p99_ms)),
            str(result.errors),
        )
    return table


def _report(profile: LoadProfile, results: dict[str, Result], passed_s: float) -> dict[str, Any]:
    return {
        "made_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "server": f"http://{profile.host}:{profile.port}",
        "clients": profile.clients,
        "seconds": round(passed_s, 3),
        "requests": sum(len(result.seconds) for result in results.values()),
        "errors": sum(result.errors for result in results.values()),
        "paths": {path: _figures(result.seconds, passed_s) for path, result in results.items()},
    }


def _figures(seconds: Sequence[float], passed_s: float) -> dict[str, float]:
    latency = latency_of(seconds)
    return {
        "requests": len(seconds),
        "per_second": round(len(seconds) / max(passed_s, 1e-3), 1),
        "p50_ms": latency.p50_ms,
        "p95_ms": latency.p95_ms,
        "p99_ms": latency.p99_ms,
    }


def save(report: dict[str, Any], path: Path) -> None:
    path.write_text(json.dumps(report, indent=1) + "\n", "utf-8")
