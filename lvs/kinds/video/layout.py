"""The choice of how a video is shown in a headset."""

from __future__ import annotations

from dataclasses import dataclass

from lvs.models import PROJECTIONS, STEREOS, LayoutChoice

PROJECTION_NAMES = {
    "flat": "Flat",
    "180": "180°",
    "360": "360°",
    "eac": "360°, equi-angular cubemap",
    "fisheye": "Fisheye, 180°",
    "fisheye190": "Fisheye, 190°",
    "mkx200": "Fisheye MKX200",
    "mkx220": "Fisheye MKX220",
    "rf52": "Fisheye RF52",
    "vrca220": "Fisheye VRCA220",
}
STEREO_NAMES = {
    "mono": "2D",
    "sbs": "3D side by side",
    "tb": "3D top-bottom",
    "rl": "3D side by side, right eye first",
    "bt": "3D top-bottom, right eye first",
}


@dataclass(frozen=True, slots=True)
class LayoutOption:
    value: str
    name: str
    selected: bool


@dataclass(frozen=True, slots=True)
class LayoutForm:
    """How it is shown, and `summary` in words. The first option of each is what was found."""

    projection: str
    stereo: str
    summary: str
    projections: tuple[LayoutOption, ...]
    stereos: tuple[LayoutOption, ...]


def layout_form(choice: LayoutChoice) -> LayoutForm:
    shape = PROJECTION_NAMES[choice.projection]
    eyes = "" if choice.stereo == "mono" else f", {STEREO_NAMES[choice.stereo]}"
    return LayoutForm(
        projection=choice.projection,
        stereo=choice.stereo,
        summary=shape + eyes,
        projections=_options(
            PROJECTION_NAMES, PROJECTIONS, choice.found_projection, choice.projection_override
        ),
        stereos=_options(STEREO_NAMES, STEREOS, choice.found_stereo, choice.stereo_override),
    )


def _options(
    names: dict[str, str], values: tuple[str, ...], found: str, selected: str | None
) -> tuple[LayoutOption, ...]:
    return (
        LayoutOption("", f"Automatic ({names[found]})", selected is None),
        *(LayoutOption(value, names[value], value == selected) for value in values),
    )
