"""Run a backup in a separate process: `python -m lvs.backups.process JOB`, with its arguments on
the standard input."""

from __future__ import annotations

import asyncio
import importlib
import pickle
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

from lvs.backups.format import Backup
from lvs.errors import LvsError
from lvs.system.subprocesses import environment


async def run(job: str, database: Path | str, backups: Path, kept: int) -> Backup:
    """What `job` (`module:function`, as `make.make`) returns; its LvsError is raised here.

    Raises OSError when the process could not be started or ended without an answer. Cancelled, it
    ends the process.
    """
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-P", "-m", "lvs.backups.process", job),
        stdin=subprocess.PIPE,  # an address has a password, which is not for a command line
        stdout=subprocess.PIPE,
        env=environment(),
    )
    try:
        answer, _ = await process.communicate(pickle.dumps((database, backups, kept)))
    except BaseException:
        process.kill()
        await asyncio.shield(process.wait())
        raise
    if process.returncode:
        raise ChildProcessError(f"its process ended with {process.returncode}")
    found: Backup | LvsError = pickle.loads(answer)  # written by our own process
    if isinstance(found, LvsError):
        raise found
    return found


def main(job: str) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C: the server ends this process
    module, _, name = job.partition(":")
    function: Any = getattr(importlib.import_module(module), name)
    try:
        found = function(*pickle.load(sys.stdin.buffer))  # written by the server
    except LvsError as error:
        found = error
    sys.stdout.buffer.write(pickle.dumps(found))


if __name__ == "__main__":
    main(sys.argv[1])
