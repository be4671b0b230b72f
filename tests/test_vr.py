"""The WebXR player in Chromium, with an emulated Quest 3: layers, drawing, controls, leaving."""

from __future__ import annotations

import io
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from numpy.typing import NDArray
from playwright.async_api import Browser, BrowserContext, Page

from lvs.media.clips import Clip
from lvs.media.filters import through
from lvs.services import Services
from tests.helpers import browsers
from tests.helpers.browsers import BROWSER_ARGUMENTS, until
from tests.helpers.clips import Cast
from tests.helpers.libraries import hash_of
from tests.helpers.requests import post
from tests.helpers.servers import HOME, LocalServer, eventually

IWER = (HOME / "tests" / "vendor" / "iwer" / "iwer.min.js").read_text()
# The CPU renders: no graphics card is needed.
WEBGL = [argument for argument in BROWSER_ARGUMENTS if argument != "--disable-gpu"]
WEBGL += ["--use-angle=swiftshader", "--enable-unsafe-swiftshader", "--ignore-gpu-blocklist"]
WEBGL += ["--disable-gpu-compositing"]  # of the page around it
SIZE = {"width": 480, "height": 270}  # few pixels: each takes time

# iwer puts its own binding over the one of its layers: the first that is set stays.
INSTALL = """
let binding;
Object.defineProperty(window, 'XRWebGLBinding', {
  configurable: true, get: () => binding, set: (value) => { binding ??= value; },
});
window.device = new IWER.XRDevice(IWER.metaQuest3);
window.device.installRuntime({ polyfillLayers: %s, forceInstall: true });
window.made = [];
window.framesSeen = 0;
window.sessions = [];
const request = navigator.xr.requestSession;
navigator.xr.requestSession = async (mode, init) => {
  const session = await request.call(navigator.xr, mode, init);
  const next = session.requestAnimationFrame;
  session.requestAnimationFrame = function (draw) {
    window.framesSeen += 1;
    return next.call(this, draw);
  };
  window.sessions.push({ session, mode, init });
  return session;
};
if (window.XRMediaBinding) {
  for (const name of ['createQuadLayer', 'createEquirectLayer']) {
    const make = XRMediaBinding.prototype[name];
    XRMediaBinding.prototype[name] = function (video, init) {
      const layer = make.call(this, video, init);
      window.made.push({ name, init: { ...init }, layer, video });
      return layer;
    };
  }
}
"""


@pytest.fixture
def browser_arguments() -> list[str]:
    return WEBGL


@pytest.fixture
async def context(browser: Browser) -> AsyncIterator[BrowserContext]:
    async with browsers.context(browser, viewport=SIZE, has_touch=True) as context:
        yield context


@pytest.fixture
async def media_hash(live_services: Services, videos: Path, cast: Cast) -> str:
    cast.make(videos / "film.mp4", Clip("testsrc2", (640, 320), 30, rate=5))
    live_services.library.ask_for_scan()
    await eventually(lambda: live_services.library.status.pictures_made)
    await eventually(live_services.library.feeder.is_idle)
    return await hash_of(live_services, 1)


async def watch_page(context: BrowserContext, server: LocalServer, *, layers: bool) -> Page:
    page = await context.new_page()
    await page.add_init_script(IWER + INSTALL % json.dumps(layers))
    await page.goto(f"{server.url}/watch/film.mp4")
    await until(page, "document.querySelector('video').readyState >= 2")
    return page


async def put_on(page: Page) -> None:
    """Press the button, and see a few frames."""
    await page.evaluate("window.stayed = true")
    await page.get_by_role("button", name="Watch in VR").click()
    await until(page, "window.sessions.length > 0")
    await frames(page, 5)


async def frames(page: Page, count: int) -> None:
    seen = await page.evaluate("window.framesSeen")
    await until(page, "count => window.framesSeen >= count", seen + count)


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
    context: BrowserContext,
    media_hash: str,
    projection: str,
    stereo: str,
    maker: str,
    layout: str,
    angle: float | None,
) -> None:
    path = f"/videos/{media_hash}/layout"
    await post(live_server, path, projection=projection, stereo=stereo)
    page = await watch_page(context, live_server, layers=True)
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
    context: BrowserContext,
    media_hash: str,
    projection: str,
    stereo: str,
    layers: bool,
) -> None:
    path = f"/videos/{media_hash}/layout"
    await post(live_server, path, projection=projection, stereo=stereo)
    page = await watch_page(context, live_server, layers=layers)
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


def directions(width: int, height: int) -> NDArray[np.float64]:
    """The direction of each pixel of an equirectangular image."""
    longitude = (np.arange(width) + 0.5) / width * 2 * np.pi - np.pi
    latitude = np.pi / 2 - (np.arange(height) + 0.5) / height * np.pi
    lon, lat = np.meshgrid(longitude, latitude)
    flat = np.cos(lat)
    return np.stack([flat * np.sin(lon), np.sin(lat), -flat * np.cos(lon)], axis=-1)


def projected(arguments: str) -> NDArray[np.float64]:
    """An image whose colours are directions, as libavfilter projects it."""
    colours = ((directions(1440, 720) + 1) * 127.5).round().astype(np.uint8)
    frame = av.VideoFrame.from_ndarray(colours, format="rgb24")
    found = through(frame, [("format", "gbrp"), ("v360", arguments), ("format", "rgb24")])
    pixels: NDArray[np.float64] = found.to_ndarray(format="rgb24").astype(np.float64)
    return pixels / 127.5 - 1


@pytest.mark.parametrize(
    ("projection", "arguments"),
    [
        ("360", "e:e:w=1200:h=600"),
        ("180", "e:hequirect:w=800:h=800"),
        ("eac", "e:eac:w=1200:h=800"),
        ("fisheye", "e:fisheye:w=800:h=800:h_fov=180:v_fov=180"),
        ("fisheye190", "e:fisheye:w=800:h=800:h_fov=190:v_fov=190"),
        ("mkx200", "e:fisheye:w=800:h=800:h_fov=200:v_fov=200"),
        ("vrca220", "e:fisheye:w=800:h=800:h_fov=220:v_fov=220"),
    ],
)
async def test_surfaces_are_where_ffmpeg_has_them(
    live_server: LocalServer, context: BrowserContext, projection: str, arguments: str
) -> None:
    page = await context.new_page()
    await page.goto(f"{live_server.url}/")
    surfaces = await page.evaluate(
        "name => import('/static/js/vr/projection.js').then(found => found.surfaces(name))",
        projection,
    )
    image = projected(arguments)
    height, width, _ = image.shape
    for surface in surfaces:
        place = np.array(surface["positions"]).reshape(-1, 3)
        place /= np.linalg.norm(place, axis=1, keepdims=True)
        u, v = np.array(surface["uvs"]).reshape(-1, 2).T
        x = np.clip(np.round(u * width - 0.5), 0, width - 1).astype(int)
        y = np.clip(np.round((1 - v) * height - 0.5), 0, height - 1).astype(int)
        away = np.linalg.norm(image[y, x] - place, axis=1)
        assert np.quantile(away, 0.9) < 0.05, f"{projection}: {np.quantile(away, 0.9):.2f} off"


async def test_each_eye_has_its_part(live_server: LocalServer, context: BrowserContext) -> None:
    page = await context.new_page()
    await page.goto(f"{live_server.url}/")
    parts = await page.evaluate(
        """() => import('/static/js/vr/projection.js').then(({ eyePart }) =>
          ['mono', 'sbs', 'rl', 'tb', 'bt'].map(stereo =>
            ['left', 'right'].map(eye => eyePart(stereo, eye).join(' '))))"""
    )
    assert parts == [
        ["0 0 1 1", "0 0 1 1"],
        ["0 0 0.5 1", "0.5 0 0.5 1"],
        ["0.5 0 0.5 1", "0 0 0.5 1"],
        ["0 0.5 1 0.5", "0 0 1 0.5"],
        ["0 0 1 0.5", "0 0.5 1 0.5"],
    ]


PARTS = "document.querySelectorAll('[data-player] *').length"


async def press(page: Page, button: str) -> None:
    """A button of the right controller, down and up."""
    for value in (1, 0):
        await page.evaluate(
            "([button, value]) => device.controllers.right.updateButtonValue(button, value)",
            [button, value],
        )
        await frames(page, 4)


async def aim(page: Page, u: float, v: float) -> None:
    """Point at a place of the panel, from 0.3 m before it (theatre.js says where it is)."""
    tilt = -0.36
    x, y = (u - 0.5) * 1.2, (v - 0.5) * 0.4
    up, out = np.array([0, np.cos(tilt), np.sin(tilt)]), np.array([0, -np.sin(tilt), np.cos(tilt)])
    head = np.array([0, 1.6, 0])
    place = head + [x, -0.55, -1.1] + up * y + out * 0.3
    await page.evaluate(
        """([place, turn]) => {
          const { right } = device.controllers;
          right.position.set(...place);
          right.quaternion.set(...turn);
        }""",
        [place.tolist(), [float(np.sin(tilt / 2)), 0, 0, float(np.cos(tilt / 2))]],
    )
    await frames(page, 4)


@pytest.mark.parametrize("layers", [True, False])
async def test_controllers_and_panel_do_what_they_say_and_leaving_restores_the_page(
    live_server: LocalServer, context: BrowserContext, media_hash: str, layers: bool
) -> None:
    await post(live_server, f"/videos/{media_hash}/layout", projection="180", stereo="sbs")
    page = await watch_page(context, live_server, layers=layers)
    at_rest = await page.evaluate(PARTS)
    await put_on(page)
    video = "document.querySelector('video')"

    await page.evaluate("device.controllers.right.quaternion.set(1, 0, 0, 0)")  # away from it
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
    await aim(page, 90 / 1000, 1 - 194 / 333)  # ten seconds back
    after = await page.evaluate(f"{video}.currentTime")
    await press(page, "trigger")
    await until(page, f"{video}.currentTime <= {after - 9.9}")
    await aim(page, 500 / 1000, 1 - 114 / 333)  # the middle of the bar
    await press(page, "trigger")
    await until(page, f"Math.abs({video}.currentTime - 15) < 1")

    await aim(page, 700 / 1000, 1 - 194 / 333)  # between two buttons
    paused = await page.evaluate(f"{video}.paused")
    await press(page, "trigger")
    assert await page.evaluate(f"{video}.paused") == paused

    await aim(page, 332 / 1000, 1 - 284 / 333)  # four stars
    await press(page, "trigger")

    async def stars() -> bool:
        answer = json.loads((await live_server.get(f"/api/ratings/{media_hash}")).body)
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
    about = "document.querySelector('#about').dataset.rating"
    await until(page, f"{about} === '4'")
    assert await page.evaluate(PARTS) == at_rest
    await put_on_again(page)


async def test_a_headset_that_is_taken_off_pauses_the_film(
    live_server: LocalServer, context: BrowserContext, media_hash: str
) -> None:
    page = await watch_page(context, live_server, layers=True)
    await put_on(page)
    assert not await page.evaluate("document.querySelector('video').paused")
    await page.evaluate("device.updateVisibilityState('hidden')")
    await until(page, "document.querySelector('video').paused")


PANEL = """async () => {
  const { Panel } = await import('/static/js/vr/panel.js');
  const panel = new Panel('A film');
  const video = { currentTime: 1, duration: 30, paused: true };
  const pen = panel.canvas.getContext('2d');
  const light = (x, y, side = 1) => Math.max(
    ...pen.getImageData(x, y, side, side).data.filter((_, at) => at % 4 === 0));
  const drawn = (rating) => panel.update(video, rating);
  const seen = [[drawn(0), light(700, 194), light(40, 244, 80)]];
  panel.point(panel.at(700 / 1000, 1 - 194 / 333));
  seen.push([drawn(0), light(700, 194)], [drawn(0)]);
  panel.point(null);
  seen.push([drawn(0), light(700, 194)], [drawn(5), light(40, 244, 80)]);
  return seen;
}"""


async def test_the_panel_shows_where_one_points_and_the_stars_there_are(
    live_server: LocalServer, context: BrowserContext
) -> None:
    page = await context.new_page()
    await page.goto(f"{live_server.url}/")
    before, pointed, again, away, rated = await page.evaluate(PANEL)
    assert before[1] < 50
    assert pointed[1] > 200
    assert again == [False]  # nothing new to draw
    assert away[1] < 50
    assert rated[0]
    assert rated[1] > before[2]


async def test_stars_from_elsewhere_show_on_the_panel(
    live_server: LocalServer, context: BrowserContext, media_hash: str
) -> None:
    page = await watch_page(context, live_server, layers=True)
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
    await post(live_server, f"/videos/{media_hash}/rating", value="3")
    await until(page, "window.starsShown === 3")


async def put_on_again(page: Page) -> None:
    """With the button that ended it still down, which does not mean to leave again."""
    await page.get_by_role("button", name="Watch in VR").click()
    await until(page, "window.sessions.length === 2")
    await frames(page, 10)
    assert not await page.evaluate("window.sessions[1].session.ended ?? false")


async def test_a_page_over_plain_http_says_what_vr_needs(
    live_server: LocalServer, context: BrowserContext, media_hash: str
) -> None:
    path = f"/videos/{media_hash}/layout"
    await post(live_server, path, projection="180", stereo="sbs")
    page = await context.new_page()
    await page.goto(f"http://lvs.local:{live_server.port}/watch/film.mp4")
    await page.get_by_text("needs HTTPS").wait_for()
    assert not await browsers.axe_violations(page)
    await post(live_server, path, projection="flat", stereo="mono")
    await page.goto(f"http://lvs.local:{live_server.port}/watch/film.mp4")
    assert not await page.get_by_text("needs HTTPS").is_visible()
