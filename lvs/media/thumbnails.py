"""Thumbnails: select a frame of a video, map its colours and scale it to the served sizes."""

from __future__ import annotations

import base64
import contextlib
import statistics
from collections.abc import Iterator
from typing import Any

import av

from lvs.media import tone_mapping
from lvs.media.filter_graph import TICK, Step, through
from lvs.media.limits import MAX_PIXELS
from lvs.media.probe import UnreadableError, is_hdr
from lvs.media.thumbnail_files import JPEG_SIZE, WIDTHS, RenderedThumbnails

PREVIEW_WIDTH = 20
_PLACES = (0.1, 0.35, 0.6, 0.02)  # of the duration, in the order tried
_MORE_PLACES = (0.85, 0.48, 0.22)
_DETAIL_ENOUGH = 18.0  # standard deviation of luma that a good frame reaches
_ONE_COLOUR = 2.0  # the same of single pixels; below it nothing is visible
_FRAMES_AT_MOST = 240
_ALIKE = 0.01  # packets of one scene differ in size by this much at most
_FAR_LARGER = 1.25
_FEW_FRAMES = 4  # one keyframe in ten, once one shows something


def representative_frame(container: Any, stream: Any, duration_s: float) -> Any:
    """The first keyframe with enough detail, else the most detailed one of a few.

    Where those are all of one colour, a few others; otherwise only those of the others that promise
    more by the size of their packets. Where there is one keyframe only, or none that can be had,
    the frames from the beginning. Raises UnreadableError when no frame can be decoded.
    """
    best = _Best()
    for navigation in (_PLACES, _MORE_PLACES) if duration_s > 0 else ():
        for place in navigation:
            best.offer(keyframe_near(container, stream, place * duration_s, best))
            if best.is_good:
                return best.frame
        if best.count < 2:
            break
        best.wants_larger = bool(best.passable)
    if best.count < 2 and not best.passable:
        for frame in frames_from_start(container, stream):
            best.offer(frame)
            if best.is_good or best.passable > _FEW_FRAMES:
                break
    if best.frame is None:
        codec = stream.codec_context
        raise UnreadableError(
            f"No frame could be decoded ({codec.name}). The file may be damaged."
            if codec.width
            else f"No frame could be decoded ({codec.name}): the file is damaged, or has more than "
            f"{MAX_PIXELS // 1_000_000} million pixels."
        )
    return best.frame


class _Best:
    """The best of the frames that were offered; how many there were, and since one was passable."""

    def __init__(self) -> None:
        self.frame: Any | None = None
        self.count = self.passable = 0
        self.wants_larger = False
        self._detail = -1.0
        self._packets: dict[int | None, int] = {}  # sizes by time

    @property
    def is_good(self) -> bool:
        return self._detail >= _DETAIL_ENOUGH

    def wants(self, packet: Any) -> bool:
        """Whether a keyframe's packet is worth decoding: not seen before, and not of the size of
        another one when there is a passable one: then it shows the same noise or night again."""
        if packet.pts in self._packets:
            return False
        sizes = list(self._packets.values())
        self._packets[packet.pts] = packet.size
        if self.wants_larger:
            return bool(packet.size > max(sizes) * _FAR_LARGER)
        alike = any(abs(packet.size - size) < size * _ALIKE for size in sizes)
        is_of_one_size = packet.stream.codec_context.codec.intra_only  # by a fixed rate
        return not (alike and self.passable and not is_of_one_size)

    def offer(self, frame: Any | None) -> None:
        if frame is None:
            return
        self.count += 1
        detail = _deviation(frame, "BILINEAR")
        if detail > self._detail:
            self.frame, self._detail = frame, detail
        if self.passable or self.is_good or _deviation(frame, "POINT") >= _ONE_COLOUR:
            self.passable += 1


def keyframe_near(container: Any, stream: Any, time_s: float, best: _Best) -> Any | None:
    """The keyframe at or before a time, if it can be better than the best: one packet decoded, the
    decoder flushed to give it up."""
    context = stream.codec_context
    with contextlib.suppress(av.FFmpegError, ValueError):
        start = container.start_time or 0
        container.seek(start + int(time_s * av.time_base), backward=True)
        context.flush_buffers()
        for count, packet in enumerate(container.demux(stream)):
            if count > 500 or packet.size == 0:
                return None
            if packet.is_keyframe:
                if not best.wants(packet):
                    return None
                frames = context.decode(packet) or context.decode(None)
                context.flush_buffers()
                if frames:
                    return frames[0]
    return None


def frames_from_start(container: Any, stream: Any) -> Iterator[Any]:
    """About one frame in ten from the beginning: for files with one keyframe or no index."""
    with contextlib.suppress(av.FFmpegError, ValueError):
        container.seek(container.start_time or 0, backward=True)
        stream.codec_context.flush_buffers()
    with contextlib.suppress(av.FFmpegError, ValueError):
        for count, frame in enumerate(container.decode(stream)):
            if count % 10 == 0:
                yield frame
            if count >= _FRAMES_AT_MOST:
                return


def _deviation(frame: Any, interpolation: str) -> float:
    """Standard deviation of the luma of a 32 by 18 copy; 0 for a frame in one colour.

    BILINEAR is the mean of an area, which noise has no part in; POINT is single pixels.
    """
    small = frame.reformat(32, 18, "gray", interpolation=interpolation, threads=1)
    plane = small.planes[0]
    pixels = bytes(plane)
    rows = [pixels[y * plane.line_size : y * plane.line_size + 32] for y in range(18)]
    return statistics.pstdev(b"".join(rows))


def render(
    frame: Any,
    size: tuple[int, int],
    stereo: str = "mono",
    jpeg_size: tuple[int, int] = JPEG_SIZE,
) -> RenderedThumbnails:
    """Scale and encode a frame: one eye of a 3D frame, upright, in BT.709 standard range.

    `size` is that of the frame as displayed, `jpeg_size` that of the larger JPEG, in pixels.
    """
    width, height = _thumbnail_size(size, stereo)
    large = _displayed(frame, stereo, width, height)
    files = {f"{WIDTHS[0]}.webp": _encode("libwebp", large, _WEBP)}
    for smaller in WIDTHS[1:]:
        w, h = _fit(width, height, smaller, smaller)
        files[f"{smaller}.webp"] = _encode("libwebp", _scaled(large, w, h), _WEBP)
    boxed = _letterboxed(large, jpeg_size)
    files["640.jpg"] = _encode("mjpeg", boxed, _JPEG)
    half = _scaled(boxed, jpeg_size[0] // 2, jpeg_size[1] // 2)
    files["320.jpg"] = _encode("mjpeg", half, _JPEG)
    tiny = _scaled(large, *_fit(width, height, PREVIEW_WIDTH, PREVIEW_WIDTH))
    preview = base64.b64encode(_encode("libwebp", tiny, _WEBP_TINY)).decode()
    return RenderedThumbnails(files, f"data:image/webp;base64,{preview}")


_WEBP = {"quality": "78", "compression_level": "2"}  # a preset would set its own level
_LEFT_EYE = {
    "sbs": "iw/2:ih:0:0",
    "rl": "iw/2:ih:iw/2:0",
    "tb": "iw:ih/2:0:0",
    "bt": "iw:ih/2:0:ih/2",
}
_JPEG = {"qscale": "4"}
_WEBP_TINY = {"quality": "30", "compression_level": "4"}


def _thumbnail_size(size: tuple[int, int], stereo: str) -> tuple[int, int]:
    width, height = size
    if stereo in ("sbs", "rl"):
        width //= 2
    elif stereo in ("tb", "bt"):
        height //= 2
    return _fit(width, height, min(WIDTHS[0], max(width, 2)), WIDTHS[0])


def _fit(width: int, height: int, max_width: int, max_height: int) -> tuple[int, int]:
    """The size inside the bounds with the same shape; even numbers, as 4:2:0 wants them."""
    scale = min(max_width / max(width, 1), max_height / max(height, 1), 1.0)
    return max(round(width * scale / 2) * 2, 2), max(round(height * scale / 2) * 2, 2)


def _upright(frame: Any) -> list[Step]:
    """Filters that undo the rotation of the display matrix (degrees counter-clockwise)."""
    turns = {90: [("transpose", "cclock")], 270: [("transpose", "clock")]}
    turns[180] = [("hflip", ""), ("vflip", "")]
    return turns.get(frame.rotation % 360, [])


def _colours(frame: Any) -> str:
    """Arguments for libswscale that bring any source to BT.601 4:2:0, as WebP and JPEG expect.

    Sources that name no matrix are BT.709 from 720 lines on, as every player assumes.
    """
    arguments = "out_color_matrix=bt601:out_range=limited"
    if frame.colorspace in (0, 2) and frame.height >= 720 and not frame.format.is_rgb:
        arguments += ":in_color_matrix=bt709"
    return arguments


def _displayed(frame: Any, stereo: str, width: int, height: int) -> Any:
    """The frame small, upright, of one eye and in the colours of a thumbnail."""
    turn = _upright(frame)
    w, h = (height, width) if any(name == "transpose" for name, _ in turn) else (width, height)
    eye = [("crop", _LEFT_EYE[stereo])] if stereo in _LEFT_EYE else []
    scale = f"w={w}:h={h}:flags=area"
    if is_hdr(frame):
        frame = tone_mapping.standard(through(frame, [*eye, ("scale", scale)]))
        eye = []
    return through(
        frame, [*eye, ("scale", f"{scale}:{_colours(frame)}"), ("format", "yuv420p"), *turn]
    )


def _scaled(frame: Any, width: int, height: int) -> Any:
    return frame.reformat(width=width, height=height, interpolation="AREA", threads=1)


def _letterboxed(frame: Any, size: tuple[int, int]) -> Any:
    """Of this size with black bars, full range: what a JPEG is."""
    width, height = size
    return through(
        frame,
        [
            ("scale", f"{width}:{height}:force_original_aspect_ratio=decrease:out_range=full"),
            ("pad", f"{width}:{height}:(ow-iw)/2:(oh-ih)/2"),
            ("format", "yuvj420p"),
        ],
    )


def _encode(codec: str, frame: Any, options: dict[str, str]) -> bytes:
    encoder: Any = av.CodecContext.create(codec, "w")
    encoder.width, encoder.height = frame.width, frame.height
    encoder.pix_fmt = frame.format.name
    encoder.time_base = TICK
    encoder.thread_count = 1
    encoder.options = options
    frame.pts = 0
    packets = [*encoder.encode(frame), *encoder.encode(None)]
    return b"".join(bytes(packet) for packet in packets)
