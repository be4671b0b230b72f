"""Live watch pages: which regions a change reaches, and the list that the person came from."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from tests.helpers.clips import Cast
from tests.helpers.html import elements, links
from tests.helpers.libraries import fill, heart, library, touched
from tests.helpers.servers import LocalServer, Message, StartServices, serving_live

pytestmark = pytest.mark.engines("sqlite", "postgres")


@pytest.fixture
async def server(start_services: StartServices) -> AsyncIterator[LocalServer]:
    async with serving_live(await start_services(live=False)) as running:
        yield running


async def test_a_watch_page_hears_of_its_video(
    server: LocalServer, videos: Path, cast: Cast
) -> None:
    cast.unique(videos / "a.mp4")
    cards = await library(server.services)
    card = cards["a.mp4"]
    since = server.services.store.last_event_id
    stream = await server.stream(f"/events?video={card.media_hash}&since={since}")
    (videos / "a.mp4").rename(videos / "A better name.mp4")
    await library(server.services)
    message = await stream.until(lambda message: "#about" in message.data)
    assert "<h1>A better name</h1>" in message.data


def related_ids(html: str) -> list[int]:
    """The row ids of the related items in a page or message."""
    return [
        int(it["id"].removeprefix("related-"))
        for it in elements(html, "a", class_="entry")
        if it["id"].startswith("related-")
    ]


async def message_to(
    server: LocalServer, path: str, change: Callable[[], Awaitable[None]]
) -> Message:
    """The one message that a watch page gets of a change; its navigation follows when it is due,
    also that of a change before."""
    page = (await server.get(path)).text
    feed = elements(page, id="live")[0]["hx-sse:connect"]
    stream = await server.stream(feed)
    await change()
    return await stream.until(_has_regions)


def _has_regions(message: Message) -> bool:
    targets = {partial["hx-target"] for partial in elements(message.data, "hx-partial")}
    return bool(targets - {"#navigation"})


async def test_a_push_keeps_the_list_that_the_person_came_from(server: LocalServer) -> None:
    await fill(server.services.store, 3)
    await server.services.store.write(
        lambda tx: tx.connection.execute("update item set view_count = 10 - id")
    )
    path = "/watch/Video%20000001.mp4?list=1&sort=views"
    message = await message_to(server, path, lambda: touched(server, 2))
    for way, name in (("prev", "Video%20000000.mp4"), ("next", "Video%20000002.mp4")):
        assert links(message.data, rel=way) == [f"/watch/{name}?sort=views&list=1"]
    assert 'href="/all?sort=views">Popular</a>' in message.data


async def test_a_push_is_of_the_region_that_changed_and_the_cards_that_the_page_shows(
    server: LocalServer,
) -> None:
    await fill(server.services.store, 30, folders=["a", "b"])
    path = "/watch/a/Video%20000000.mp4"
    shown = set(related_ids((await server.get(path)).text))
    related, other = min(shown), min(set(range(2, 31)) - shown)

    async def several() -> None:
        await touched(server, related, other)

    message = await message_to(server, path, several)
    assert related_ids(message.data) == [related]
    message = await message_to(server, path, lambda: heart(server, related, other))
    assert related_ids(message.data) == [related]
    for target in ("#about", "#stage", "#grid", f"#related-{other}"):
        assert f'hx-target="{target}"' not in message.data


async def test_up_next_is_live(server: LocalServer, videos: Path, cast: Cast) -> None:
    for name in ("a", "b"):
        cast.unique(videos / f"{name}.mp4")
    await library(server.services)
    page = (await server.get("/watch/a.mp4?list=1&sort=title")).text
    stream = await server.stream(elements(page, id="live")[0]["hx-sse:connect"])
    cast.unique(videos / "c.mp4")
    await library(server.services)

    def shows(*names: str) -> Callable[[Message], bool]:
        wanted = [f"/watch/{name}.mp4" for name in names]

        def check(message: Message) -> bool:
            links = elements(message.data, "a", class_="entry")  # also of related videos
            listed = [link["href"][:12] for link in links if link["id"].startswith("next-")]
            return "#up-next" in message.data and listed == wanted

        return check

    message = await stream.until(shows("a", "b", "c"))
    assert "#stage" not in message.data
    (videos / "b.mp4").unlink()
    await library(server.services)
    await stream.until(shows("a", "c"))


async def test_a_file_that_vanishes_takes_the_player_along(
    server: LocalServer, videos: Path, cast: Cast
) -> None:
    cast.copy("beach.mp4", videos / "a.mp4")
    await library(server.services)
    assert "<video" in (await server.get("/watch/a.mp4")).text

    async def missing() -> None:
        (videos / "a.mp4").unlink()
        await library(server.services)

    message = await message_to(server, "/watch/a.mp4", missing)
    assert 'hx-target="#stage"' in message.data
    assert "<video" not in message.data
