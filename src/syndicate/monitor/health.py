"""Is this process up, and can the system do its work? For load balancers, supervisors and people at 3 a.m."""

from collections.abc import Mapping

from sqlalchemy.exc import SQLAlchemyError

from syndicate.ledger.database import Ledger
from syndicate.ledger.migrate import is_current
from syndicate.model.record import Record
from syndicate.model.step import Lane


class Check(Record):
    """One thing that must be so. `said` tells what was found and, when it isn't so, what to do."""

    name: str
    ok: bool
    said: str


def checks(ledger: Ledger, *, depth: Mapping[Lane, int] | None) -> list[Check]:
    """The ledger answers and has the shape we expect; the broker answers.

    Events are taken in without a broker (the ledger keeps them), so only the ledger decides whether we are ready.
    """
    broker = Check(name="broker", ok=depth is not None, said="reachable" if depth is not None else "can't be reached")
    return [_ledger(ledger), broker]


def _ledger(ledger: Ledger) -> Check:
    try:
        current = is_current(ledger)
    except SQLAlchemyError as error:
        return Check(name="ledger", ok=False, said=f"can't be read ({type(error).__name__}): is the database up?")
    said = "reachable" if current else "has another shape than this version expects: start `syndicate up` once"
    return Check(name="ledger", ok=current, said=said)
