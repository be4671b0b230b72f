"""The DLNA media server, by a real control point: found, browsed, paged, played."""

from __future__ import annotations

import asyncio
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

from lvs.dlna import Lan, MediaServers, _is_local
from lvs.media.clips import Clip, make_clip
from lvs.network import Doors
from lvs.quest.directory import MOST_AT_ONCE
from lvs.services import Services
from lvs.store import curation, searches, tags
from tests.libraries import fill
from tests.servers import LocalServer, ask, eventually
from tests.test_ingest import library

LOOPBACK = ipaddress.IPv4Address("127.0.0.1")
DIRECTORY = "urn:schemas-upnp-org:service:ContentDirectory:1"
NAMES = {
    "": "urn:schemas-upnp-org:metadata-1-0/DIDL-Lite/",
    "dc": "http://purl.org/dc/elements/1.1/",
    "upnp": "urn:schemas-upnp-org:metadata-1-0/upnp/",
}


@pytest.fixture
async def servers(server: LocalServer) -> AsyncIterator[MediaServers]:
    """A media server on loopback, over the library of a test."""
    house, doors = server.house, Doors(http=server.port)
    found = MediaServers(house.store, house.library, doors, lambda: [LOOPBACK], 0)
    running = asyncio.create_task(found.run())
    await eventually(lambda: found.locations)
    yield found
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


@pytest.fixture
async def device(servers: MediaServers) -> UpnpDevice:
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
async def test_it_is_found_by_a_search(servers: MediaServers) -> None:
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


async def test_folders_lists_and_tags_are_browsed(
    device: UpnpDevice, server: LocalServer, videos: Path
) -> None:
    for name in ("Ocean/Deep/dive_180_sbs.mp4", "Ocean/reef & <coral>.mp4", "city.mp4"):
        (videos / name).parent.mkdir(parents=True, exist_ok=True)
        clip = Clip(duration_s=0.2, metadata={"title": name})
        await asyncio.to_thread(make_clip, videos / name, clip)
    await library(server.house)

    def give(tx: Any) -> None:
        curation.set_favorite(tx, 1, True)
        tags.add(tx, 1, "night & day")
        searches.save(tx, "Short", "max_duration=600")

    await server.house.store.write(give)
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
    house = server.house
    await library(house)
    feeding = asyncio.create_task(house.library.feeder.run())
    await eventually(lambda: house.library.status.pictures_made)
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
    picture = urlsplit(item.findtext("upnp:albumArtURI", "", NAMES))
    found = await server.get(f"{picture.path}?{picture.query}")
    assert found.headers["content-type"] == "image/jpeg"
    (itself,), _ = await browse(device, item.get("id", ""), what="Metadata")
    assert title(itself) == "film"
    feeding.cancel()
    await asyncio.gather(feeding, return_exceptions=True)


async def test_long_lists_come_in_parts(device: UpnpDevice, house: Services) -> None:
    await fill(house.store, MOST_AT_ONCE + 60)
    seen: list[str] = []
    while len(seen) < MOST_AT_ONCE + 60:
        entries, total = await browse(device, "list:sort=title", len(seen), 0 if seen else 50)
        assert total == MOST_AT_ONCE + 60
        assert 0 < len(entries) <= MOST_AT_ONCE
        seen += [entry.get("id", "") for entry in entries]
    assert len(set(seen)) == total
    assert (await browse(device, "list:sort=title", 5_000, 10))[0] == []


async def test_folders_page_across_folders_and_videos(
    device: UpnpDevice, server: LocalServer, videos: Path
) -> None:
    for name in ("a/x.mp4", "b/y.mp4", "1.mp4", "2.mp4", "3.mp4"):
        (videos / "top" / name).parent.mkdir(parents=True, exist_ok=True)
        await asyncio.to_thread(
            make_clip, videos / "top" / name, Clip(duration_s=0.2, metadata={"title": name})
        )
    await library(server.house)
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


async def test_a_change_counts_up(device: UpnpDevice, house: Services) -> None:
    async def update_id() -> int:
        found = await device.service(DIRECTORY).action("GetSystemUpdateID").async_call()
        return int(found["Id"])

    before = await update_id()
    await fill(house.store, 3)

    async def higher() -> bool:
        return await update_id() > before

    await eventually(higher)


@pytest.mark.parametrize(
    ("url", "local"),
    [
        ("http://192.168.1.20:4000/cb", True),
        ("http://10.0.0.5/", True),
        ("http://203.0.113.7.example/cb", False),
        ("http://93.184.216.34/cb", False),
        ("http://victim.example/cb", False),
        ("http://239.255.255.250:1900/", False),
        ("nonsense", False),
    ],
)
def test_events_are_told_to_the_local_network_alone(url: str, local: bool) -> None:
    assert _is_local(url) is local


async def test_a_foreign_subscriber_is_never_told(
    servers: MediaServers, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str] = []

    async def note(self: Lan, request: Any) -> None:
        told.append(request.url)

    monkeypatch.setattr("async_upnp_client.aiohttp.AiohttpRequester.async_http_request", note)
    parts = urlsplit(servers.locations[0])
    for callback in ("http://93.184.216.34/x", "http://127.0.0.1:1/x"):
        headers = {"CALLBACK": f"<{callback}>", "TIMEOUT": "Second-60", "NT": "upnp:event"}
        answer = await asyncio.to_thread(
            ask, parts.port or 0, "/directory/events", "SUBSCRIBE", headers
        )
        assert answer.status == 200
    await eventually(lambda: told)
    assert set(told) == {"http://127.0.0.1:1/x"}
