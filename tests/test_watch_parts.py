"""The parts of a watch page: the list up next, sharing, ways out, the format of VR videos."""

from __future__ import annotations

import io
from urllib.parse import quote

import pytest
import segno

from lvs.config import ServerConfig
from lvs.contexts import sharing
from lvs.contexts.up_next import AFTER, BEFORE
from lvs.network.addresses import Ports
from lvs.store import Transaction, playback
from lvs.viewer import HOUSEHOLD
from tests.helpers.html import Element, element, elements, links
from tests.helpers.libraries import fill, hash_of
from tests.helpers.requests import post
from tests.helpers.servers import LocalServer

FILM = "/watch/Video%20000000.mp4"


def entries(html: str, prefix: str = "next") -> list[Element]:
    return [it for it in elements(html, "a", class_="entry") if it["id"].startswith(f"{prefix}-")]


def number_of(entry: Element) -> int:
    """The number in the title of one of the videos of `fill`."""
    return int(entry["href"].partition("Video%20")[2][:6])


async def test_up_next_is_the_list_one_came_from_in_its_order(server: LocalServer) -> None:
    await fill(server.services.store, 40)
    page = (await server.get("/watch/Video%20000020.mp4?list=1&sort=title&min_height=720")).text
    shown = entries(page)
    assert [number_of(it) for it in shown] == list(range(20 - BEFORE, 20 + AFTER + 1))
    assert [number_of(it) for it in shown if it.has("aria-current", True)] == [20]
    assert {it["href"].partition("?")[2] for it in shown} == {"min_height=720&sort=title&list=1"}
    head = element(page, "a", class_="up-next-list")
    assert (head.text, head["href"]) == ("720p or higher", "/all?min_height=720&sort=title")
    (before,), (after,) = links(page, rel="prev"), links(page, rel="next")
    assert (before, after) == (shown[BEFORE - 1]["href"], shown[BEFORE + 1]["href"])


async def test_up_next_is_the_folder_for_one_who_came_from_nowhere(server: LocalServer) -> None:
    await fill(server.services.store, 6, folders=["Harbor Lights/Season 1", "Other"])
    page = (await server.get("/watch/Harbor%20Lights/Season%201/Video%20000002.mp4")).text
    assert [number_of(it) for it in entries(page)] == [0, 2, 4]
    assert element(page, "a", class_="up-next-list").text == "Season 1"
    (place,) = elements(page, "nav", class_="place")
    assert [(it.text, it["href"]) for it in place.children if it.tag == "a"] == [
        ("Harbor Lights", "/all?folder=Harbor%20Lights"),
        ("Season 1", "/all?folder=Harbor%20Lights/Season%201"),
    ]


async def test_what_was_started_says_how_much_is_left(server: LocalServer) -> None:
    await fill(server.services.store, 2)
    await server.services.store.write(
        lambda tx: tx.connection.execute("update item set duration_s = 3000")
    )
    await server.services.store.write(playback.save_position, HOUSEHOLD, 2, 600.0)
    page = (await server.get(FILM + "?list=1&sort=title")).text
    assert "40 min left" in entries(page)[1].text


async def test_resume_is_offered_on_the_stage_and_taken_at_once_from_its_list(
    server: LocalServer,
) -> None:
    await fill(server.services.store, 1)
    await server.services.store.write(
        lambda tx: tx.connection.execute("update item set duration_s = 3000")
    )
    await server.services.store.write(playback.save_position, HOUSEHOLD, 1, 940.0)
    offer = element((await server.get(FILM)).text, "div", data_resume=True)
    assert [(it.text, it["href"]) for it in offer.children] == [
        ("Resume at 15:40", "?t=940"),
        ("Start over", "?t=0"),
    ]
    assert not offer.has("data-at-once", True)
    for start in ("?t=940", "?t=0"):
        assert not elements((await server.get(FILM + start)).text, data_resume=True)
    came_from = {"Referer": f"{server.url}/continue"}
    offer = element((await server.get(FILM, headers=came_from)).text, "div", data_resume=True)
    assert offer.has("data-at-once", True)
    assert offer.children[1]["href"] == "?t=0&started=1&sort=recent&list=1"


async def test_the_playlist_has_the_absolute_address_of_the_bytes(server: LocalServer) -> None:
    await fill(server.services.store, 1)
    media_hash = await hash_of(server.services, 1)
    answer = await server.get(f"/items/{media_hash}/play.m3u")
    assert answer.headers["content-type"].startswith("audio/x-mpegurl")
    assert 'filename="Video 000000.m3u"' in answer.headers["content-disposition"]
    first, about, address = answer.text.splitlines()
    assert first == "#EXTM3U"
    assert about.endswith(",Video 000000")
    assert address == f"{server.url}/stream/{media_hash}/video.mp4"
    assert (await server.get("/items/0000000000000000/play.m3u")).status == 404


async def test_a_title_with_line_breaks_and_quotes_is_one_line_and_one_header(
    server: LocalServer,
) -> None:
    await fill(server.services.store, 1)
    title = 'A "film"\nhttp://elsewhere/ è/..'
    await server.services.store.write(
        lambda tx: tx.connection.execute("update item set title = ?", (title,))
    )
    answer = await server.get(f"/items/{await hash_of(server.services, 1)}/play.m3u")
    assert len(answer.text.splitlines()) == 3
    assert answer.headers["content-disposition"] == (
        'attachment; filename="A filmhttp:elsewhere e...m3u";'
        f" filename*=UTF-8''{quote(title + '.m3u', safe='')}"
    )


async def test_share_has_a_plain_link_and_its_qr_code(server: LocalServer) -> None:
    await fill(server.services.store, 1)
    page = (await server.get(FILM)).text
    link = element(page, "input", id="share-link")["value"]
    assert link.endswith(f":{server.port}{FILM}")
    code = await server.get(element(page, "img", data_share_code=True)["src"] + "?t=754")
    assert code.headers["content-type"] == "image/svg+xml"
    wanted = io.BytesIO()
    segno.make(f"{link}?t=754", error="m", micro=False).save(
        wanted, kind="svg", border=3, dark="#000", light="#fff", omitsize=True
    )
    assert code.body == wanted.getvalue()


def test_another_device_gets_an_address_in_the_network(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sharing, "lan_addresses", lambda host: ["192.168.1.20"])
    for host, asked, origin in (
        ("0.0.0.0", "http://localhost:8000", "http://192.168.1.20:8000"),
        ("0.0.0.0", "http://[::1]:8000", "http://192.168.1.20:8000"),
        ("0.0.0.0", "https://videos.home", "https://videos.home"),
        ("127.0.0.1", "http://localhost:8000", "http://localhost:8000"),
    ):
        assert sharing.shared_origin(ServerConfig(host=host), asked) == origin


def test_another_player_gets_plain_http_where_the_certificate_is_this_servers() -> None:
    ports = Ports(http=8000, https=8443)
    for asked, origin in (
        ("https://192.168.1.20:8443", "http://192.168.1.20:8000"),
        ("https://[fe80::1]:8443", "http://[fe80::1]:8000"),
        ("https://videos.home", "https://videos.home"),  # a proxy in front of it
        ("http://192.168.1.20:8000", "http://192.168.1.20:8000"),
    ):
        assert sharing.player_origin(ports, asked) == origin


async def test_the_vr_format_is_beside_the_actions_for_vr_videos_alone(
    server: LocalServer,
) -> None:
    await fill(server.services.store, 1)

    async def places() -> tuple[bool, ...]:
        page = (await server.get(FILM)).text
        return tuple(
            any(it.has("popovertarget", "layout") for it in element(page, **where).children)
            for where in ({"class_": "user-data"}, {"id": "more-actions"})
        )

    assert await places() == (False, True)

    def make_vr(tx: Transaction) -> None:
        tx.connection.execute("update video_facts set projection = '180', stereo = 'sbs'")

    await server.services.store.write(make_vr)
    assert await places() == (True, False)


async def test_suggested_tags_are_those_that_the_video_lacks(server: LocalServer) -> None:
    await fill(server.services.store, 2)
    first, second = [await hash_of(server.services, item) for item in (1, 2)]
    for media_hash, tag in ((first, "sea"), (second, "sea"), (second, "town")):
        await post(server, f"/videos/{media_hash}/tag", tag=tag)
    offered = (await server.get(f"/partials/tags?video={first}")).text
    assert [it["data-value"] for it in elements(offered, "li", role="option")] == ["town"]
