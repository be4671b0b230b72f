"""The page that brings a library into a headset, its self-test, and the announced name."""

from __future__ import annotations

import asyncio
import ipaddress
import ssl
from collections.abc import AsyncIterator

import pytest
import segno
from cryptography import x509
from playwright.async_api import Browser
from zeroconf import AddressResolverIPv4  # type: ignore[attr-defined]  # no stub says so
from zeroconf.asyncio import AsyncZeroconf

from lvs.contexts.headset import headset_context
from lvs.headsets.players import players
from lvs.network.addresses import Ports
from lvs.network.mdns import Announcer
from lvs.services import Services
from lvs.views.headset import SAMPLE_BYTES
from tests.helpers import browsers
from tests.helpers.servers import LocalServer, StartServices, eventually, serving

LOOPBACK = ipaddress.IPv4Address("127.0.0.1")


@pytest.fixture
async def server(start_services: StartServices) -> AsyncIterator[LocalServer]:
    services: Services = await start_services(live=False)
    async with serving(services) as server:
        services.network.ports.http, services.network.ports.https = server.port, 8443
        yield server


async def test_addresses_codes_and_players_are_shown(server: LocalServer) -> None:
    page = (await server.get("/headset", headers={"Host": f"nas.local:{server.port}"})).text
    for url in (f"http://nas.local:{server.port}/", "https://nas.local:8443/"):
        assert f'href="{url}"' in page
        code = segno.make(url, error="m", micro=False)
        assert (
            code.svg_inline(border=3, dark="#000", light="#fff", omitsize=True, svgclass="code")
            in page
        )
    assert f"http://nas.local:{server.port}/heresphere" in page
    assert f"http://nas.local:{server.port}/deovr" in page


async def test_players_that_send_ratings_back_come_first(server: LocalServer) -> None:
    page = (await server.get("/headset")).text
    places = [page.index(f"<b>{one}</b>") for one in ("Meta Quest Browser", "HereSphere", "DeoVR")]
    assert places == sorted(places)
    assert [player.name for player in players()] == ["HereSphere", "DeoVR"]


async def test_a_page_asked_for_here_names_an_address_of_the_network(
    server: LocalServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    lan = [ipaddress.IPv4Address("192.168.1.9")]
    monkeypatch.setattr("lvs.contexts.headset.lan_addresses", lambda _host: lan)
    assert f"http://192.168.1.9:{server.port}/deovr" in (await server.get("/headset")).text


def test_without_https_only_plain_addresses_are_shown(services: Services) -> None:
    context = headset_context(services.config, Ports(8080, 0), "192.168.1.9")
    assert context.secure is None
    assert not any("https" in url for url in (*context.others, *context.probes))


async def test_a_server_of_this_machine_alone_says_that_no_headset_reaches_it(
    start_services: StartServices,
) -> None:
    services = await start_services(live=False, host="127.0.0.1")
    async with serving(services) as server:
        page = (await server.get("/headset")).text
        assert "LVS_HOST=0.0.0.0" in page
        assert "lvs.local" not in page
        assert "/heresphere" not in page
        by_proxy = (await server.get("/headset", headers={"Host": "nas.local"})).text
        assert "LVS_HOST=0.0.0.0" not in by_proxy
        assert "//nas.local" in by_proxy


async def test_under_another_server_the_page_names_the_port_it_was_asked_at(
    server: LocalServer,
) -> None:
    server.services.network.ports.http = server.services.network.ports.https = 0
    page = (await server.get("/headset", headers={"Host": "nas.local:9999"})).text
    assert "http://nas.local:9999/deovr" in page
    assert ":0/" not in page


def test_only_what_is_on_is_shown(services: Services) -> None:
    quiet = services.config.model_copy(update={"mdns": False, "dlna": False})
    context = headset_context(quiet, Ports(8080, 8443), "192.168.1.9")
    assert not context.probes
    assert not any("lvs.local" in url for url in context.others)
    assert context.players[-1].address == "LVS_DLNA=true"


async def test_the_authority_can_be_had_but_not_its_key(server: LocalServer) -> None:
    answer = await server.get("/headset/ca.crt")
    assert answer.headers["content-type"] == "application/x-x509-ca-cert"
    assert x509.load_der_x509_certificate(answer.body).subject
    ssl.create_default_context(cadata=answer.body)


async def test_the_sample_is_served_in_ranges(server: LocalServer) -> None:
    part = await server.get("/headset/sample", headers={"Range": "bytes=1000-1999"})
    assert (part.status, len(part.body)) == (206, 1000)
    assert part.headers["content-range"] == f"bytes 1000-1999/{SAMPLE_BYTES}"
    head = await server.get("/headset/sample", method="HEAD")
    assert head.headers["content-length"] == str(SAMPLE_BYTES)
    beyond = await server.get("/headset/sample", headers={"Range": f"bytes={SAMPLE_BYTES}-"})
    assert beyond.status == 416


@pytest.mark.parametrize("size", ["phone", "headset"])
async def test_a_device_tests_itself(server: LocalServer, browser: Browser, size: str) -> None:
    async with browsers.context(browser, **browsers.SIZES[size]) as context:
        page = await context.new_page()
        await page.goto(f"{server.url}/headset")
        await page.get_by_role("button", name="Test", exact=True).click()
        results = page.locator("#selftest li")
        await results.filter(has_text="AV1, 8K").wait_for()
        assert "range requests work" in await results.filter(has_text="Seeking").inner_text()
        assert "Mbit/s" in await results.filter(has_text="Speed").inner_text()
        assert "yes" in await results.filter(has_text="HTTPS").inner_text()  # loopback is secure
        assert not await browsers.axe_violations(page)
    await eventually(lambda: not server.services.reader.open)


@pytest.mark.usefixtures("multicast")
async def test_the_name_is_announced_and_follows_the_addresses(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """On loopback alone: a real mDNS question, really answered."""
    monkeypatch.setattr("lvs.network.mdns.CHECK_EVERY_S", 0.05)
    addresses = [LOOPBACK]
    announcer = Announcer(Ports(8080, 8443), lambda: list(addresses), ["127.0.0.1"])
    running = asyncio.create_task(announcer.run())

    async def asked() -> list[str]:
        client = AsyncZeroconf(interfaces=["127.0.0.1"])
        resolver = AddressResolverIPv4("lvs.local.")
        await resolver.async_request(client.zeroconf, 1000)
        await client.async_close()
        found: list[str] = resolver.parsed_addresses()
        return found

    async def until_named(address: str) -> None:
        """A datagram may be lost: it is asked again."""

        async def named() -> bool:
            return await asked() == [address]

        await eventually(named, timeout=30)

    try:
        await until_named("127.0.0.1")
        addresses[:] = [ipaddress.IPv4Address("127.0.0.2")]
        await until_named("127.0.0.2")
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
