"""An emulated headset (Quest 3) in Chromium: it is put on, its controller aims and presses."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import numpy as np
from playwright.async_api import BrowserContext, Page

from tests.helpers.browsers import BROWSER_ARGUMENTS, until
from tests.helpers.servers import HOME, LocalServer

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


async def press(page: Page, button: str) -> None:
    """A button of the right controller, down and up."""
    for value in (1, 0):
        await page.evaluate(
            "([button, value]) => device.controllers.right.updateButtonValue(button, value)",
            [button, value],
        )
        await frames(page, 4)


LAYOUT = """async () => {
  const panel = await import('/static/js/vr/panel.js');
  const session = await import('/static/js/vr/session.js');
  return { ...panel, ...session };
}"""


@dataclass
class PanelLayout:
    """Where the panel and its controls are, as the scripts export it."""

    width_m: float
    height_m: float
    pixels: tuple[float, float]
    distance_m: float
    below_m: float
    tilt: float
    controls: dict[str, dict[str, Any]]

    def middle(self, name: str) -> tuple[float, float]:
        """The pixel in the middle of a control."""
        control = self.controls[name]
        return control["x"] + control["width"] / 2, control["y"] + control["height"] / 2

    def between(self, left: str, right: str) -> tuple[float, float]:
        """A pixel between two buttons of a row."""
        one, other = self.controls[left], self.controls[right]
        return (one["x"] + one["width"] + other["x"]) / 2, self.middle(left)[1]


async def panel_layout(page: Page) -> PanelLayout:
    found = await page.evaluate(LAYOUT)
    return PanelLayout(
        found["WIDTH_M"],
        found["HEIGHT_M"],
        (found["PIXELS"], found["LINES"]),
        found["PANEL_DISTANCE_M"],
        found["PANEL_BELOW_M"],
        found["PANEL_TILT"],
        {control["name"]: control for control in found["CONTROLS"]},
    )


async def aim(page: Page, layout: PanelLayout, pixel: tuple[float, float]) -> None:
    """Point the right controller at a pixel of the panel, from 0.3 m before it."""
    (width, height), tilt = layout.pixels, layout.tilt
    x, y = (pixel[0] / width - 0.5) * layout.width_m, (0.5 - pixel[1] / height) * layout.height_m
    up, out = np.array([0, np.cos(tilt), np.sin(tilt)]), np.array([0, -np.sin(tilt), np.cos(tilt)])
    head = np.array([0, 1.6, 0])
    place = head + [x, -layout.below_m, -layout.distance_m] + up * y + out * 0.3
    await page.evaluate(
        """([place, turn]) => {
          const { right } = device.controllers;
          right.position.set(...place);
          right.quaternion.set(...turn);
        }""",
        [place.tolist(), [float(np.sin(tilt / 2)), 0, 0, float(np.cos(tilt / 2))]],
    )
    await frames(page, 4)
