"""The names and addresses that this machine goes by in the local network."""

from __future__ import annotations

import asyncio
import ipaddress
import logging
import socket
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import SplitResult, urlsplit

import psutil

Addresses = Sequence[ipaddress.IPv4Address]
Address = ipaddress.IPv4Address | ipaddress.IPv6Address
log = logging.getLogger(__name__)

CHECK_EVERY_S = 30.0  # networks change
ANNOUNCED_NAME = "lvs.local"
_ANYWHERE = ipaddress.IPv4Address("198.51.100.1")  # kept for documentation (RFC 5737)
# Private use (RFC 1918, 4193), link-local (RFC 3927, 4291), loopback. `is_private` has more, as
# networks for documentation and benchmarks. Addresses that a provider shares among customers
# (RFC 6598) are left out: they are neighbours.
_LOCAL_NETWORKS = tuple(
    map(
        ipaddress.ip_network,
        (
            "10.0.0.0/8",
            "172.16.0.0/12",
            "192.168.0.0/16",
            "169.254.0.0/16",
            "127.0.0.0/8",
            "fc00::/7",
            "fe80::/10",
            "::1/128",
        ),
    )
)


def split_url(text: str) -> SplitResult:
    """The parts of an address that somebody else wrote; all empty when it is none, as `http://[`."""
    try:
        parts = urlsplit(text)
        _ = parts.port  # raises for `http://a:b` here, rather than for a later reader
    except ValueError:
        return SplitResult("", "", "", "", "")
    return parts


def address_of(host: str) -> Address | None:
    """The IP address that a host of a URL is; None for a name. An IPv4 address in the form of an
    IPv6 one (`::ffff:10.0.0.1`) is itself."""
    try:
        found = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return None
    if isinstance(found, ipaddress.IPv6Address) and found.ipv4_mapped is not None:
        return found.ipv4_mapped
    return found


def is_local(address: Address) -> bool:
    """Whether an address is of this machine or the network at home."""
    return any(address in network for network in _LOCAL_NETWORKS)


class OwnHosts:
    """The hosts that this server answers to: IP addresses, this machine's names, `*.local`, and
    configured ones. A page of another site whose name leads here (DNS rebinding) sends that name.
    """

    def __init__(self, also: Sequence[str] = ()) -> None:
        own = socket.gethostname().lower()
        self._names = {"localhost", own, own.partition(".")[0], *map(str.lower, also)}
        self.is_ours = lru_cache(256)(self._is_ours)

    def _is_ours(self, host: str) -> bool:
        """Of a `Host` header, with its port."""
        name = (split_url(f"//{host}").hostname or "").rstrip(".").lower()
        return name in self._names or name.endswith(".local") or address_of(name) is not None


@dataclass
class Ports:
    """The ports that the server listens on, once it does; 0 for none, and under a server that is
    not our own, as the ports are unknown there."""

    http: int = 0
    https: int = 0


@dataclass(frozen=True, slots=True)
class Names:
    """Host names in lower case, and addresses, each sorted."""

    hosts: tuple[str, ...]
    addresses: tuple[Address, ...]


def lan_addresses(host: str = "0.0.0.0") -> list[ipaddress.IPv4Address]:
    """The IPv4 addresses by which others in the network reach a server that listens at `host`, the
    likeliest first: this machine may also have networks of its own, for containers and the like."""
    if host == "localhost":
        return []
    way_out = outgoing_address()
    found = sorted(_running_addresses(), key=lambda one: (one != way_out, one.is_link_local))
    try:
        listening = ipaddress.ip_address(host)
    except ValueError:
        return found
    return found if listening.is_unspecified else [one for one in found if one == listening]


def _running_addresses() -> Iterator[ipaddress.IPv4Address]:
    states = psutil.net_if_stats()
    for name, addresses in psutil.net_if_addrs().items():
        if name in states and not states[name].isup:
            continue
        for address in addresses:
            if address.family == socket.AF_INET:
                value = ipaddress.IPv4Address(address.address)
                if not value.is_loopback:
                    yield value


def outgoing_address() -> ipaddress.IPv4Address | None:
    """This machine's address on the way to anywhere else; None without such a way.

    To connect a datagram socket only looks up the way: nothing is sent.
    """
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect((str(_ANYWHERE), 9))
        except OSError:
            return None
        return ipaddress.IPv4Address(probe.getsockname()[0])


def own_names(also: Sequence[str] = ()) -> Names:
    """All that a certificate of this machine should stand for; `also` are configured names."""
    own = socket.gethostname().lower().partition(".")[0]
    hosts = {"localhost", own, f"{own}.local", ANNOUNCED_NAME}
    addresses: set[Address] = {
        ipaddress.IPv4Address("127.0.0.1"),
        ipaddress.IPv6Address("::1"),
        *lan_addresses(),
    }
    for name in also:
        try:
            addresses.add(ipaddress.ip_address(name))
        except ValueError:
            hosts.add(name.lower())
    return Names(tuple(sorted(hosts)), tuple(sorted(addresses, key=lambda a: (a.version, a))))


async def follow_addresses(
    what: str,
    ports: Ports,
    addresses: Callable[[], Addresses],
    serve: Callable[[Addresses], Awaitable[None]],
    failures: tuple[type[Exception], ...],
) -> None:
    """Run `serve`, which ends when the addresses are others, for as long as this is awaited.

    Each of the `failures` is logged once while it repeats, and `what` is tried again.
    """
    logged = ""
    while True:
        try:
            current = addresses()
            if current and ports.http:
                await serve(current)
                logged = ""
                continue
        except failures as error:
            if logged != str(error):
                logged = str(error)
                log.warning("No %s for now: %s", what, logged)
        await asyncio.sleep(CHECK_EVERY_S)
