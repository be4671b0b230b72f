"""The names and addresses of this machine, in the order in which others should try them."""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from unittest.mock import Mock

import pytest

from lvs.network.addresses import Addresses, Ports, follow_addresses, lan_addresses, own_names
from tests.helpers.servers import eventually


def test_the_address_on_the_way_out_comes_first_and_resting_networks_do_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """As on a machine with containers, a cable without a router, and a card that is off."""
    cards = {
        "lo": ("127.0.0.1", True),
        "docker0": ("172.17.0.1", True),
        "usb0": ("169.254.7.7", True),
        "eth0": ("192.168.1.9", True),
        "wlan0": ("192.168.1.10", False),
    }
    addresses = {
        name: [Mock(family=socket.AF_INET, address=own)] for name, (own, _) in cards.items()
    }
    states = {name: Mock(isup=running) for name, (_, running) in cards.items()}
    monkeypatch.setattr("psutil.net_if_addrs", lambda: addresses)
    monkeypatch.setattr("psutil.net_if_stats", lambda: states)
    way_out = ipaddress.IPv4Address("192.168.1.9")
    monkeypatch.setattr("lvs.network.addresses.outgoing_address", lambda: way_out)
    everywhere = ["192.168.1.9", "172.17.0.1", "169.254.7.7"]
    for host, expected in {
        "0.0.0.0": everywhere,
        "::": everywhere,
        "nas": everywhere,
        "172.17.0.1": ["172.17.0.1"],
        "127.0.0.1": [],
        "localhost": [],
    }.items():
        assert [str(address) for address in lan_addresses(host)] == expected


def test_own_names_are_those_of_the_network() -> None:
    names = own_names(["Films.Example.org", "10.9.8.7"])
    assert {"localhost", "lvs.local", "films.example.org"} <= {*names.hosts}
    assert socket.gethostname().lower().partition(".")[0] in names.hosts
    assert ipaddress.ip_address("10.9.8.7") in names.addresses


async def test_the_served_names_follow_the_addresses_and_a_failure_is_logged_once(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("lvs.network.addresses.CHECK_EVERY_S", 0.001)
    ports, addresses = Ports(), [ipaddress.IPv4Address("192.168.1.9")]
    served: list[str] = []
    moved = asyncio.Event()

    async def serve(current: Addresses) -> None:
        served.append(str(current[0]))
        if len(served) <= 5:
            raise OSError("the port is taken")
        await moved.wait()
        if len(served) > 6:
            await asyncio.Event().wait()

    following = asyncio.create_task(
        follow_addresses("media server", ports, lambda: list(addresses), serve, (OSError,))
    )
    await asyncio.sleep(0)
    assert not served  # a server that does not know its port has nothing to announce
    ports.http = 8080
    await eventually(lambda: len(served) == 6)
    assert [record.getMessage() for record in caplog.records] == [
        "No media server for now: the port is taken"
    ]
    addresses[:] = [ipaddress.IPv4Address("192.168.1.10")]
    moved.set()
    await eventually(lambda: served[-1] == "192.168.1.10")
    following.cancel()
