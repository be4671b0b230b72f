"""The DLNA media server, by a real control point: found, browsed, paged, played."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import ipaddress
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from xml.etree import ElementTree as ET

import pytest
from async_upnp_client.aiohttp import AiohttpRequester
from async_upnp_client.client import UpnpDevice
from async_upnp_client.client_factory import UpnpFactory
from async_upnp_client.exceptions import UpnpActionResponseError
from async_upnp_client.search import async_search

from lvs.dlna.content_directory import MOST_AT_ONCE
from lvs.dlna.guarded_server import MAX_CONNECTIONS, MAX_SUBSCRIBERS_EACH
from lvs.dlna.server import DlnaServer
from lvs.media.samples import Clip, make_clip
from lvs.network.addresses import Ports
from lvs.services import Services
from lvs.store import curation, saved_searches, tags
from lvs.viewer import HOUSEHOLD
from tests.helpers.libraries import fill, library
from tests.helpers.servers import Answer, LocalServer, ask, eventually

both_engines = pytest.mark.engines("sqlite", "postgres")

LOOPBACK = ipaddress.IPv4Address("127.0.0.1")
DIRECTORY = "urn:schemas-upnp-org:service:ContentDirectory:1"
NAMES = {
    "": "urn:schemas-upnp-org:metadata-1-0/DIDL-Lite/",
    "dc": "http://purl.org/dc/elements/1.1/",
    "upnp": "urn:schemas-upnp-org:metadata-1-0/upnp/",
}


@pytest.fixture
async def servers(
    server: LocalServer, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[DlnaServer]:
    """A media server on loopback, over the library of a test."""
    monkeypatch.setattr("lvs.dlna.server.NOTIFY_EVERY_S", 0.01)
    services, ports = server.services, Ports(http=server.port)
    found = DlnaServer(
        services.config,
        HOUSEHOLD,
        services.store,
        services.folders,
        ports,
        lambda: [LOOPBACK],
        0,
    )
    running = asyncio.create_task(found.run())
    await eventually(lambda: found.locations)
    yield found
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


@pytest.fixture
async def device(servers: DlnaServer) -> UpnpDevice:
    return await UpnpFactory(AiohttpRequester()).async_create_device(servers.locations[0])


async def browse(
    device: UpnpDevice, object_id: str, start: int = 0, count: int = 0, what: str = "DirectChildren"
) -> tuple[list[ET.Element], int]:
    found: Mapping[str, Any] = (
        await device.service(DIRECTORY)
        .action("Browse")
        .async_call(
            ObjectID=object_id,
            BrowseFlag=f"Browse{what}",
            Filter="*",
            StartingIndex=start,
            RequestedCount=count,
            SortCriteria="",
        )
    )
    entries = list(ET.fromstring(found["Result"]))
    assert found["NumberReturned"] == len(entries)
    return entries, found["TotalMatches"]


def title(entry: ET.Element) -> str:
    return entry.findtext("dc:title", "", NAMES)


async def by_title(device: UpnpDevice, object_id: str) -> dict[str, ET.Element]:
    return {title(entry): entry for entry in (await browse(device, object_id))[0]}


@pytest.mark.usefixtures("multicast")
async def test_it_is_found_by_a_search(servers: DlnaServer) -> None:
    found: list[str] = []

    async def heard(headers: Any) -> None:
        found.append(headers["LOCATION"])

    await async_search(
        heard,
        search_target="urn:schemas-upnp-org:device:MediaServer:1",
        source=("127.0.0.1", 0),
        timeout=1,
    )
    assert servers.locations[0] in found


@both_engines
async def test_folders_lists_and_tags_are_browsed(
    device: UpnpDevice, server: LocalServer, videos: Path
) -> None:
    for name in ("Ocean/Deep/dive_180_sbs.mp4", "Ocean/reef & <coral>.mp4", "city.mp4"):
        (videos / name).parent.mkdir(parents=True, exist_ok=True)
        clip = Clip(duration_s=0.2, metadata={"title": name})
        await asyncio.to_thread(make_clip, videos / name, clip)
    await library(server.services)

    def give(tx: Any) -> None:
        curation.set_favorite(tx, HOUSEHOLD, 1, True)
        tags.add(tx, 1, "night & day")
        saved_searches.save(tx, HOUSEHOLD, "Short", "max_duration=600")

    await server.services.store.write(give)
    root = await by_title(device, "0")
    assert {"Newest", "Favorites", "VR", "Short", "Folders", "Tags"} <= root.keys()
    assert root["Newest"].get("childCount") == "3"
    assert len(await by_title(device, root["Favorites"].get("id", ""))) == 1
    (tag,) = (await browse(device, "tags"))[0]
    assert title(tag) == "night & day"
    assert len((await browse(device, tag.get("id", "")))[0]) == 1
    folders = await by_title(device, "folders")
    assert list(folders) == ["Ocean"]
    inside = await by_title(device, folders["Ocean"].get("id", ""))
    assert list(inside) == ["Deep", "reef & <coral>"]
    deep = inside["Deep"].get("id", "")
    assert list(await by_title(device, deep)) == ["dive 180 sbs"]
    for object_id in ("0", "folders", "tags", deep, tag.get("id", "")):
        (itself,), total = await browse(device, object_id, what="Metadata")
        assert (itself.get("id"), total) == (object_id, 1)


async def test_a_video_is_played_from_its_entry(
    device: UpnpDevice, server: LocalServer, videos: Path
) -> None:
    clip = Clip("testsrc2", (640, 320), 3.5)
    await asyncio.to_thread(make_clip, videos / "film.mp4", clip)
    services = server.services
    await library(services)
    feeding = asyncio.create_task(services.library.probe_queue.run())
    await eventually(lambda: services.library.status.thumbnails_made)
    (item,) = (await browse(device, "list:"))[0]
    resource = item.find("res", NAMES)
    assert resource is not None
    size = (videos / "film.mp4").stat().st_size
    assert (resource.get("size"), resource.get("resolution")) == (str(size), "640x320")
    assert resource.get("duration", "").startswith("0:00:03.5")
    assert (resource.get("protocolInfo") or "").startswith("http-get:*:video/mp4:DLNA.ORG_OP=01")
    parts = urlsplit(resource.text or "")
    assert parts.netloc == f"127.0.0.1:{server.port}"
    asked = {"Range": "bytes=100-", "transferMode.dlna.org": "Streaming"}
    answer = await asyncio.to_thread(ask, server.port, parts.path, headers=asked)
    assert (answer.status, len(answer.body)) == (206, size - 100)
    assert answer.headers["transfermode.dlna.org"] == "Streaming"
    assert "DLNA.ORG_OP=01" in answer.headers["contentfeatures.dlna.org"]
    thumbnail = urlsplit(item.findtext("upnp:albumArtURI", "", NAMES))
    found = await server.get(f"{thumbnail.path}?{thumbnail.query}")
    assert found.headers["content-type"] == "image/jpeg"
    (itself,), _ = await browse(device, item.get("id", ""), what="Metadata")
    assert title(itself) == "film"
    feeding.cancel()
    await asyncio.gather(feeding, return_exceptions=True)


@both_engines
async def test_long_lists_come_in_parts(device: UpnpDevice, services: Services) -> None:
    await fill(services.store, MOST_AT_ONCE + 60)
    seen: list[str] = []
    while len(seen) < MOST_AT_ONCE + 60:
        entries, total = await browse(device, "list:sort=title", len(seen), 0 if seen else 50)
        assert total == MOST_AT_ONCE + 60
        assert 0 < len(entries) <= MOST_AT_ONCE
        seen += [entry.get("id", "") for entry in entries]
    assert len(set(seen)) == total
    assert (await browse(device, "list:sort=title", 5_000, 10))[0] == []


@both_engines
async def test_folders_page_across_folders_and_videos(
    device: UpnpDevice, server: LocalServer, videos: Path
) -> None:
    for name in ("a/x.mp4", "b/y.mp4", "1.mp4", "2.mp4", "3.mp4"):
        (videos / "top" / name).parent.mkdir(parents=True, exist_ok=True)
        await asyncio.to_thread(
            make_clip, videos / "top" / name, Clip(duration_s=0.2, metadata={"title": name})
        )
    await library(server.services)
    seen = []
    for start in range(0, 6, 2):
        entries, total = await browse(device, "folder:top", start, 2)
        assert total == 5
        seen += [title(entry) for entry in entries]
    assert seen == ["a", "b", "1", "2", "3"]


@pytest.mark.parametrize("object_id", ["nothing", "video:0", "folder:gone", "list:sort=x", "99"])
async def test_what_is_not_there_is_refused(device: UpnpDevice, object_id: str) -> None:
    for what in ("DirectChildren", "Metadata"):
        if (object_id, what) == ("list:sort=x", "Metadata"):
            continue
        with pytest.raises(UpnpActionResponseError) as refused:
            await browse(device, object_id, what=what)
        assert refused.value.error_code == 701


@both_engines
async def test_a_change_counts_up(device: UpnpDevice, services: Services) -> None:
    async def update_id() -> int:
        found = await device.service(DIRECTORY).action("GetSystemUpdateID").async_call()
        return int(found["Id"])

    before = await update_id()
    await fill(services.store, 3)

    async def higher() -> bool:
        return await update_id() > before

    await eventually(higher)


class Trap:
    """A control point that listens for events, and answers each as its test says."""

    def __init__(self, answer: bytes = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n") -> None:
        self.answer = answer
        self.asked: list[str] = []
        self.url = ""

    async def accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        self.asked.append(head.split(" ")[1])
        if self.answer:
            writer.write(self.answer)
            writer.close()
        else:
            await reader.read()

    @contextlib.asynccontextmanager
    async def listening(self) -> AsyncIterator[Trap]:
        async with await asyncio.start_server(self.accept, "127.0.0.1", 0) as server:
            self.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
            yield self


def port_of(servers: DlnaServer) -> int:
    return urlsplit(servers.locations[0]).port or 0


async def subscribe(
    servers: DlnaServer, callback: str, timeout: str = "Second-60", **more: str
) -> Answer:
    headers = {"TIMEOUT": timeout, "NT": "upnp:event", **more}
    if callback:
        headers["CALLBACK"] = callback
    return await asyncio.to_thread(ask, port_of(servers), "/directory/events", "SUBSCRIBE", headers)


@pytest.mark.parametrize(
    "callback",
    [
        "",
        "<>",
        "http://127.0.0.1:1/x",
        "<http://93.184.216.34/x>",
        "<http://127.0.0.2:1/x>",
        "<http://localhost:1/x>",
        "<http://victim.example/x>",
        "<https://127.0.0.1:1/x>",
        "<http://[>",
        "<http://127.0.0.1:99999/x>",
    ],
)
async def test_only_subscribers_are_notified(servers: DlnaServer, callback: str) -> None:
    assert (await subscribe(servers, callback)).status == 412


@pytest.mark.parametrize(
    ("timeout", "granted"),
    [("Second-60", 60), ("Second-infinite", 1800), ("Second-99999999999999", 1800), ("x", 1800)],
)
async def test_a_subscription_has_an_end(servers: DlnaServer, timeout: str, granted: int) -> None:
    async with Trap().listening() as trap:
        answer = await subscribe(servers, f"<{trap.url}/x>", timeout)
        assert (answer.status, answer.headers["timeout"]) == (200, f"Second-{granted}")
        again = await subscribe(servers, "", timeout, SID=answer.headers["sid"])
        assert (again.status, again.headers["timeout"]) == (200, f"Second-{granted}")
        assert (await subscribe(servers, "", SID="uuid:other")).status == 412


async def test_an_event_is_not_sent_where_a_subscriber_redirects_to(
    servers: DlnaServer, services: Services
) -> None:
    moved = b"HTTP/1.1 307 Moved\r\nLocation: /elsewhere\r\nContent-Length: 0\r\n\r\n"
    async with Trap(moved).listening() as trap, Trap().listening() as other:
        await subscribe(servers, f"<{trap.url}/x>")
        await subscribe(servers, f"<{other.url}/x>")
        await fill(services.store, 1)
        await eventually(lambda: len(other.asked) > 1 and len(trap.asked) > 1)
        assert set(trap.asked) == {"/x"}


async def test_subscribers_are_few(
    servers: DlnaServer, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with Trap().listening() as trap:
        for number in range(12):
            assert (await subscribe(servers, f"<{trap.url}/{number}>")).status == 200
        await eventually(lambda: len(trap.asked) == 12)  # each gets the state on subscribing
        trap.asked.clear()
        await fill(services.store, 1)
        await eventually(lambda: len(trap.asked) == MAX_SUBSCRIBERS_EACH)
        assert sorted(trap.asked) == ["/10", "/11", "/8", "/9"]
        monkeypatch.setattr("lvs.dlna.guarded_server.MAX_SUBSCRIBERS_EACH", 100)
        statuses = [(await subscribe(servers, f"<{trap.url}/x>")).status for _ in range(30)]
        assert statuses == [200] * 28 + [503] * 2


async def test_a_subscriber_that_hangs_or_has_left_costs_no_other(
    servers: DlnaServer, services: Services
) -> None:
    async with Trap(b"").listening() as hangs, Trap().listening() as good:
        async with Trap().listening() as left:
            for trap in (hangs, left, good):
                await subscribe(servers, f"<{trap.url}/x>")
            await eventually(lambda: left.asked)
        for number in range(4):
            await fill(services.store, 1, start=number)
            await eventually(functools.partial(lambda n: len(good.asked) > n + 1, number))
        assert len(left.asked) == 1


SOAP = (
    '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><u:{action} '
    f'xmlns:u="{DIRECTORY}">{{arguments}}</u:{{action}}></s:Body></s:Envelope>'
)
ARGUMENTS = {
    "ObjectID": "list:",
    "BrowseFlag": "BrowseDirectChildren",
    "Filter": "*",
    "StartingIndex": "0",
    "RequestedCount": "10",
    "SortCriteria": "",
}


async def soap(servers: DlnaServer, action: str, body: str, **headers: str) -> Answer:
    wanted = {"SOAPAction": f'"{DIRECTORY}#{action}"', "Content-Type": "text/xml", **headers}
    return await asyncio.to_thread(
        ask, port_of(servers), "/directory/control", "POST", wanted, body
    )


def browsing(**changed: str) -> str:
    arguments = "".join(f"<{k}>{v}</{k}>" for k, v in {**ARGUMENTS, **changed}.items())
    return SOAP.format(action="Browse", arguments=arguments)


@pytest.mark.parametrize(
    ("body", "statuses"),
    [
        (browsing(), {200}),
        (browsing(StartingIndex="1" + "0" * 30), {200}),
        (browsing(StartingIndex="-" + "1" * 30, RequestedCount="9" * 40), {200}),
        (browsing(ObjectID="folders", StartingIndex="9" * 25), {200}),
        (browsing(StartingIndex="1" + "0" * 5000), {400, 500}),
        (browsing(StartingIndex="many"), {400, 500}),
        (browsing(StartingIndex=""), {400, 500}),
        (browsing(ObjectID="list:tag=%ff"), {200, 500}),
        (browsing(ObjectID="list:after=%ed%a0%80"), {200, 500}),
        (browsing(ObjectID="folder:%ff"), {500}),
        (browsing(ObjectID="video:%00"), {500}),
        (browsing(BrowseFlag="Everything"), {500}),
        (browsing(Surprise="1"), {400}),
        (SOAP.format(action="Browse", arguments=""), {500}),
        (SOAP.format(action="Browse", arguments="<ObjectID/>"), {500}),
        ("<a/>", {400}),
        ("<", {400}),
        ("", {400}),
        ("x" * 100_000, {400, 413}),
    ],
    ids=lambda value: str(value)[-60:],
)
async def test_an_odd_request_is_answered_without_a_traceback(
    servers: DlnaServer, caplog: pytest.LogCaptureFixture, body: str, statuses: set[int]
) -> None:
    answer = await soap(servers, "Browse", body)
    assert answer.status in statuses
    if answer.status == 500:
        assert "<errorCode>" in answer.text
    assert not [record for record in caplog.records if record.exc_info]
    assert (await soap(servers, "Browse", browsing())).status == 200


async def test_other_host_names_are_refused(servers: DlnaServer) -> None:
    evil = {"Host": "evil.example"}
    answer = await asyncio.to_thread(ask, port_of(servers), "/device.xml", headers=evil)
    assert answer.status == 421
    assert (await soap(servers, "Browse", browsing(), **evil)).status == 421
    named = {"Host": f"nas.local:{port_of(servers)}"}
    answer = await asyncio.to_thread(ask, port_of(servers), "/device.xml", headers=named)
    assert answer.status == 200


@pytest.fixture
def short_connections(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lvs.dlna.guarded_server.CONNECTION_S", 0.1)


async def test_connections_that_ask_nothing_are_few_and_end(
    short_connections: None, servers: DlnaServer
) -> None:
    idle = [
        await asyncio.open_connection("127.0.0.1", port_of(servers))
        for _ in range(MAX_CONNECTIONS + 1)
    ]
    for reader, _ in idle:
        with contextlib.suppress(ConnectionResetError):
            assert await asyncio.wait_for(reader.read(), 10) == b""
    assert (await soap(servers, "Browse", browsing())).status == 200


async def test_an_address_that_cannot_be_served_costs_no_other(server: LocalServer) -> None:
    services, ports = server.services, Ports(http=server.port)
    nobody = ipaddress.IPv4Address("203.0.113.9")
    found = DlnaServer(
        services.config,
        HOUSEHOLD,
        services.store,
        services.folders,
        ports,
        lambda: [nobody, LOOPBACK],
        0,
    )
    running = asyncio.create_task(found.run())
    await eventually(lambda: found.locations)
    assert urlsplit(found.locations[0]).hostname == "127.0.0.1"
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    assert not found.locations
