"""What a video file is, and its thumbnails."""

from __future__ import annotations

from lvs.media import probe as reading
from lvs.media import thumbnails
from lvs.media.facts import Found


def probe(path: str, found: Found, stereo_override: str | None = None) -> None:
    """Thumbnails are of one eye where `stereo_override`, or what the file says, is a 3D layout.

    Raises SourceError, and UnreadableError when no frame can be decoded.
    """
    with reading.opened(path) as container:
        stream = reading.video_stream(container)
        facts = reading.facts_of(path, container, stream, None)
        found.add(facts)
        frame = thumbnails.representative_frame(container, stream, facts.duration_s)
        facts = reading.facts_of(path, container, stream, frame)
        found.add(facts)
        size = reading.displayed_size(stream, frame)
        found.rendered = thumbnails.render(frame, size, stereo_override or facts.stereo)
