"""How values go to PostgreSQL and come back, so that they are those of SQLite."""

from __future__ import annotations

from typing import Any

import psycopg
from psycopg.adapt import Buffer, Dumper, Loader
from psycopg.types.numeric import Int8Dumper

from lvs.store.backends.full_text import SearchQuery


class _BoolDumper(Dumper):
    """Flags are integers, as in SQLite."""

    oid = psycopg.adapters.types["int8"].oid

    def dump(self, obj: bool) -> Buffer:
        return b"1" if obj else b"0"


class _StrDumper(Dumper):
    """Text of a declared type, without NUL, which PostgreSQL has no place for."""

    oid = psycopg.adapters.types["text"].oid

    def dump(self, obj: str) -> Buffer:
        return obj.replace("\0", "").encode()


class _SearchDumper(Dumper):
    oid = psycopg.adapters.types["tsquery"].oid

    def dump(self, obj: SearchQuery) -> Buffer:
        return obj.tsquery().encode()


class _NumericLoader(Loader):
    """Sums and averages as SQLite has them: whole numbers as int, others as float."""

    def load(self, data: Buffer) -> int | float:
        text = bytes(data)
        return float(text) if b"." in text or b"N" in text else int(text)


def register_types(connection: psycopg.Connection[tuple[Any, ...]]) -> None:
    """Have a connection write and read values so."""
    adapters = connection.adapters
    adapters.register_dumper(bool, _BoolDumper)
    adapters.register_dumper(int, Int8Dumper)
    adapters.register_dumper(str, _StrDumper)
    adapters.register_dumper(SearchQuery, _SearchDumper)
    adapters.register_loader("numeric", _NumericLoader)
