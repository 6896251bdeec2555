"""Commands run in processes of their own that need not import everything first.

One process for each worker of the suite has imported all that takes seconds; a command is a fork of
it, with an environment, an input and an output of its own. It can be killed like any other.
"""

from __future__ import annotations

import multiprocessing
import os
import runpy
import signal
import sys
import weakref
from collections.abc import Mapping
from multiprocessing.connection import Connection, wait
from types import TracebackType
from typing import IO, Any

#: Imported once. Not the commands themselves: each runs its own `__main__`.
IMPORTED = [
    "delivery.cli.serve", "delivery.cli.work", "delivery.senders", "delivery.store.migrate",
    "notifications.providers.twilio", "notifications.sender", "notifications.twilio_http",
    "tests.conftest", "tests.notifications.numbers",
]  # fmt: skip
#: For one line, on a machine that has much else to do.
_PATIENCE = 60.0
_CONTEXT = multiprocessing.get_context("forkserver")
_CONTEXT.set_forkserver_preload(IMPORTED)


class Ready:
    """`python -m module arguments`. As a context it is killed at the end; `tell` and `hear` are the
    two ends of pipes, what it complains about is in `errors`."""

    def __init__(
        self, module: str, *arguments: str, env: Mapping[str, str] | None = None,
        errors: IO[bytes] | None = None,
    ) -> None:  # fmt: skip
        its_in, ours_in = _CONTEXT.Pipe(duplex=False)
        ours_out, its_out = _CONTEXT.Pipe(duplex=False)
        name = str(errors.name) if errors else os.devnull
        environment = dict(os.environ if env is None else env)
        self._process = _CONTEXT.Process(
            target=_run, args=([module, *arguments], environment, its_in, its_out, name)
        )
        self._process.start()
        # A test that failed may leave it behind: nobody waits for it then.
        weakref.finalize(self, _end, self._process)
        its_in.close()
        its_out.close()
        self._input = _as_file(ours_in, "wb")
        self._output = _as_file(ours_out, "rb")

    def tell(self, line: str) -> None:
        """One line on its input."""
        self._input.write(f"{line}\n".encode())

    def close_input(self) -> None:
        """It is told nothing more."""
        self._input.close()

    def hear(self) -> str:
        """The next line of its output. Raises `AssertionError` when it says nothing for long."""
        # Unbuffered: what is read ahead would not be waited for.
        assert wait([self._output], _PATIENCE), "it says nothing"
        return self._output.readline().decode().strip()

    def poll(self) -> int | None:
        """How it ended, if it has."""
        return self._process.exitcode

    def wait(self, seconds: float | None = None) -> int | None:
        self._process.join(seconds)
        return self._process.exitcode

    def kill(self) -> None:
        """kill -9: no goodbye. What it held is free when this returns."""
        assert self._process.pid is not None
        if self.poll() is None:
            os.kill(self._process.pid, signal.SIGKILL)
        assert self.wait(_PATIENCE) is not None, "it cannot be killed"
        self.close()

    def close(self) -> None:
        """It has nothing more to read."""
        for each in (self._input, self._output):
            each.close()

    def __enter__(self) -> Ready:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:  # fmt: skip
        self.kill()


def _end(process: multiprocessing.process.BaseProcess) -> None:
    if process.is_alive():  # else its number may be another's by now
        process.kill()


def _as_file(end: Connection[Any, Any], mode: str) -> IO[bytes]:
    file = os.fdopen(os.dup(end.fileno()), mode, buffering=0)
    end.close()
    return file


def _run(
    command: list[str], environment: dict[str, str], given: Connection[Any, Any],
    said: Connection[Any, Any], errors: str,
) -> None:  # fmt: skip
    os.environ.clear()
    os.environ.update(environment)
    complaints = os.open(errors, os.O_WRONLY | os.O_APPEND)
    for number, end in enumerate((given.fileno(), said.fileno(), complaints)):
        os.dup2(end, number)
    given.close()
    said.close()
    sys.stdin, sys.stdout, sys.stderr = os.fdopen(0), os.fdopen(1, "w"), os.fdopen(2, "w")
    sys.argv = command
    runpy.run_module(command[0], run_name="__main__", alter_sys=True)
