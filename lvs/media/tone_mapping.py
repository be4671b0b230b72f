"""High dynamic range (PQ, HLG) to what every screen shows, by a table.

libswscale maps tones well, but computes for two seconds before each frame. So it maps a lattice
of all colours, once for each kind of source in each process, and a frame's colours are looked up
between the points of that (a Hald table): a few milliseconds, and on average less than one step of
255 beside what libswscale would have said.
"""

from __future__ import annotations

from typing import Any

import av.filter
from av.sidedata.sidedata import Type
from cachetools import LRUCache

from lvs.media.filter_graph import through

_LEVEL = 8  # 64 points for each colour, in a table of 512 by 512
_UNSPECIFIED = 2
_BT2020 = 9  # primaries and matrix (ITU-T H.273)
TABLES: LRUCache[tuple[Any, ...], Any] = LRUCache(8)  # 1.5 MB each


def standard(frame: Any) -> Any:
    """A small HDR frame in BT.709, as full RGB of 16 bits."""
    matrix = ":in_color_matrix=bt2020" if frame.colorspace == _UNSPECIFIED else ""
    rgb = through(frame, [("scale", f"out_range=full{matrix}"), ("format", "rgb48")])
    mapped = [("setparams", "color_primaries=bt709:color_trc=bt709:colorspace=gbr:range=pc")]
    return through(rgb, mapped, beside=("haldclut", "", _table(rgb)))


def _table(frame: Any) -> Any:
    """What becomes of each colour: it depends on the screen that the source was made for, too."""
    screen = frame.side_data.get(Type.MASTERING_DISPLAY_METADATA)
    key = (frame.color_trc, _primaries(frame), screen and bytes(screen))
    if key not in TABLES:
        TABLES[key] = _mapped_lattice(frame)
    return TABLES[key]


def _mapped_lattice(frame: Any) -> Any:
    """All colours as libswscale maps them in this frame: the lattice takes the place of the frame's
    own pixels, and what is said of the source stays, without what is said of this moment alone."""
    side = _LEVEL**3
    own = through(frame, [("scale", f"{side}:{side}"), ("format", "gbrp16")])
    said = f"color_primaries={_primaries(frame)}:color_trc={frame.color_trc}"
    return through(
        own,
        [
            ("sidedata", "delete:DYNAMIC_HDR_PLUS"),
            ("setparams", f"{said}:colorspace=gbr:range=pc"),
            ("scale", "out_primaries=bt709:out_transfer=bt709:intent=perceptual"),
            ("format", "rgb48"),
        ],
        beside=("blend", "all_opacity=0", _lattice()),
    )


def _lattice() -> Any:
    graph = av.filter.Graph()
    source = graph.add("haldclutsrc", f"level={_LEVEL}")
    form, sink = graph.add("format", "gbrp16"), graph.add("buffersink")
    source.link_to(form)
    form.link_to(sink)
    graph.configure()
    return graph.pull()


def _primaries(frame: Any) -> int:
    given: int = frame.color_primaries
    return _BT2020 if given == _UNSPECIFIED else given
