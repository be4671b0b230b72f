"""Projection and stereo layout of a video, from its name, its container and its shape.

The tokens are those that DeoVR, HereSphere and Skybox understand in file names.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import PurePosixPath

# libavutil/spherical.h: AVSphericalProjection; libavutil/stereo3d.h: AVStereo3DType.
_SPHERICAL = {0: "360", 1: "eac", 2: "360", 3: "180", 5: "fisheye"}
_PANEL = 2  # of an equirectangular frame
_NEARLY_HALF = 0x7000_0000
_STEREO3D = {0: "mono", 1: "sbs", 2: "tb"}

_LENSES = re.compile(r"mkx200|mkx220|vrca220|rf52|fisheye190")
_PROJECTIONS = (
    (re.compile(r"fisheye\d{0,3}|f180|180f"), "fisheye"),
    (re.compile(r"eac|eac360|360eac"), "eac"),
    (re.compile(r"360|360x180|180x360"), "360"),
    (re.compile(r"180|180x180"), "180"),
)
_STEREO = (
    (re.compile(r"sbs|hsbs|lr|3dh|side-by-side|left-right"), "sbs"),
    (re.compile(r"tb|3dv|ou|hou|over-under|top-bottom"), "tb"),
    (re.compile(r"rl"), "rl"),
    (re.compile(r"bt"), "bt"),
    (re.compile(r"mono|2d"), "mono"),
)
_FLAT = re.compile(r"flat|screen")
_TOKENS = re.compile(r"(?:side-by-side|left-right|over-under|top-bottom)|[^\W_]+")


@dataclass(frozen=True, slots=True)
class Layout:
    """One of `models.PROJECTIONS`, one of `models.STEREOS`."""

    projection: str
    stereo: str


def layout_of(
    path: str, width: int, height: int, spherical: bytes | None, stereo3d: bytes | None
) -> Layout:
    """File name first, then container metadata, then geometry.

    `spherical` and `stereo3d` are libav side data, whose first field is an enum in native order.
    """
    projection, stereo = _from_name(path)
    if projection is None and spherical is not None:
        projection = _from_container(spherical)
    if stereo is None and stereo3d is not None:
        stereo = _STEREO3D.get(int.from_bytes(stereo3d[:4], "little"))
    projection = projection or "flat"
    return Layout(projection, stereo or _stereo_from_shape(projection, width, height))


def _from_container(spherical: bytes) -> str | None:
    """Of an AVSphericalMapping in native order: projection, three angles, then how much is cut off
    at the left, top, right and bottom, as 0.32 fixed point."""
    fields = memoryview(spherical).cast("I")
    if fields[0] == _PANEL and len(fields) >= 8 and fields[4] + fields[6] >= _NEARLY_HALF:
        return "180"
    return _SPHERICAL.get(fields[0])


def _from_name(path: str) -> tuple[str | None, str | None]:
    tokens = _TOKENS.findall(PurePosixPath(path).stem.lower())
    stereo = next(
        (name for token in tokens for rule, name in _STEREO if rule.fullmatch(token)), None
    )
    if any(_FLAT.fullmatch(token) for token in tokens):
        return "flat", stereo
    for token in tokens:
        if _LENSES.fullmatch(token):
            return token, stereo or "sbs"
    for rule, name in _PROJECTIONS:
        if any(rule.fullmatch(token) for token in tokens):
            return name, stereo
    return None, stereo


def _stereo_from_shape(projection: str, width: int, height: int) -> str:
    wide = height > 0 and 1.9 <= width / height <= 2.1
    square = height > 0 and 0.95 <= width / height <= 1.05
    if projection == "180" and wide:
        return "sbs"
    if projection == "360" and square:
        return "tb"
    return "mono"
