"""All SQL of the project. One function per query, named for its intent.

Functions here take a connection (reads) or a transaction (writes) and run on that connection's
thread; callers reach them with `await store.read(function, ...)` and `await store.write(...)`,
one hop each, and a read sees one snapshot from its first statement to its last.
"""

from lvs.store.backends.connection import Connection, DatabaseError, OperationalError
from lvs.store.database import Store
from lvs.store.writer import Transaction

__all__ = ["Connection", "DatabaseError", "OperationalError", "Store", "Transaction"]
