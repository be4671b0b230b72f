"""Tags: added, removed, suggested, found."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import BrowserContext, expect

from lvs.errors import InvalidInputError
from lvs.services import Services
from lvs.store import Transaction, cleanup, files, gallery, playback, tags
from lvs.store.list_plan import ListSpec
from lvs.viewer import EVERYTHING, HOUSEHOLD
from tests.helpers import browsers
from tests.helpers.browsers import live_page, until
from tests.helpers.clips import Cast
from tests.helpers.html import element
from tests.helpers.libraries import age, fill, hash_of, library
from tests.helpers.requests import call, post
from tests.helpers.servers import LocalServer, eventually

pytestmark = pytest.mark.engines("sqlite", "postgres")


@pytest.fixture
async def live_jobs(services: Services) -> AsyncIterator[None]:
    """Changes of many videos are done."""
    running = asyncio.create_task(services.bulk.run(), name="changes of many videos")
    yield
    running.cancel()


async def names(services: Services, item_id: int = 1) -> list[str]:
    return [tag.name for tag in await services.store.read(tags.of_item, item_id)]


async def test_a_tag_is_one_whatever_its_case_and_keeps_its_first(services: Services) -> None:
    await fill(services.store, 2)
    await services.store.write(tags.add, 1, "  Summer   Holiday ")
    await services.store.write(tags.add, 2, "SUMMER HOLIDAY")
    await services.store.write(tags.add, 1, "summer holiday")
    assert await names(services, 1) == await names(services, 2) == ["Summer Holiday"]
    (tag,) = await services.store.read(tags.most_used, EVERYTHING)
    assert (tag.name, tag.count) == ("Summer Holiday", 2)
    await services.store.write(tags.remove, 1, "sUMMER holiday")
    assert await names(services, 1) == []
    assert (await services.store.read(tags.most_used, EVERYTHING))[0].count == 1


async def test_a_tag_that_no_video_has_leaves_no_row(services: Services) -> None:
    await fill(services.store, 3)

    async def rows() -> list[str]:
        return await services.store.read(
            lambda conn: [name for (name,) in conn.execute("select name from tag order by key")]
        )

    for item_id in (1, 2):
        await services.store.write(tags.set_all, item_id, ["sea", "sun"])
    await services.store.write(tags.remove, 1, "sea")
    assert await rows() == ["sea", "sun"]
    await services.store.write(tags.set_all, 2, [])
    assert await rows() == ["sun"]

    def goes_missing(tx: Transaction) -> None:
        for item_id in (1, 2):
            files.mark_missing(tx, files.of_item(tx.connection, item_id))

    await services.store.write(goes_missing)
    assert await rows() == ["sun"]  # it may come back
    await services.store.write(cleanup.purge, [1, 2])
    assert await rows() == []


@pytest.mark.parametrize("name", ["", "   ", "x" * 61, "a\x00b", "\u202e"])
async def test_a_bad_tag_is_refused(services: Services, name: str) -> None:
    await fill(services.store, 1)
    with pytest.raises(InvalidInputError):
        await services.store.write(tags.add, 1, name)
    assert await names(services) == []


async def test_a_video_has_50_tags_at_most(services: Services) -> None:
    await fill(services.store, 1)
    await services.store.write(tags.set_all, 1, [f"tag {n}" for n in range(50)])
    with pytest.raises(InvalidInputError, match="at most 50 tags"):
        await services.store.write(tags.add, 1, "one more")
    assert len(await names(services)) == 50


async def test_what_is_typed_is_offered_best_first(services: Services) -> None:
    await fill(services.store, 3)
    await services.store.write(tags.set_all, 1, ["Seaside", "Overseas", "Été", "50%"])
    await services.store.write(tags.set_all, 2, ["Overseas", "Sea"])
    found = await services.store.read(tags.most_used, EVERYTHING, "sea")
    assert [tag.name for tag in found] == ["Sea", "Seaside", "Overseas"]
    assert [tag.name for tag in await services.store.read(tags.most_used, EVERYTHING, "ÉT")] == [
        "Été"
    ]
    assert [tag.name for tag in await services.store.read(tags.most_used, EVERYTHING, "%")] == [
        "50%"
    ]


@pytest.mark.parametrize("count", [30, 400])
async def test_all_of_the_tags_must_match(services: Services, count: int) -> None:
    def tag(tx: Transaction) -> None:
        for video in range(1, count + 1):
            names = [name for name, step in (("two", 2), ("three", 3)) if video % step == 0]
            tags.set_all(tx, video, names)

    await fill(services.store, count)
    await services.store.write(tag)

    async def found(*wanted: str) -> set[int]:
        ids = await services.store.read(tags.ids, EVERYTHING, wanted)
        page = await services.store.read(
            gallery.page, ListSpec(HOUSEHOLD, "title", tag_ids=ids), limit=1000
        )
        assert page.total == len(page.items)
        return {video for video, _ in page.items}

    assert await found("two") == {v for v in range(1, count + 1) if v % 2 == 0}
    assert await found("two", "THREE") == {v for v in range(1, count + 1) if v % 6 == 0}
    assert await found("two", "unknown") == set()


async def test_tags_over_the_api(server: LocalServer) -> None:
    await fill(server.services.store, 2)
    media_hash = await hash_of(server.services, 1)
    body = {"media_hash": media_hash, "tags": ["Sea", "sea", "Sun & wind"]}
    answer = await call(server, "POST", "/api/tags/set", body)
    assert json.loads(answer.body) == {"tags": ["Sea", "Sun & wind"]}
    answer = await call(server, "GET", f"/api/tags/video?media_hash={media_hash}")
    assert json.loads(answer.body) == {"tags": ["Sea", "Sun & wind"]}
    answer = await call(server, "GET", "/api/tags/popular?q=wind")
    assert json.loads(answer.body) == {"tags": [{"name": "Sun & wind", "count": 1}]}
    answer = await call(server, "GET", "/api/videos?tag=sea&tag=sun%20%26%20wind")
    (video,) = json.loads(answer.body)["videos"]
    assert video["tags"] == ["Sea", "Sun & wind"]
    assert (await call(server, "POST", "/api/tags/set", {**body, "tags": ["x" * 61]})).status == 400
    assert (await call(server, "GET", "/api/tags/video")).status == 400


async def test_the_index_and_the_address_of_a_tag(server: LocalServer) -> None:
    await fill(server.services.store, 2)
    assert "No tags yet" in (await server.get("/tags")).text
    media_hash = await hash_of(server.services, 1)
    assert (await post(server, f"/videos/{media_hash}/tag", tag="R&B/Soul")).status == 303
    page = (await server.get("/tags")).text
    assert "R&amp;B/Soul" in page
    found = await server.get("/tag/R%26B/Soul")
    assert found.status == 303
    shown = (await server.get(found.headers["location"])).text
    assert "1 video<" in shown
    assert "Tag: R&amp;B/Soul" in shown


async def test_a_tag_is_renamed_joined_and_deleted(server: LocalServer, live_jobs: None) -> None:
    services = server.services
    await fill(services.store, 3)
    await services.store.write(tags.set_all, 1, ["sea", "sun"])
    await services.store.write(tags.set_all, 2, ["ocean"])
    await services.store.write(tags.set_all, 3, ["ocean", "sea"])
    assert (await post(server, "/tags/rename", tag="sun", name="Sunny days")).status == 303
    assert await names(services, 1) == ["sea", "Sunny days"]
    assert (await post(server, "/tags/rename", tag="OCEAN", name="Sea")).status == 303
    assert [await names(services, video) for video in (1, 2, 3)] == [
        ["sea", "Sunny days"],
        ["sea"],
        ["sea"],
    ]
    counts = {tag.name: tag.count for tag in await services.store.read(tags.by_name, EVERYTHING)}
    assert counts == {"sea": 3, "Sunny days": 1}
    assert (await post(server, "/tags/rename", tag="sea", name="SEA")).status == 303
    assert await names(services, 2) == ["SEA"]
    assert "1 video<" in (await server.get("/all?q=sunny")).text
    assert (await post(server, "/tags/delete", tag="sea")).status == 303
    assert await names(services, 3) == []
    assert "0 videos<" in (await server.get("/all?q=sea")).text
    assert (await post(server, "/tags/delete", tag="sea")).status == 404
    assert (await post(server, "/tags/rename", tag="Sunny days", name=" ")).status == 400


async def test_a_deleted_tag_comes_back_on_every_video_that_had_it(
    services: Services, server: LocalServer, live_jobs: None
) -> None:
    await fill(services.store, 3)
    for video in (1, 2, 3):
        await services.store.write(tags.set_all, video, ["Family", "sea"])

    def lose(tx: Transaction) -> None:
        files.mark_missing(tx, files.of_item(tx.connection, 3))

    await services.store.write(lose)
    answer = await post(server, "/tags/delete", tag="FAMILY")
    assert [await names(services, video) for video in (1, 2, 3)] == [["sea"]] * 3
    page = (await server.get(answer.headers["location"])).text
    assert "Tag “Family” deleted from 3 videos" in page
    assert "Family" not in (await server.get("/tags")).text
    bulk_edit_id = element(page, name="bulk")["value"]
    back = await post(server, "/bulk/undo", bulk=bulk_edit_id)
    assert "Tag “Family” restored" in (await server.get(back.headers["location"])).text
    assert [await names(services, video) for video in (1, 2, 3)] == [["Family", "sea"]] * 3


async def test_deleting_a_tag_is_undone_by_a_toast(
    server: LocalServer, services: Services, context: BrowserContext, live_jobs: None
) -> None:
    await fill(services.store, 2)
    await services.store.write(tags.set_all, 1, ["family", "sea"])
    await services.store.write(tags.set_all, 2, ["family"])
    page = await context.new_page()
    await page.clock.install()
    await page.goto(f"{server.url}/tags")

    async def delete(name: str) -> None:
        await page.locator(f"summary[aria-label$={name}]").click()
        await page.get_by_role("button", name=f"Delete tag {name}").click()

    toasts = page.get_by_role("status").locator(".notice")
    await delete("family")
    await toasts.get_by_text("Tag “family” deleted from 2 videos").wait_for()
    await page.get_by_role("link", name="family 2").wait_for(state="detached")
    await delete("sea")
    await page.get_by_text("No tags yet").wait_for()
    await expect(toasts).to_have_count(2)
    assert await page.locator("#navigation [aria-current]").inner_text() == "Tags"
    await toasts.filter(has_text="sea").get_by_role("button", name="Undo").focus()
    await page.clock.fast_forward(10_100)
    await toasts.filter(has_text="family").wait_for(state="detached")
    await page.keyboard.press("Enter")  # the one with the focus has stayed
    await toasts.get_by_text("Undone", exact=True).wait_for()
    await page.get_by_role("link", name="sea 1").wait_for()
    assert not await browsers.axe_violations(page)


async def test_the_index_of_tags_is_clean_for_axe(
    server: LocalServer, context: BrowserContext
) -> None:
    await fill(server.services.store, 1)
    await server.services.store.write(tags.set_all, 1, ["sea", "sun & wind"])
    page = await context.new_page()
    await page.goto(f"{server.url}/tags")
    await page.locator("summary").first.click()
    assert not await browsers.axe_violations(page)
    await page.locator("details[open] input[name=name]").fill("Ocean")
    await page.keyboard.press("Enter")
    await page.get_by_role("link", name="Ocean 1").wait_for()


async def test_a_tag_added_on_one_page_is_on_the_others(
    live_services: Services,
    live_server: LocalServer,
    videos: Path,
    cast: Cast,
    context: BrowserContext,
) -> None:
    cast.copy("beach.mp4", videos / "Beach.mp4")
    age(videos)
    site = live_server.url
    live_services.library.ask_for_scan()

    async def ready() -> bool:
        return 'data-state="ready"' in (await live_server.get("/all")).text

    await eventually(ready)
    tagged = await live_page(context, f"{site}/all?tag=sea")
    other = await live_page(context, f"{site}/watch/Beach.mp4")
    page = await live_page(context, f"{site}/watch/Beach.mp4")
    assert await browsers.titles(tagged) == []
    await page.fill("#tag-input", "Sea")
    await page.keyboard.press("Enter")
    await other.wait_for_selector(".chip-tag:has-text('Sea')")
    await browsers.wait_for_titles(tagged, ["Beach"])
    await until(page, "document.querySelector('#tag-input').value === ''")
    await until(page, "document.activeElement.id === 'tag-input'")
    await other.fill("#tag-input", "ea")
    await other.get_by_role("option", name="New tag “ea”").wait_for()
    await expect(other.locator("#tag-options .option")).to_have_count(1)  # the video has Sea
    await other.fill("#tag-input", "half-typed")
    await page.get_by_role("button", name="Remove tag Sea").click()
    await browsers.wait_for_titles(tagged, [])
    await until(other, "!document.querySelector('.chip-tag')")
    assert await other.input_value("#tag-input") == "half-typed"
    assert not await browsers.axe_violations(page)


async def test_tags_are_suggested_selected_by_keys_and_created(
    live_services: Services,
    live_server: LocalServer,
    videos: Path,
    cast: Cast,
    context: BrowserContext,
) -> None:
    for name in ("Beach", "City"):
        cast.unique(videos / f"{name}.mp4")
    await library(live_services)
    ids: dict[str, int] = await live_services.store.read(
        lambda conn: dict(conn.execute("select title, id from item").fetchall())
    )
    await live_services.store.write(tags.set_all, ids["Beach"], ["Seaside", "Overseas"])
    await live_services.store.write(tags.set_all, ids["City"], ["Overseas"])
    page = await live_page(context, f"{live_server.url}/watch/City.mp4")
    field = page.get_by_role("combobox", name="Add a tag")
    await field.click()
    await page.keyboard.type("sea")
    await page.get_by_role("option", name="New tag “sea”").wait_for()
    names = await page.locator("#tag-options .option").all_inner_texts()
    assert [" ".join(name.split()) for name in names] == [
        "Seaside 1",
        "New tag “sea”",
    ]
    assert not await browsers.axe_violations(page)
    await page.keyboard.press("ArrowUp")
    assert await field.get_attribute("aria-activedescendant") == "tag-option-new"
    # A push of the same video while choosing leaves the list open.
    await live_services.store.write(playback.count_view, ids["City"])
    await page.get_by_text("1 view").first.wait_for()
    await expect(page.locator("#tag-options .option")).to_have_count(2)
    await page.keyboard.press("ArrowDown")
    assert await field.get_attribute("aria-activedescendant") == "tag-option-1"
    await page.keyboard.press("Enter")
    await page.get_by_role("button", name="Remove tag Seaside").wait_for()
    await until(page, "document.activeElement.id === 'tag-input'")
    await until(page, "document.querySelector('#tag-input').value === ''")
    await page.keyboard.type("sea")
    await page.get_by_role("option", name="New tag “sea”").click()
    await page.get_by_role("button", name="Remove tag sea", exact=True).wait_for()
    await page.keyboard.type("x")
    await page.get_by_role("option", name="New tag “x”").wait_for()
    await page.keyboard.press("Escape")
    await page.locator("#tag-options").wait_for(state="hidden")
    assert await field.input_value() == "x"
