"""Files that could not be read: last, folded at the end of the list, and live."""

from __future__ import annotations

import json

from playwright.async_api import BrowserContext, expect

from lvs.services import Services
from lvs.store import Transaction, items
from tests.helpers.browsers import live_page
from tests.helpers.html import card_ids, element, elements
from tests.helpers.libraries import fill
from tests.helpers.servers import LocalServer


async def set_error(services: Services, error: str | None, *item_ids: int) -> None:
    def change(tx: Transaction) -> None:
        for item_id in item_ids:
            tx.connection.execute("update item set probe_error = ? where id = ?", (error, item_id))
            items.touch(tx, item_id)

    await services.store.write(change)


async def test_the_first_row_can_be_played_and_the_rest_is_folded(server: LocalServer) -> None:
    await fill(server.services.store, 8)
    await set_error(server.services, "The file is empty.", 1, 2, 8)
    for sort in ("newest", "title", "size", "random"):
        page = (await server.get(f"/all?sort={sort}&seed=3")).text
        assert "8 videos" in element(page, id="summary").text
        assert set(card_ids(page)[-3:]) == {1, 2, 8}
        grid = page[page.index('id="grid"') : page.index('id="failed"')]
        assert set(card_ids(grid)) == {3, 4, 5, 6, 7}
        (summary,) = elements(page, "summary")
        assert summary.text == "3 files couldn't be read"
    failed = page[page.index('id="failed"') :]
    assert not elements(failed, "input", class_="card-select")
    assert not elements(failed, class_="card-more")


async def test_one_file_is_one_file(server: LocalServer) -> None:
    await fill(server.services.store, 2)
    assert not elements((await server.get("/all")).text, "details")
    await set_error(server.services, "The file is empty.", 2)
    assert element((await server.get("/all")).text, "summary").text == "1 file couldn't be read"


async def test_the_api_has_them_last(server: LocalServer) -> None:
    await fill(server.services.store, 5)
    await set_error(server.services, "The file is empty.", 1, 3)
    cursor, found = "", []
    while cursor is not None:
        page = json.loads((await server.get(f"/api/videos?sort=title&limit=2&after={cursor}")).body)
        found += [video["title"] for video in page["videos"]]
        cursor = page["next"]
    assert found == [f"Video {number:06}" for number in (1, 3, 4, 0, 2)]
    assert page["total"] == 5


async def test_a_failure_moves_to_the_end_and_back(
    live_services: Services, live_server: LocalServer, context: BrowserContext
) -> None:
    await fill(live_services.store, 4)
    page = await live_page(context, f"{live_server.url}/all?sort=title")
    await set_error(live_services, "The file is empty.", 2)
    await expect(page.locator("#failed summary")).to_have_text("1 file couldn't be read")
    await expect(page.locator("#grid > .card")).to_have_count(3)
    await page.locator("#failed summary").click()
    await expect(page.locator("#failed #v-2")).to_be_visible()
    await set_error(live_services, "The file is empty.", 3)
    await expect(page.locator("#failed summary")).to_have_text("2 files couldn't be read")
    await expect(page.locator("#failed details")).to_have_attribute("open", "")
    await set_error(live_services, None, 2)
    await expect(page.locator("#grid > .card")).to_have_count(3)
    await expect(page.locator("#grid > .card .card-title").nth(1)).to_have_text("Video 000001")
    await expect(page.locator("#failed summary")).to_have_text("1 file couldn't be read")
    await set_error(live_services, None, 3)
    await expect(page.locator("#failed details")).to_have_count(0)
