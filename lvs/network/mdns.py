"""Announces `lvs.local` in the local network (RFC 6762, RFC 6763)."""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import Callable, Sequence

from zeroconf import NonUniqueNameException, ServiceInfo
from zeroconf.asyncio import AsyncZeroconf

from lvs.network.addresses import ANNOUNCED_NAME, CHECK_EVERY_S, Addresses, Ports, follow_addresses

log = logging.getLogger(__name__)

_KIND = "_http._tcp.local."


class Announcer:
    """Answers for the name and the service while it runs; `addresses` is asked now and then.

    `interfaces` restricts it to some addresses; all of this machine's otherwise.
    """

    def __init__(
        self,
        ports: Ports,
        addresses: Callable[[], Addresses],
        interfaces: Sequence[str] = (),
    ) -> None:
        self._ports = ports
        self._addresses = addresses
        self._interfaces = list(interfaces)

    async def run(self) -> None:
        """Announce, and again whenever the addresses change."""
        failures = (OSError, NonUniqueNameException)
        await follow_addresses(
            ANNOUNCED_NAME, self._ports, self._addresses, self._announce, failures
        )

    async def _announce(self, addresses: Addresses) -> None:
        """Until the addresses are others."""
        interfaces = self._interfaces or [str(address) for address in addresses]
        zeroconf = AsyncZeroconf(interfaces=interfaces)
        try:
            await zeroconf.async_register_service(self._service(addresses), allow_name_change=True)
            log.info("Announced as %s by mDNS", ANNOUNCED_NAME)
            while self._addresses() == addresses:
                await asyncio.sleep(CHECK_EVERY_S)
        finally:
            await zeroconf.async_close()

    def _service(self, addresses: Addresses) -> ServiceInfo:
        return ServiceInfo(
            _KIND,
            f"Local Video Server on {socket.gethostname().partition('.')[0]}.{_KIND}",
            port=self._ports.http,
            server=f"{ANNOUNCED_NAME}.",
            addresses=[address.packed for address in addresses],
            properties={"path": "/"},
        )
