"""The names and addresses of this machine, in the order in which others should try them."""

from __future__ import annotations

import ipaddress
import socket
from unittest.mock import Mock

import pytest

from lvs.network import lan_addresses, own_names


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
    monkeypatch.setattr("lvs.network._address_on_the_way_out", lambda: way_out)
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
