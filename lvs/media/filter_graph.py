"""Frames through libavfilter."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import av
import av.filter

TICK = Fraction(1, 25)  # a still frame has no time, but filters and encoders need one
Step = tuple[str, str]  # a filter's name, its arguments
Beside = tuple[str, str, Any]  # the same, and the frame for its second input


def through(frame: Any, steps: list[Step], *, beside: Beside | None = None) -> Any:
    """A frame after filters. `beside` is one of two inputs, which comes before the others."""
    graph = av.filter.Graph()
    graph.threads = 1  # starting threads takes longer than filtering a small frame
    first = _source(graph, frame)
    previous, sources = first, [(first, frame)]
    if beside is not None:
        name, arguments, other = beside
        second = _source(graph, other)
        sources.append((second, other))
        joined = graph.add(name, arguments or None)
        previous.link_to(joined)
        second.link_to(joined, 0, 1)
        previous = joined
    for name, arguments in (*steps, ("buffersink", "")):
        node = graph.add(name, arguments or None)
        previous.link_to(node)
        previous = node
    graph.configure()
    for source, content in sources:
        source.push(content)
        source.push(None)
    return graph.pull()


def _source(graph: Any, frame: Any) -> Any:
    return graph.add_buffer(
        width=frame.width, height=frame.height, format=frame.format, time_base=TICK
    )
