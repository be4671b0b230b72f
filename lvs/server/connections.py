"""The open connections, bounded so that they leave descriptors and memory for everything else."""

from __future__ import annotations

import contextlib
import ssl
from typing import Protocol
from weakref import WeakSet

MAX_CONNECTIONS = 4_096
MAX_DESCRIPTORS = 65_536
RESERVED_DESCRIPTORS = 256  # databases, workers, watches, files that requests open briefly


class Connection(Protocol):
    def abort(self) -> None:
        """End it at once."""


class Connections:
    """Every open connection, and which are idle, the longest idle first."""

    def __init__(self, limit: int = MAX_CONNECTIONS) -> None:
        self._limit = limit
        self._open: set[Connection] = set()
        self._idle: dict[Connection, None] = {}

    @property
    def limit(self) -> int:
        return self._limit

    def __len__(self) -> int:
        return len(self._open)

    def enter(self, connection: Connection) -> bool:
        """Whether a new connection fits. The longest idle one is closed for it."""
        if len(self._open) >= self._limit:
            longest_idle = next(iter(self._idle), None)
            if longest_idle is None:
                return False
            self.leave(longest_idle)
            longest_idle.abort()
        self._open.add(connection)
        self._idle[connection] = None
        return True

    def mark(self, connection: Connection, *, idle: bool) -> None:
        """Record that a request has started, or that the last one has ended."""
        self._idle.pop(connection, None)
        if idle and connection in self._open:
            self._idle[connection] = None

    def leave(self, connection: Connection) -> None:
        self._open.discard(connection)
        self._idle.pop(connection, None)


def bound_handshakes(context: ssl.SSLContext, limit: int) -> None:
    """Refuse a TLS handshake while `limit` others are under way.

    They hold descriptors, too, and only a connection that has finished its own is counted.
    """
    under_way: WeakSet[ssl.SSLObject] = WeakSet()

    class Handshake(ssl.SSLObject):
        def __new__(cls) -> Handshake:
            if len(under_way) >= limit:
                raise ConnectionAbortedError("too many TLS handshakes are under way")
            made = super().__new__(cls)
            under_way.add(made)
            return made

        def do_handshake(self) -> None:
            super().do_handshake()
            under_way.discard(self)

    context.sslobject_class = Handshake


def raise_descriptor_limit() -> int:
    """Let the process open as many files as it may, within reason; the number that it may now.

    Usual soft limits of 1,024 or 256 are meant for programs that use select(2).
    """
    try:
        import resource  # noqa: PLC0415
    except ImportError:  # Windows has no such limit
        return MAX_DESCRIPTORS
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    for most in (MAX_DESCRIPTORS, 10_240):  # macOS refuses more than OPEN_MAX, whatever `hard` says
        wanted = most if hard == resource.RLIM_INFINITY else min(most, hard)
        if soft == resource.RLIM_INFINITY or soft >= wanted:
            break
        with contextlib.suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
            soft = wanted
    return MAX_DESCRIPTORS if soft == resource.RLIM_INFINITY else soft


def connection_limit(descriptors: int) -> int:
    """How many connections fit, each with an open file of its own, beside as many handshakes."""
    return max(16, min(MAX_CONNECTIONS, (descriptors - RESERVED_DESCRIPTORS) // 3))
