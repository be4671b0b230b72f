"""Hypercorn around the app: the socket, the signals, the addresses to open."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import logging
import os
import signal
import socket
import ssl
import sys
import threading
from collections.abc import Callable, Coroutine
from typing import Any

from hypercorn.asyncio import serve as hypercorn_serve
from hypercorn.config import Config as HypercornConfig

from lvs.config import ServerConfig
from lvs.errors import StartError
from lvs.logs import configure_logging
from lvs.network.addresses import Ports, lan_addresses
from lvs.network.certificates import Certificates
from lvs.server import hypercorn_fixes
from lvs.server.application import create_app
from lvs.server.connections import (
    Connections,
    bound_handshakes,
    connection_limit,
    raise_descriptor_limit,
)
from lvs.server.lifecycle import open_services
from lvs.services import Services

if sys.platform == "win32":
    _new_loop = None
else:
    from uvloop import new_event_loop as _new_loop

log = logging.getLogger(__name__)

OnStart = Callable[[Services, list[str]], Coroutine[Any, Any, None]]
GRACE_S = 1.5  # for responses in progress; endless ones are ended first
STOP_WITHIN_S = 8.0  # after that, for background tasks
THREADS_END_WITHIN_S = 1.0


def run(config: ServerConfig, on_start: OnStart) -> None:
    """Serve until SIGINT or SIGTERM; `on_start` runs beside the server, with its addresses.

    Raises StartError with what to do when the server cannot start.
    """
    configure_logging(config)
    raise_descriptor_limit()
    _collect_seldom()
    deadline = Deadline()
    with asyncio.Runner(loop_factory=_new_loop) as runner:
        try:
            runner.run(_serve(config, on_start, deadline))
        finally:
            deadline.within(THREADS_END_WITHIN_S, "a thread waits, perhaps for a disk")
    for thread in threading.enumerate():
        if thread is not threading.current_thread() and not thread.daemon:
            thread.join()
    deadline.cancel()


class Deadline:
    """Ends the process if it has not ended by then: a thread that waits for a disk holds it up,
    and cannot be stopped. What was acknowledged is in the store."""

    def __init__(self) -> None:
        self._timer: threading.Timer | None = None

    def within(self, seconds: float, otherwise: str) -> None:
        """Replace the deadline; `otherwise` is the reason to log."""
        self.cancel()
        self._timer = threading.Timer(seconds, self._end, (otherwise,))
        self._timer.daemon = True
        self._timer.start()

    def cancel(self) -> None:
        if self._timer is not None:
            self._timer.cancel()

    def _end(self, otherwise: str) -> None:
        log.warning("The server exits now: %s", otherwise)
        logging.shutdown()
        os._exit(0)


def _collect_seldom() -> None:
    """Let the collector of cycles leave alone what lives as long as the server, and run less often.

    A full collection stops all requests: with 200 clients at once the slowest hundredth waited
    147 ms for an empty answer, and 80 so.
    """
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


async def _serve(config: ServerConfig, on_start: OnStart, deadline: Deadline) -> None:
    stop = asyncio.Event()
    for name in ("SIGINT", "SIGTERM"):
        asyncio.get_running_loop().add_signal_handler(getattr(signal, name), stop.set)
    with contextlib.ExitStack() as sockets:
        listener = sockets.enter_context(listen(config.host, config.port))
        secure = _listen_securely(config)
        if secure is not None:
            sockets.enter_context(secure)
        async with open_services(config) as services:
            services.network.ports.http = listener.getsockname()[1]
            services.network.ports.https = secure.getsockname()[1] if secure is not None else 0
            settings = hypercorn_settings(config, listener.detach())
            if secure is not None:
                secure_by(settings, services, secure.detach())
            addresses = urls(config.host, services.network.ports)
            beside = asyncio.create_task(on_start(services, addresses), name="on start")
            serving = asyncio.create_task(
                hypercorn_serve(
                    create_app(services=services), settings, shutdown_trigger=stop.wait
                ),
                name="hypercorn",
            )
            try:
                await _until_stopped(serving, stop, services)
            finally:
                deadline.within(STOP_WITHIN_S, "a part of it did not stop")
                beside.cancel()


async def _until_stopped(
    serving: asyncio.Task[None], stop: asyncio.Event, services: Services
) -> None:
    """Wait for the end of the server, which a client that reads nothing must not hold up.

    Hypercorn waits for such a connection to drain, beyond its own grace; when that is over it is
    left to the end of the loop, which cuts what is still open.
    """
    stopping = asyncio.create_task(stop.wait(), name="stop signal")
    await asyncio.wait([serving, stopping], return_when=asyncio.FIRST_COMPLETED)
    stopping.cancel()
    services.close_streams()
    done, _ = await asyncio.wait([serving], timeout=GRACE_S + 0.5)
    if done:
        serving.result()
        return
    # Hypercorn's tasks do not expect to be cut and would each log a traceback.
    asyncio.get_running_loop().set_exception_handler(lambda _loop, _context: None)
    serving.cancel()
    await asyncio.wait([serving], timeout=0.5)


class Settings(HypercornConfig):
    """Hypercorn's, with certificates that are renewed while it runs, and the open connections."""

    certificates: Certificates | None = None
    connections: Connections | None = None

    def create_ssl_context(self) -> ssl.SSLContext | None:
        context = super().create_ssl_context()
        if context is not None and self.certificates is not None:
            self.certificates.serve_by(context)
        if context is not None and self.connections is not None:
            bound_handshakes(context, self.connections.limit)
        return context


def secure_by(settings: Settings, services: Services, listener: int) -> None:
    """Serve over HTTPS, too, on a listening descriptor. Raises StartError."""
    config, certificates = services.config, services.network.certificates
    if certificates is not None:
        certificates.ensure()
        settings.certfile = settings.keyfile = str(certificates.server_path)
        settings.certificates = certificates
    else:
        settings.certfile, settings.keyfile = str(config.https_certificate), str(config.https_key)
    settings.insecure_bind, settings.bind = settings.bind, [f"fd://{listener}"]
    try:
        settings.create_ssl_context()
    except (OSError, ssl.SSLError) as error:
        raise StartError(
            f"The certificate {settings.certfile} with the key {settings.keyfile} cannot be used "
            f"({error.strerror or error}). Set LVS_HTTPS_CERTIFICATE and LVS_HTTPS_KEY to a pair "
            "in PEM, or neither."
        ) from error


def hypercorn_settings(config: ServerConfig, listener: int) -> Settings:
    """Hypercorn over a listening descriptor, which it closes in the end."""
    hypercorn_fixes.install()
    settings = Settings()
    settings.connections = Connections(connection_limit(raise_descriptor_limit()))
    settings.bind = [f"fd://{listener}"]
    settings.graceful_timeout = GRACE_S
    settings.keep_alive_timeout = 75.0
    settings.ssl_handshake_timeout = hypercorn_fixes.FIRST_REQUEST_WITHIN_S
    settings.include_server_header = False
    settings.accesslog = "-" if config.access_log else None
    settings.errorlog = None
    return settings


def listen(host: str, port: int, setting: str = "LVS_PORT") -> socket.socket:
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
            f"set {setting} to another."
        ) from error
    listener.setblocking(False)
    return listener


def _listen_securely(config: ServerConfig) -> socket.socket | None:
    """The socket for HTTPS; None where it is off, or its port is another's: HTTP is enough for
    most, and no reason to stop."""
    if not config.https:
        return None
    try:
        return listen(config.host, config.https_port, "LVS_HTTPS_PORT")
    except StartError as error:
        log.warning("HTTPS is off: %s", error.detail)
        return None


def urls(host: str, ports: Ports) -> list[str]:
    """The addresses to open: this machine's, and each in the local network."""
    names = [f"[{host}]" if ":" in host else host]
    if host in ("0.0.0.0", "::"):
        names = ["localhost", *map(str, lan_addresses(host))]
    found = [f"http://{name}:{ports.http}/" for name in names]
    if ports.https:
        found += [f"https://{name}:{ports.https}/" for name in names]
    return found
