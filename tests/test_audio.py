"""Audio files in the library: lists, search, their page, bytes, the API, headsets and DLNA."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from lvs.dlna import content_directory, didl
from lvs.headsets.catalogue import catalogue_lists
from lvs.services import Services
from lvs.store import Connection
from lvs.viewer import HOUSEHOLD
from tests.helpers.clips import Cast
from tests.helpers.html import card_ids, element, elements, links
from tests.helpers.libraries import library, probe_all
from tests.helpers.requests import post
from tests.helpers.servers import LocalServer
from tests.helpers.songs import Song, make_song


@pytest.fixture
async def site(services: Services, server: LocalServer, videos: Path, cast: Cast) -> LocalServer:
    """A film, and two songs of one album; one of them has a cover."""
    cast.copy("beach.mp4", videos / "Holidays" / "Beach.mp4")
    make_song(videos / "Boats" / "01.flac", Song(cover=120))
    tags = {"title": "Rain song", "artist": "The Boats", "album": "Harbour", "track": "4"}
    make_song(videos / "Boats" / "02.opus", Song(frequency=220, tags=tags))
    await library(services)
    await probe_all(services)
    return server


async def titles(site: LocalServer, path: str) -> list[str]:
    html = (await site.get(path)).text
    return sorted(card.text for card in elements(html, "span", class_="card-title"))


async def items(site: LocalServer, arguments: str = "") -> dict[str, dict[str, object]]:
    found = json.loads((await site.get(f"/api/items?{arguments}")).body)["items"]
    return {item["title"]: item for item in found}


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        ("/all", ["Beach"]),
        ("/music", ["Rain song", "Sea song"]),
        ("/all?kind=audio", ["Rain song", "Sea song"]),
        ("/all?kind=all", ["Beach", "Rain song", "Sea song"]),
        ("/all?q=boats", ["Rain song", "Sea song"]),
        ("/all?q=harbour+rain", ["Rain song"]),
        ("/all?q=kind:audio", ["Rain song", "Sea song"]),
        ("/all?q=kind:video", ["Beach"]),
        ("/all?q=kind:video+boats", []),
        ("/all?q=-rain", ["Beach", "Sea song"]),
        ("/all?folder=Boats", ["Rain song", "Sea song"]),
        ("/all?folder=Boats&kind=video", []),
        ("/popular", ["Beach"]),
    ],
)
async def test_each_list_has_its_kinds(site: LocalServer, path: str, shown: list[str]) -> None:
    assert await titles(site, path) == shown


async def test_an_unknown_kind_is_refused(site: LocalServer) -> None:
    answer = await site.get("/all?kind=book")
    assert answer.status == 400
    assert "video, audio, or all" in answer.text
    assert (await site.get("/all?q=kind:book")).status == 400


async def test_music_is_in_the_navigation_with_its_count(site: LocalServer) -> None:
    html = (await site.get("/music")).text
    link = element(html, "a", id="place-audio")
    assert (link["href"], link.text) == ("/music", "Music 2")
    assert link["aria-current"] == "page"
    assert "2 tracks" in element(html, id="summary").text
    assert "Minimum resolution" not in html
    assert element((await site.get("/all")).text, "a", id="place-library").text == "All videos 1"


async def test_favorites_and_tags_have_all_kinds(site: LocalServer) -> None:
    for title, item in (await items(site)).items():
        await post(site, f"/videos/{item['media_hash']}/favorite", favorite="1")
        await post(site, f"/videos/{item['media_hash']}/tag", tag="sea")
        assert title in await titles(site, "/favorites")
    assert await titles(site, "/all?tag=sea") == ["Beach", "Rain song", "Sea song"]
    assert await titles(site, "/all?tag=sea&kind=audio") == ["Rain song", "Sea song"]


async def test_the_page_has_a_player_and_the_tags(site: LocalServer) -> None:
    found = await items(site)
    page = (await site.get(str(found["Sea song"]["page_url"]))).text
    source = element(page, "source")
    assert source["type"] == "audio/flac"
    assert element(page, "audio", controls=True)["aria-label"] == "Sea song"
    assert element(page, "p", class_="about-lines").text == "The Boats · Harbour"
    facts = element(page, "dl", class_="facts").text
    assert "FLAC, 48 kHz, stereo" in facts
    assert "vr/start" not in page
    answer = await site.get(source["src"], headers={"Range": "bytes=0-3"})
    assert (answer.status, answer.body) == (206, b"fLaC")
    assert answer.headers["content-type"] == "audio/flac"


async def test_previous_and_next_keep_to_the_music(site: LocalServer) -> None:
    found = await items(site)
    page = (await site.get(f"{found['Rain song']['page_url']}?list=1&kind=audio&sort=title")).text
    (following,) = links(page, rel="next")
    assert following.startswith(f"{found['Sea song']['page_url']}?")
    assert not links(page, rel="prev")


async def test_programs_get_items_of_all_kinds_and_videos_alone(site: LocalServer) -> None:
    found = await items(site)
    assert {title: item["kind"] for title, item in found.items()} == {
        "Beach": "video",
        "Rain song": "audio",
        "Sea song": "audio",
    }
    assert found["Sea song"]["facts"]["artist"] == "The Boats"  # type: ignore[index]
    assert found["Beach"]["facts"]["width"] == 160  # type: ignore[index]
    assert set(await items(site, "kind=audio")) == {"Rain song", "Sea song"}
    listed = json.loads((await site.get("/api/videos?q=boats")).body)
    assert listed["total"] == 0
    media_hash = found["Sea song"]["media_hash"]
    assert (await site.get(f"/api/videos/{media_hash}")).status == 404
    assert (await site.get(f"/api/items/{media_hash}")).status == 200
    assert (await site.get("/api/items/0123456789abcdef")).status == 404


async def test_headsets_have_videos_alone(site: LocalServer) -> None:
    media_hash = (await items(site))["Sea song"]["media_hash"]
    lists = await site.services.store.read(catalogue_lists, HOUSEHOLD, site.services.folders)
    assert {card.title for one in lists for card in one.cards} == {"Beach"}
    assert "Music" not in {one.name for one in lists}
    for player in ("deovr", "heresphere"):
        assert (await site.get(f"/{player}/{media_hash}")).status in (401, 404)


async def test_dlna_players_have_the_music(site: LocalServer) -> None:
    def browse(conn: Connection) -> str:
        folders = site.services.folders
        found = content_directory.children(conn, HOUSEHOLD, folders, "list:kind=audio", 0, 0)[0]
        return didl.document(found, "http://server")

    document = ET.fromstring(await site.services.store.read(browse))
    names = {
        "": "urn:schemas-upnp-org:metadata-1-0/DIDL-Lite/",
        "upnp": "urn:schemas-upnp-org:metadata-1-0/upnp/",
    }
    songs = document.findall("item", names)
    assert len(songs) == 2
    song = next(one for one in songs if "flac" in ET.tostring(one).decode())
    assert song.findtext("upnp:class", "", names) == "object.item.audioItem.musicTrack"
    assert song.findtext("upnp:artist", "", names) == "The Boats"
    assert song.findtext("upnp:album", "", names) == "Harbour"
    assert song.findtext("upnp:originalTrackNumber", "", names) == "3"
    resource = song.find("res", names)
    assert resource is not None
    assert resource.attrib["protocolInfo"].startswith("http-get:*:audio/flac:")
    assert resource.attrib["sampleFrequency"] == "48000"
    assert resource.attrib["nrAudioChannels"] == "2"
    assert (resource.text or "").endswith("/audio.flac")


async def test_a_song_keeps_its_title_when_its_file_is_renamed(
    site: LocalServer, videos: Path
) -> None:
    (videos / "Boats" / "01.flac").rename(videos / "Boats" / "first.flac")
    await library(site.services)
    assert await titles(site, "/music") == ["Rain song", "Sea song"]


async def test_a_file_that_is_renamed_to_another_kind_becomes_one(
    site: LocalServer, videos: Path
) -> None:
    before = (await items(site))["Beach"]
    (videos / "Holidays" / "Beach.mp4").rename(videos / "Holidays" / "Beach.m4a")
    await library(site.services)
    await probe_all(site.services)
    found = (await items(site))["Beach"]
    assert (found["kind"], found["media_hash"]) == ("audio", before["media_hash"])
    assert found["facts"]["codec"] == "aac"  # type: ignore[index]
    assert await titles(site, "/all") == []
    assert len(card_ids((await site.get("/music")).text)) == 3


async def test_a_replaced_song_has_the_facts_of_the_new_one(
    site: LocalServer, videos: Path
) -> None:
    tags = {"title": "Snow song", "artist": "Ada Fjord"}
    make_song(videos / "Boats" / "01.flac", Song(frequency=550, tags=tags))
    await library(site.services)
    await probe_all(site.services)
    found = await items(site, "kind=audio")
    assert set(found) == {"Rain song", "Snow song"}
    assert found["Snow song"]["facts"]["album"] is None  # type: ignore[index]
    assert await titles(site, "/all?q=ada") == ["Snow song"]
    assert await titles(site, "/all?q=harbour") == ["Rain song"]


async def test_a_song_that_browsers_cannot_play_can_be_downloaded(
    site: LocalServer, videos: Path
) -> None:
    make_song(videos / "Old.wma", Song(tags={"title": "Old song"}))
    await library(site.services)
    await probe_all(site.services)
    page = (await site.get(str((await items(site))["Old song"]["page_url"]))).text
    assert "Browsers can't play" in element(page, id="stage").text
    assert not elements(page, "audio")
    assert links(page, download=True)


async def test_an_empty_music_list_says_what_to_do(server: LocalServer) -> None:
    html = (await server.get("/music")).text
    assert "No music yet" in element(html, id="empty").text
    assert "Copy an audio file into" in element(html, id="empty").text
