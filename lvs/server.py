"""Hypercorn around the app: the socket, the signals, the addresses to open."""

from __future__ import annotations

import asyncio
import gc
import signal
import socket
import sys
from collections.abc import Callable, Coroutine
from typing import Any

import psutil
from hypercorn.asyncio import serve as hypercorn_serve
from hypercorn.config import Config as HypercornConfig

from lvs.application import create_app
from lvs.config import ServerConfig
from lvs.errors import StartError
from lvs.lifecycle import open_house
from lvs.logs import configure_logging
from lvs.services import Services

if sys.platform == "win32":
    _new_loop = None
else:
    from uvloop import new_event_loop as _new_loop

OnStart = Callable[[Services, list[str]], Coroutine[Any, Any, None]]
GRACE_S = 1.5  # for answers on their way; endless ones are ended first


def run(config: ServerConfig, on_start: OnStart) -> None:
    """Serve until SIGINT or SIGTERM; `on_start` runs beside the server, with its addresses.

    Raises StartError with what to do when the server cannot start.
    """
    configure_logging(config)
    _collect_seldom()
    with asyncio.Runner(loop_factory=_new_loop) as runner:
        runner.run(_serve(config, on_start))


def _collect_seldom() -> None:
    """Let the collector of cycles leave alone what lives as long as the server, and run less often.

    A full collection stops all requests: with 200 clients at once the slowest hundredth waited
    147 ms for an empty answer, and 80 so.
    """
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


async def _serve(config: ServerConfig, on_start: OnStart) -> None:
    stop = asyncio.Event()
    for name in ("SIGINT", "SIGTERM"):
        asyncio.get_running_loop().add_signal_handler(getattr(signal, name), stop.set)
    with listen(config.host, config.port) as listener:
        async with open_house(config) as house:
            addresses = urls(config.host, listener.getsockname()[1])
            beside = asyncio.create_task(on_start(house, addresses), name="on start")

            settings = hypercorn_settings(config, listener.detach())
            serving = asyncio.create_task(
                hypercorn_serve(create_app(house=house), settings, shutdown_trigger=stop.wait),
                name="hypercorn",
            )
            try:
                await _until_stopped(serving, stop, house)
            finally:
                beside.cancel()


async def _until_stopped(serving: asyncio.Task[None], stop: asyncio.Event, house: Services) -> None:
    """Wait for the end of the server, which a client that reads nothing must not hold up.

    Hypercorn waits for such a connection to drain, beyond its own grace; when that is over it is
    left to the end of the loop, which cuts what is still open.
    """
    stopping = asyncio.create_task(stop.wait(), name="stop signal")
    await asyncio.wait([serving, stopping], return_when=asyncio.FIRST_COMPLETED)
    stopping.cancel()
    house.close_streams()
    done, _ = await asyncio.wait([serving], timeout=GRACE_S + 0.5)
    if done:
        serving.result()
        return
    # Hypercorn's tasks do not expect to be cut and would each log a traceback.
    asyncio.get_running_loop().set_exception_handler(lambda _loop, _context: None)
    serving.cancel()
    await asyncio.wait([serving], timeout=0.5)


def hypercorn_settings(config: ServerConfig, listener: int) -> HypercornConfig:
    """Hypercorn over a listening descriptor, which it closes in the end."""
    settings = HypercornConfig()
    settings.bind = [f"fd://{listener}"]
    settings.graceful_timeout = GRACE_S
    settings.keep_alive_timeout = 75.0
    settings.include_server_header = False
    settings.accesslog = "-" if config.access_log else None
    settings.errorlog = None
    return settings


def listen(host: str, port: int) -> socket.socket:
    """A listening socket, made before anything else is opened.

    Raises StartError when the port is in use or not ours to take.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen(1024)
    except OSError as error:
        listener.close()
        raise StartError(
            f"Port {port} on {host} cannot be used ({error.strerror}). Stop what is using it, or "
            "set LVS_PORT to another."
        ) from error
    listener.setblocking(False)
    return listener


def urls(host: str, port: int) -> list[str]:
    """The addresses to open: this machine's, and each in the local network."""
    if host not in ("0.0.0.0", "::"):
        return [f"http://{f'[{host}]' if ':' in host else host}:{port}/"]
    found = [f"http://localhost:{port}/"]
    for addresses in psutil.net_if_addrs().values():
        found += [
            f"http://{address.address}:{port}/"
            for address in addresses
            if address.family == socket.AF_INET and not address.address.startswith("127.")
        ]
    return found
