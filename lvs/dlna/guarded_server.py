"""The HTTP side of the media server: access, subscribers and limits.

async-upnp-client serves the protocol. What it leaves open is closed here: any host name, any
callback address (CVE-2020-12695), redirects, and subscribers, connections and times without bound.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import re
from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import datetime
from functools import partial
from typing import Any, cast

from aiohttp import ClientError, ClientSession, ClientTimeout, web
from async_upnp_client.client import UpnpRequester
from async_upnp_client.const import HttpRequest, HttpResponse
from async_upnp_client.exceptions import UpnpActionError, UpnpConnectionError, UpnpError
from async_upnp_client.server import (
    EventSubscriber,
    UpnpServer,
    UpnpServerDevice,
    UpnpServerService,
    action_handler,
    to_xml,
    unsubscribe_handler,
)

from lvs.errors import LvsError
from lvs.network.addresses import OwnHosts, address_of, is_local, split_url
from lvs.store import DatabaseError

log = logging.getLogger(__name__)

MAX_SUBSCRIBERS = 32  # subscribers per service
MAX_SUBSCRIBERS_EACH = 4  # subscribers per address; a new one replaces the oldest
MAX_SUBSCRIPTION_S = 1800
MAX_FAILURES = 3  # failures in a row, after which a subscriber is removed
NOTIFY_TIMEOUT_S = 5.0
MAX_CONNECTIONS = 64
CONNECTION_S = 60.0  # seconds per connection; players open another
REQUEST_TIMEOUT_S = 20.0
STOP_WITHIN_S = 1.0
MAX_BODY = 1 << 16
INVALID_ARGS, ACTION_FAILED = 402, 501  # UPnP Device Architecture 1.1, 3.2.2

_Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Notifier(UpnpRequester):
    """Sends events. Where a subscriber redirects to is an address that nobody has checked."""

    async def async_http_request(self, http_request: HttpRequest) -> HttpResponse:
        """Raises UpnpConnectionError for whatever is no success. The body is not read."""
        try:
            async with (
                ClientSession(timeout=ClientTimeout(total=NOTIFY_TIMEOUT_S)) as session,
                session.request(
                    http_request.method,
                    http_request.url,
                    headers=http_request.headers,
                    data=http_request.body,
                    allow_redirects=False,
                ) as response,
            ):
                response.raise_for_status()
                if response.status >= 300:
                    raise UpnpConnectionError(f"{http_request.url} redirects")
                return HttpResponse(response.status, {}, None)
        except (ClientError, OSError, ValueError) as error:
            raise UpnpConnectionError(repr(error)) from error


class GuardedService(UpnpServerService):
    """A service with few subscribers and with UPnP errors. Each is notified separately."""

    def __init__(self, requester: UpnpRequester) -> None:
        super().__init__(requester)
        self._failures: Counter[str] = Counter()

    async def async_handle_action(self, action_name: str, **kwargs: Any) -> Any:
        """Raises UpnpActionError for all that can be wrong with an action or its library."""
        try:
            return await super().async_handle_action(action_name, **kwargs)
        except UpnpActionError:
            raise
        except (LvsError, DatabaseError) as error:
            log.warning("%s failed: %s", action_name, error)
            raise UpnpActionError(error_code=ACTION_FAILED) from error
        except (UpnpError, ValueError, OverflowError) as error:
            raise UpnpActionError(error_code=INVALID_ARGS, error_desc=str(error)) from error

    def add_subscriber(self, subscriber: EventSubscriber) -> None:
        """In place of the oldest of its address. Raises UpnpError when there are too many."""
        self._remove_expired()
        host = split_url(subscriber.url).hostname
        own = [one for one in self._subscribers if split_url(one.url).hostname == host]
        for oldest in own[: max(len(own) + 1 - MAX_SUBSCRIBERS_EACH, 0)]:
            self._subscribers.remove(oldest)
        if len(self._subscribers) >= MAX_SUBSCRIBERS:
            raise UpnpError("too many subscribers")
        super().add_subscriber(subscriber)

    async def async_send_events(self, subscriber: EventSubscriber | None = None) -> None:
        """Notify one, or all concurrently. A failure does not affect the others."""
        self._remove_expired()
        recipients = [subscriber] if subscriber is not None else list(self._subscribers)
        await asyncio.gather(*map(self._notify_one, recipients))

    async def _notify_one(self, subscriber: EventSubscriber) -> None:
        try:
            await super().async_send_events(subscriber)
        except UpnpError as error:
            log.debug("Can't notify a subscriber: %s", error)
            self._failures[subscriber.uuid] += 1
            if self._failures[subscriber.uuid] < MAX_FAILURES:
                return
            self.del_subscriber(subscriber.uuid)
        self._failures.pop(subscriber.uuid, None)

    def _remove_expired(self) -> None:
        now = datetime.now()  # noqa: DTZ005 - as the library counts
        self._subscribers = [one for one in self._subscribers if now < one.expiration]


class GuardedServer(UpnpServer):
    """A device on one address, which answers to our names alone."""

    def __init__(
        self, device: type[UpnpServerDevice], address: str, port: int, hosts: OwnHosts
    ) -> None:
        super().__init__(device, (address, 0), http_port=port)
        self._hosts = hosts
        self._stack = contextlib.AsyncExitStack()

    @property
    def device(self) -> UpnpServerDevice:
        assert self._device is not None
        return self._device

    def _create_device(self) -> None:
        self.base_uri = f"http://{self.source[0]}:{self.http_port}"
        self._device = self.server_device(Notifier(), self.base_uri, self.boot_id, self.config_id)

    async def _async_start_http_server(self) -> None:
        app = web.Application(middlewares=[self._guard], client_max_size=MAX_BODY)
        app.router.add_get(self.device.device_url, partial(to_xml, self.device))
        for service in self.device.all_services:
            service = cast(GuardedService, service)
            known = service.SERVICE_DEFINITION
            app.router.add_get(known.scpd_url, partial(to_xml, service))
            app.router.add_post(known.control_url, partial(action_handler, service))
            subscribe, leave = partial(_subscribe, service), partial(unsubscribe_handler, service)
            app.router.add_route("SUBSCRIBE", known.event_sub_url, subscribe)
            app.router.add_route("UNSUBSCRIBE", known.event_sub_url, leave)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=STOP_WITHIN_S)
        await runner.setup()
        self._stack.push_async_callback(runner.cleanup)
        listening = await asyncio.get_running_loop().create_server(
            partial(_connection, runner),
            self.source[0],
            self.http_port,
            reuse_address=True,
        )
        self._stack.callback(listening.close)
        ending = asyncio.create_task(_end_old_connections(runner), name="dlna connections")
        self._stack.callback(ending.cancel)

    async def _async_stop_http_server(self) -> None:
        await self._stack.aclose()

    @web.middleware
    async def _guard(self, request: web.Request, handler: _Handler) -> web.StreamResponse:
        """Refuse foreign names, as the main ports do, and say briefly what was wrong."""
        host = request.headers.get("Host")
        if host is not None and not self._hosts.is_ours(host):  # browsers always send it
            return web.Response(status=421)
        try:
            async with asyncio.timeout(REQUEST_TIMEOUT_S):
                return await handler(request)
        except TimeoutError:
            return web.Response(status=408)
        except (ValueError, OverflowError, UpnpError) as error:
            log.debug("%s %s: %r", request.method, request.path, error)
            return web.Response(status=400)


class _Refused(asyncio.Protocol):
    """A connection too many."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        cast(asyncio.Transport, transport).abort()


def _connection(runner: web.AppRunner) -> asyncio.BaseProtocol:
    assert runner.server is not None
    return _Refused() if len(runner.server.connections) >= MAX_CONNECTIONS else runner.server()


async def _end_old_connections(runner: web.AppRunner) -> None:
    """aiohttp waits for ever for a first request, or for the rest of one that comes slowly."""
    assert runner.server is not None
    seen: Counter[Any] = Counter()
    while True:
        await asyncio.sleep(CONNECTION_S / 2)
        seen = Counter({one: seen[one] + 1 for one in runner.server.connections})
        for connection, times in seen.items():
            if times == 2:
                connection.close()  # after its response
            elif times > 2:
                connection.force_close()


async def _subscribe(service: GuardedService, request: web.Request) -> web.StreamResponse:
    """SUBSCRIBE (UPnP Device Architecture 1.1, 4.1.2)."""
    timeout_s = _timeout_s(request.headers.get("TIMEOUT", ""))
    sid = request.headers.get("SID")
    if sid is not None:
        known = service.get_subscriber(sid)
        if known is None:
            return web.Response(status=412)
        known.timeout = timeout_s
        return web.Response(headers=_accepted(known))
    url = _callback_of(request)
    if url is None:
        return web.Response(status=412)
    subscriber = EventSubscriber(url, timeout_s)
    try:
        service.add_subscriber(subscriber)
    except UpnpError:
        return web.Response(status=503)
    response = web.Response(headers=_accepted(subscriber))
    await response.prepare(request)
    await response.write_eof()  # the first event follows the response
    await service.async_send_events(subscriber)
    return response


def _accepted(subscriber: EventSubscriber) -> dict[str, str]:
    return {"SID": subscriber.uuid, "TIMEOUT": f"Second-{subscriber.timeout}"}


def _timeout_s(text: str) -> int:
    """Of `Second-1800`; the most for `Second-infinite` and what is no number."""
    found = re.fullmatch(r"(?i)second-(\d{1,9})", text.strip())
    return min(max(int(found[1]), 1), MAX_SUBSCRIPTION_S) if found else MAX_SUBSCRIPTION_S


def _callback_of(request: web.Request) -> str | None:
    """The address to notify: of the asker itself and in the local network, or None."""
    asker = address_of(request.remote or "")
    for url in re.findall(r"<([^<>]+)>", request.headers.get("CALLBACK", "")):
        parts = split_url(url)
        address = address_of(parts.hostname or "")
        if parts.scheme == "http" and address is not None and address == asker:
            return cast(str, url) if is_local(address) else None
    return None
