"""Hypercorn around the app: the socket, the signals, the addresses to open."""

from __future__ import annotations

import asyncio
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
GRACE_S = 3.0


def run(config: ServerConfig, on_start: OnStart) -> None:
    """Serve until SIGINT or SIGTERM; `on_start` runs beside the server, with its addresses.

    Raises StartError with what to do when the server cannot start.
    """
    configure_logging(config)
    with asyncio.Runner(loop_factory=_new_loop) as runner:
        runner.run(_serve(config, on_start))


async def _serve(config: ServerConfig, on_start: OnStart) -> None:
    stop = asyncio.Event()
    for name in ("SIGINT", "SIGTERM"):
        asyncio.get_running_loop().add_signal_handler(getattr(signal, name), stop.set)
    with listen(config.host, config.port) as listener:
        async with open_house(config) as house:
            addresses = urls(config.host, listener.getsockname()[1])
            beside = asyncio.create_task(on_start(house, addresses), name="on start")

            async def stopped() -> None:
                await stop.wait()
                house.hub.close()  # streams end first: the server waits for open connections

            try:
                settings = hypercorn_settings(config, listener.detach())
                await hypercorn_serve(create_app(house=house), settings, shutdown_trigger=stopped)
            finally:
                beside.cancel()


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
