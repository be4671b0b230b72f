"""Which bytes a request asks for, and whether it has them already (RFC 9110, sections 13 and 14).

Parsing is Werkzeug's; the decision is here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from werkzeug.http import (
    http_date,
    parse_date,
    parse_etags,
    parse_if_range_header,
    parse_range_header,
    unquote_etag,
)


@dataclass(frozen=True, slots=True)
class RangeResponse:
    """The answer's status and the bytes `start` to `stop` (exclusive) that its body holds."""

    status: int
    start: int
    stop: int
    headers: dict[str, str]


def etag_of(size: int, mtime_ns: int, inode: int) -> str:
    """A strong ETag: another content at the path has another size, time or inode."""
    return f'"{inode:x}-{size:x}-{mtime_ns:x}"'


def select(
    request: Mapping[str, str], *, size: int, etag: str, mtime_ns: int, head: bool = False
) -> RangeResponse:
    """What to answer for a file of `size` bytes: 200, 206, 304 or 416.

    One range is honoured; several, or one that cannot be read, give the whole file, as the RFC
    allows. `request` are headers with lower-case names.
    """
    modified = _date(mtime_ns)
    headers = {"ETag": etag, "Accept-Ranges": "bytes"}
    if modified is not None:
        headers["Last-Modified"] = http_date(modified)
    bare_etag = unquote_etag(etag)[0] or ""
    if _has_it(request, bare_etag, modified):
        return RangeResponse(304, 0, 0, headers)
    wanted = None if head else parse_range_header(request.get("range"))
    if wanted is None or wanted.units != "bytes" or len(wanted.ranges) != 1:
        return _whole(size, headers)
    if not _if_range_holds(request.get("if-range"), bare_etag, modified):
        return _whole(size, headers)
    first, end = wanted.ranges[0]
    start = first if first >= 0 else max(size + first, 0)  # a suffix may be longer than the file
    stop = size if end is None else min(end, size)
    if start >= stop:
        return RangeResponse(416, 0, 0, {**headers, "Content-Range": f"bytes */{size}"})
    headers["Content-Range"] = f"bytes {start}-{stop - 1}/{size}"
    headers["Content-Length"] = str(stop - start)
    return RangeResponse(206, start, stop, headers)


def _whole(size: int, headers: dict[str, str]) -> RangeResponse:
    return RangeResponse(200, 0, size, {**headers, "Content-Length": str(size)})


def _date(mtime_ns: int) -> datetime | None:
    """None beyond what a date of HTTP can say, as file systems can."""
    try:
        return datetime.fromtimestamp(mtime_ns // 1_000_000_000, UTC)
    except (ValueError, OverflowError, OSError):
        return None


def _has_it(request: Mapping[str, str], etag: str, modified: datetime | None) -> bool:
    """Whether the client has the file as it is; a date counts only without ETags (13.1.3)."""
    if "if-none-match" in request:
        return parse_etags(request["if-none-match"]).contains_weak(etag)
    since = parse_date(request.get("if-modified-since"))
    return since is not None and modified is not None and modified <= since


def _if_range_holds(header: str | None, etag: str, modified: datetime | None) -> bool:
    if not header:
        return True
    condition = parse_if_range_header(header)
    if condition.etag is not None:
        return condition.etag == etag and not header.startswith("W/")
    return condition.date is not None and condition.date == modified
