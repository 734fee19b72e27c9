"""The newsroom's own system: says what the scenario says, in order for each article, and again until it is answered."""

import threading
import time
from collections.abc import Sequence
from time import monotonic
from typing import Any

import requests

from tests.chaos.scenario import Said
from tests.fakes.live import Live

TELLERS = 4
AGAIN_S = 0.3
NOT_NOW = 503


class Newsroom:
    """Some who tell, each of them of articles of their own. `answers` has the answer to each event, by its place."""

    def __init__(self, live: Live, said: Sequence[Said]) -> None:
        self._live, self._said = live, said
        self.answers: dict[int, dict[str, Any]] = {}
        self.began = monotonic()
        self._threads = [threading.Thread(target=self._tell_all, args=(one,), daemon=True) for one in range(TELLERS)]

    def start(self) -> None:
        """Begin to tell."""
        self.began = monotonic()
        for thread in self._threads:
            thread.start()

    def finish(self, *, timeout_s: float) -> None:
        """Wait until everything has been answered."""
        until = monotonic() + timeout_s
        for thread in self._threads:
            thread.join(max(0.0, until - monotonic()))
            assert not thread.is_alive(), f"events were not answered within {timeout_s} s"

    def _tell_all(self, number: int) -> None:
        mine = sorted({one.article for one in self._said})[number::TELLERS]
        with requests.Session() as http:
            http.trust_env = False
            for place, one in enumerate(self._said):
                if one.article in mine:
                    time.sleep(max(0.0, self.began + one.at_s - monotonic()))
                    self.answers[place] = self._tell(http, one)

    def _tell(self, http: requests.Session, one: Said) -> dict[str, Any]:
        tries = 0
        while True:
            tries += 1
            try:
                answer = self._live.post(one.envelope, http=http, timeout_s=5)
            except requests.RequestException:
                time.sleep(AGAIN_S)  # whoever takes events was killed, or hangs
                continue
            if answer.status_code != NOT_NOW:
                return {"at": monotonic(), "tries": tries, "status": answer.status_code, **answer.json()}
            time.sleep(AGAIN_S)
