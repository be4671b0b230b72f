"""The names and addresses that this machine goes by in the local network."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Sequence
from dataclasses import dataclass

import psutil

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
ANNOUNCED_NAME = "lvs.local"


@dataclass
class Doors:
    """The ports that the server listens on, once it does; 0 for none."""

    http: int = 0
    https: int = 0


@dataclass(frozen=True, slots=True)
class Names:
    """Host names in lower case, and addresses, each sorted."""

    hosts: tuple[str, ...]
    addresses: tuple[Address, ...]


def lan_addresses() -> list[ipaddress.IPv4Address]:
    """The IPv4 addresses that others in the network reach this machine by."""
    found = []
    for addresses in psutil.net_if_addrs().values():
        for address in addresses:
            if address.family == socket.AF_INET:
                value = ipaddress.IPv4Address(address.address)
                if not value.is_loopback:
                    found.append(value)
    return found


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
