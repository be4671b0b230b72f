"""Background tasks that are started again when they fail."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable

log = logging.getLogger(__name__)

STOP_WITHIN_S = 4.0
RESTART_AFTER_S = 1.0  # after a first failure; doubled after each that follows
RESTART_AFTER_MAX_S = 30.0
RECOVERED_AFTER_S = 60.0  # a task that ran this long has recovered


class Supervisor:
    """Runs named endless tasks; one that fails is logged and started again after a pause."""

    def __init__(self) -> None:
        self._tasks: list[asyncio.Task[None]] = []

    def start(
        self,
        name: str,
        run: Callable[[], Awaitable[None]],
        after_failure: Callable[[], None] | None = None,
    ) -> None:
        """Run `run()` until `stop`. `after_failure` is called each time it has raised, before the
        pause: to ask for what the task may have missed or dropped.
        """
        running = self._keep_running(name, run, after_failure)
        self._tasks.append(asyncio.create_task(running, name=name))

    async def _keep_running(
        self,
        name: str,
        run: Callable[[], Awaitable[None]],
        after_failure: Callable[[], None] | None,
    ) -> None:
        pause_s, logged = RESTART_AFTER_S, ""
        while True:
            started = time.monotonic()
            try:
                await run()
            except (Exception, asyncio.CancelledError) as error:
                if _is_being_stopped():
                    raise
                if time.monotonic() - started > RECOVERED_AFTER_S:
                    pause_s, logged = RESTART_AFTER_S, ""
                _log_failure(name, error, pause_s, is_new=repr(error) != logged)
                logged = repr(error)
                _call(name, after_failure)
            await asyncio.sleep(pause_s)
            pause_s = min(2 * pause_s, RESTART_AFTER_MAX_S)

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        if self._tasks:
            _, late = await asyncio.wait(self._tasks, timeout=STOP_WITHIN_S)
            for task in late:
                log.warning("The task %r did not stop in time", task.get_name())


def _is_being_stopped() -> bool:
    """Whether this task was cancelled itself, and not something that it awaited."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


def _log_failure(name: str, error: BaseException, pause_s: float, *, is_new: bool) -> None:
    """With the traceback the first time; a failure that repeats takes a line."""
    log.error(
        "The task %r failed (%s: %s); it restarts in %d s",
        name,
        type(error).__name__,
        error,
        pause_s,
        exc_info=error if is_new else None,
    )


def _call(name: str, after_failure: Callable[[], None] | None) -> None:
    try:
        if after_failure is not None:
            after_failure()
    except Exception:
        log.exception("The failure handler of the task %r failed, too", name)
