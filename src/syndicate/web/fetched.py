"""Who may ask, by HTTP? What a token got of a feed is written down: beside the answer, in batches, never before it."""

import threading
from collections import deque

import structlog
from fastapi import Request, Response
from sqlalchemy.exc import SQLAlchemyError

from syndicate.assemble import System
from syndicate.ledger import fetches
from syndicate.ledger.database import Ledger
from syndicate.ledger.feeds import Served
from syndicate.ledger.fetches import Fetch

EVERY_S = 1.0
AT_MOST = 100_000  # waiting to be written, while the ledger is away: then the oldest are lost
AT_ONCE = 1_000  # in one transaction

log = structlog.get_logger(__name__)


class FetchBook:
    """Keeps what is to be written down, and writes it once a second from a thread of its own. Safe to share.

    What a process that is killed has not written is lost: then somebody is thought to have had less than they had.
    """

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._waiting = deque[Fetch](maxlen=AT_MOST)
        self._writing, self._ending = threading.Lock(), threading.Event()
        self._thread: threading.Thread | None = None

    def add(self, fetch: Fetch) -> None:
        """Have it written down soon."""
        self._waiting.append(fetch)

    def start(self) -> None:
        """Write once a second until `stop`."""
        self._thread = threading.Thread(target=self._run, name="fetches", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Write what is left, and end."""
        self._ending.set()
        if self._thread:
            self._thread.join()
        self.flush()

    def flush(self) -> None:
        """Write what waits; what can't be written now waits on."""
        with self._writing:
            while some := [self._waiting.popleft() for _ in range(min(AT_ONCE, len(self._waiting)))]:
                try:
                    with self._ledger.write() as connection:
                        fetches.record(connection, some)
                except (SQLAlchemyError, OSError) as error:
                    self._waiting.extendleft(reversed(some))
                    log.warning("fetches.not_written", waiting=len(self._waiting), error=type(error).__name__)
                    return

    def _run(self) -> None:
        while not self._ending.wait(EVERY_S):
            if self._waiting:
                self.flush()


def noted(request: Request, answer: Response, served: Served, *, feed_id: str, suffix: str, month: str) -> Response:
    """The answer, once it is noted who gets it: of a partner's own feed, whose token that is."""
    token_id: str | None = getattr(request.state, "token_id", None)
    if token_id is None or request.method == "HEAD":
        return answer
    system: System = request.app.state.system
    book: FetchBook = request.app.state.fetches
    fetch = Fetch(
        token_id=token_id,
        partner_id=request.state.partner_id,
        feed_id=feed_id,
        format=suffix,
        month=month,
        status=answer.status_code,
        digest=served.digest,
        build=served.build,
        bytes=len(answer.body),
        at=system.clock(),
    )
    book.add(fetch)
    return answer
