"""A suite that stays open from one call to the next, for processes that grade now and then.

The checks live inside a pytest session, which is a call that has to return. It runs on a thread of its
own and waits there; the checks themselves are run by whoever asks.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Sequence
from pathlib import Path

from grader.suite.session import Suite, with_suite


class OpenSuite:
    """The collected checks, in a session that stays open on a side thread until `close`.

    Parameters
    ----------
    folders : sequence of Path

    Raises
    ------
    AssignmentError
        If the checks cannot be collected.
    """

    suite: Suite

    def __init__(self, folders: Sequence[Path]) -> None:
        self._folders = folders
        self._collected: queue.SimpleQueue[Suite | BaseException] = queue.SimpleQueue()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._hold, name="checks", daemon=True)
        self._thread.start()
        outcome = self._collected.get()
        if isinstance(outcome, BaseException):
            self._thread.join()
            raise outcome
        self.suite = outcome

    def close(self) -> None:
        """End the session."""
        self._over.set()
        self._thread.join()

    def _hold(self) -> None:
        try:
            with_suite(self._folders, self._serve)
        except BaseException as error:  # noqa: BLE001 - raised again in the thread that waits for it
            self._collected.put(error)

    def _serve(self, suite: Suite) -> None:
        self._collected.put(suite)
        self._over.wait()
