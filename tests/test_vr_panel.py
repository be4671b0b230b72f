"""The panel and the controllers in VR, and leaving it."""

from __future__ import annotations

import json

import pytest
from playwright.async_api import BrowserContext, Page

from tests.helpers.browsers import until
from tests.helpers.requests import post
from tests.helpers.servers import LocalServer, eventually
from tests.helpers.webxr import aim, frames, panel_layout, press, put_on, watch_page

PARTS = "document.querySelectorAll('[data-player] *').length"


@pytest.mark.parametrize("layers", [True, False])
async def test_controllers_and_panel_do_what_they_say_and_leaving_restores_the_page(
    live_server: LocalServer, vr_context: BrowserContext, vr_film: str, layers: bool
) -> None:
    await post(live_server, f"/videos/{vr_film}/layout", projection="180", stereo="sbs")
    page = await watch_page(vr_context, live_server, layers=layers)
    at_rest = await page.evaluate(PARTS)
    await put_on(page)
    panel = await panel_layout(page)
    video = "document.querySelector('video')"

    await page.evaluate("device.controllers.right.quaternion.set(1, 0, 0, 0)")  # off it
    assert not await page.evaluate(f"{video}.paused")
    hidden = "window.made.length && sessions[0].session.renderState.layers.length === 1"
    if layers:
        await until(page, hidden)  # whoever watches wants to see the video alone
    await press(page, "trigger")
    await until(page, f"{video}.paused")
    before = await page.evaluate(f"{video}.currentTime")
    await page.evaluate("device.controllers.right.updateAxis('thumbstick', 'x-axis', 1)")
    await until(page, f"{video}.currentTime >= {before + 9.9}")
    await page.evaluate("device.controllers.right.updateAxis('thumbstick', 'x-axis', 0)")
    await aim(page, panel, panel.middle("back"))
    after = await page.evaluate(f"{video}.currentTime")
    await press(page, "trigger")
    await until(page, f"{video}.currentTime <= {after - 9.9}")
    await aim(page, panel, panel.middle("seek"))
    await press(page, "trigger")
    await until(page, f"Math.abs({video}.currentTime - 15) < 1")

    await aim(page, panel, panel.between("recentre", "exit"))
    paused = await page.evaluate(f"{video}.paused")
    await press(page, "trigger")
    assert await page.evaluate(f"{video}.paused") == paused

    await aim(page, panel, panel.middle("star-4"))
    await press(page, "trigger")

    async def stars() -> bool:
        answer = json.loads((await live_server.get(f"/api/ratings/{vr_film}")).body)
        return bool(answer["user"]["value"] == 4)

    await eventually(stars)
    if layers:
        count = "window.sessions[0].session.renderState.layers.length"
        await press(page, "a-button")
        assert await page.evaluate(count) == 1
        await press(page, "a-button")
        assert await page.evaluate(count) == 2
    await page.evaluate("device.controllers.right.updateButtonValue('b-button', 1)")
    await until(page, "document.activeElement.textContent === 'Watch in VR'")
    assert await page.evaluate("window.stayed")
    assert not await page.evaluate("document.querySelector('[data-webxr_runtime] canvas')")
    about = "document.querySelector('[data-own-rating]').dataset.ownRating"
    await until(page, f"{about} === '4'")
    assert await page.evaluate(PARTS) == at_rest
    await put_on_again(page)


PANEL = """async ([gap, star]) => {
  const { LINES, PIXELS, Panel } = await import('/static/js/vr/panel.js');
  const panel = new Panel('A film');
  const video = { currentTime: 1, duration: 30, paused: true };
  const pen = panel.canvas.getContext('2d');
  const light = (x, y, side = 1) => Math.max(
    ...pen.getImageData(x, y, side, side).data.filter((_, at) => at % 4 === 0));
  const drawn = (rating) => panel.update(video, rating);
  const seen = [[drawn(0), light(...gap), light(star.x, star.y, star.width)]];
  panel.point(panel.at(gap[0] / PIXELS, 1 - gap[1] / LINES));
  seen.push([drawn(0), light(...gap)], [drawn(0)]);
  panel.point(null);
  seen.push([drawn(0), light(...gap)], [drawn(5), light(star.x, star.y, star.width)]);
  return seen;
}"""


async def test_the_panel_shows_where_one_points_and_the_stars_there_are(
    live_server: LocalServer, vr_context: BrowserContext
) -> None:
    page = await vr_context.new_page()
    await page.goto(f"{live_server.url}/")
    layout = await panel_layout(page)
    gap, star = layout.between("recentre", "exit"), layout.controls["star-1"]
    before, pointed, again, outside, rated = await page.evaluate(PANEL, [gap, star])
    assert before[1] < 50
    assert pointed[1] > 200
    assert again == [False]  # nothing new to draw
    assert outside[1] < 50
    assert rated[0]
    assert rated[1] > before[2]


async def test_stars_from_elsewhere_show_on_the_panel(
    live_server: LocalServer, vr_context: BrowserContext, vr_film: str
) -> None:
    page = await watch_page(vr_context, live_server, layers=True)
    await page.evaluate(
        """async () => {
          const { Panel } = await import('/static/js/vr/panel.js');
          const update = Panel.prototype.update;
          Panel.prototype.update = function (video, rating) {
            window.starsShown = rating;
            return update.call(this, video, rating);
          };
        }"""
    )
    await put_on(page)
    assert await page.evaluate("window.starsShown") == 0
    await post(live_server, f"/videos/{vr_film}/rating", value="3")
    await until(page, "window.starsShown === 3")


async def put_on_again(page: Page) -> None:
    """With the button that ended it still down, which does not mean to leave again."""
    await page.get_by_role("button", name="Watch in VR").click()
    await until(page, "window.sessions.length === 2")
    await frames(page, 10)
    assert not await page.evaluate("window.sessions[1].session.ended ?? false")
