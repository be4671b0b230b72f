"""The WebXR player in Chromium, with an emulated Quest 3: layers and drawing."""

from __future__ import annotations

import io
from typing import Any

import av
import numpy as np
import pytest
from numpy.typing import NDArray
from playwright.async_api import BrowserContext

from tests.helpers import browsers
from tests.helpers.browsers import until
from tests.helpers.requests import post
from tests.helpers.servers import LocalServer
from tests.helpers.webxr import frames, put_on, watch_page

LOADED = "performance.getEntriesByType('resource').map(entry => entry.name)"
LAYERED = [
    ("flat", "mono", "createQuadLayer", "mono", None),
    ("flat", "sbs", "createQuadLayer", "stereo-left-right", None),
    ("180", "sbs", "createEquirectLayer", "stereo-left-right", np.pi),
    ("180", "tb", "createEquirectLayer", "stereo-top-bottom", np.pi),
    ("180", "mono", "createEquirectLayer", "mono", np.pi),
    ("360", "mono", "createEquirectLayer", "mono", 2 * np.pi),
    ("360", "tb", "createEquirectLayer", "stereo-top-bottom", 2 * np.pi),
    ("360", "sbs", "createEquirectLayer", "stereo-left-right", 2 * np.pi),
]


@pytest.mark.parametrize(("projection", "stereo", "maker", "layout", "angle"), LAYERED)
async def test_layers_get_what_the_video_is(
    live_server: LocalServer,
    vr_context: BrowserContext,
    vr_film: str,
    projection: str,
    stereo: str,
    maker: str,
    layout: str,
    angle: float | None,
) -> None:
    path = f"/videos/{vr_film}/layout"
    await post(live_server, path, projection=projection, stereo=stereo)
    page = await watch_page(vr_context, live_server, layers=True)
    await put_on(page)
    made = await page.evaluate(
        """() => window.made.map(({ name, init, video }) => ({
          name, layout: init.layout, angle: init.centralHorizontalAngle ?? null,
          up: init.upperVerticalAngle ?? null, width: init.width, height: init.height,
          same: video === document.querySelector('video'), space: init.space.constructor.name,
        }))"""
    )
    (layer,) = made
    assert (layer["name"], layer["layout"], layer["same"]) == (maker, layout, True)
    if angle is None:
        eye = {"mono": 2.0, "sbs": 1.0}[stereo]
        assert layer["width"] / layer["height"] == pytest.approx(eye)
    else:
        assert layer["angle"] == pytest.approx(angle)
        assert layer["up"] == pytest.approx(np.pi / 2)
    asked = await page.evaluate("window.sessions[0].init.requiredFeatures")
    assert asked == ["layers"]
    assert not any("three" in name for name in await page.evaluate(LOADED))
    shown = await page.evaluate("window.sessions[0].session.renderState.layers.length")
    assert shown == 2  # the video, and the panel in front of it
    assert await page.evaluate("!document.querySelector('video').paused")


DRAWN = [
    ("180", "sbs", False),
    ("360", "mono", False),
    ("flat", "mono", False),
    ("mkx200", "sbs", True),
    ("fisheye190", "tb", True),
    ("eac", "mono", True),
    ("180", "rl", True),
    ("360", "bt", True),
]


# What the headset shows covers the page, where something is drawn.
ALONE = """document.querySelectorAll('body > :not([data-webxr_runtime])').forEach(
  (element) => { element.style.visibility = 'hidden'; })"""


@pytest.mark.parametrize(("projection", "stereo", "layers"), DRAWN)
async def test_what_layers_cannot_show_is_drawn(
    live_server: LocalServer,
    vr_context: BrowserContext,
    vr_film: str,
    projection: str,
    stereo: str,
    layers: bool,
) -> None:
    path = f"/videos/{vr_film}/layout"
    await post(live_server, path, projection=projection, stereo=stereo)
    page = await watch_page(vr_context, live_server, layers=layers)
    await put_on(page)
    assert await page.evaluate("window.made") == []
    assert any("three" in name for name in await page.evaluate(LOADED))
    assert "layers" not in await page.evaluate("window.sessions[0].init.requiredFeatures ?? []")
    await frames(page, 10)
    await page.evaluate(ALONE)
    shown = picture(await page.screenshot())
    assert shown.std() > 20, "nothing is drawn"


def picture(encoded: bytes) -> NDArray[np.float64]:
    with av.open(io.BytesIO(encoded)) as container:
        frame: Any = next(container.decode(video=0))  # type: ignore[union-attr]
    pixels: NDArray[np.float64] = frame.to_ndarray(format="rgb24").astype(np.float64)
    return pixels


async def test_a_headset_that_is_taken_off_pauses_the_film(
    live_server: LocalServer, vr_context: BrowserContext, vr_film: str
) -> None:
    page = await watch_page(vr_context, live_server, layers=True)
    await put_on(page)
    assert not await page.evaluate("document.querySelector('video').paused")
    await page.evaluate("device.updateVisibilityState('hidden')")
    await until(page, "document.querySelector('video').paused")


async def test_a_page_over_plain_http_says_what_vr_needs(
    live_server: LocalServer, vr_context: BrowserContext, vr_film: str
) -> None:
    path = f"/videos/{vr_film}/layout"
    await post(live_server, path, projection="180", stereo="sbs")
    page = await vr_context.new_page()
    await page.goto(f"http://lvs.local:{live_server.port}/watch/film.mp4")
    await page.get_by_text("needs HTTPS").wait_for()
    assert not await browsers.axe_violations(page)
    await post(live_server, path, projection="flat", stereo="mono")
    await page.goto(f"http://lvs.local:{live_server.port}/watch/film.mp4")
    assert not await page.get_by_text("needs HTTPS").is_visible()
