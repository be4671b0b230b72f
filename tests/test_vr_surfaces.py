"""Where a video is drawn in VR, against libavfilter."""

from __future__ import annotations

import av
import numpy as np
import pytest
from numpy.typing import NDArray
from playwright.async_api import BrowserContext

from lvs.media.filter_graph import through
from tests.helpers.servers import LocalServer


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
        offline = np.linalg.norm(image[y, x] - place, axis=1)
        assert np.quantile(offline, 0.9) < 0.05, (
            f"{projection}: {np.quantile(offline, 0.9):.2f} off"
        )


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
