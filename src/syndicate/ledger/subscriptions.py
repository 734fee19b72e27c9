"""Subscriptions: who has asked for what, what is confirmed, and until when it holds."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, delete, func, literal_column, or_, select, update

from syndicate.ledger import health
from syndicate.ledger.insert import insert_new
from syndicate.ledger.lines import WAITING
from syndicate.ledger.tables import deliveries, subscriptions
from syndicate.model.health import Health
from syndicate.model.subscription import Subscription, Wish, destination_of

ACTIVE = subscriptions.c.state == "active"


def find(connection: Connection, id: str) -> Subscription | None:
    """The one with this id."""
    return next(iter(_found(connection, subscriptions.c.id == id)), None)


def every(connection: Connection) -> list[Subscription]:
    """All of them: by topic, then by host."""
    wanted = select(subscriptions).order_by(subscriptions.c.topic_id, subscriptions.c.host, subscriptions.c.id)
    return [_subscription(row) for row in connection.execute(wanted)]


def active(connection: Connection, topic_ids: Collection[str], *, now: datetime) -> list[Subscription]:
    """Those whose lease runs. None of them ends before this transaction does."""
    wanted = select(subscriptions).where(subscriptions.c.topic_id.in_(topic_ids), ACTIVE)
    wanted = wanted.where(subscriptions.c.lease_until > now).order_by(subscriptions.c.id)
    return [_subscription(row) for row in connection.execute(wanted.with_for_update(read=True))]


def ask(connection: Connection, wish: Wish, *, now: datetime, due_at: datetime) -> None:
    """Note what is asked for; it takes the place of what was asked before and isn't settled yet.

    What holds stays as it is: only what is confirmed changes that (WebSub §5.1).
    """
    asked = {
        "intent": wish.intent,
        "intent_at": now,
        "intent_lease_s": wish.lease_s,
        "intent_sealed": wish.sealed,
        "intent_token_id": wish.token_id,
        "intent_reason": "",
        "due_at": due_at,
        "tries": 0,
    }
    first = asked | {
        "id": wish.id,
        "topic_id": wish.topic.id,
        "feed_id": wish.topic.feed_id,
        "format": wish.topic.format,
        "audience": wish.audience,
        "destination_id": destination_of(wish.audience, wish.id),
        "callback": wish.callback,
        "host": wish.host,
        "state": "asked",
        "said": "",
        "created_at": now,
        "ended_because": "",
    }
    insert_new(connection, subscriptions, first)
    connection.execute(update(subscriptions).where(subscriptions.c.id == wish.id).values(asked))


def counts(connection: Connection, host: str) -> tuple[int, int, int]:
    """How many there are, active or waiting to be verified: in all, of this host, and of it waiting."""
    is_waiting = subscriptions.c.due_at.is_not(None)
    counting = select(func.count()).select_from(subscriptions)
    of_host = subscriptions.c.host == host
    wheres = (or_(ACTIVE, is_waiting), and_(of_host, or_(ACTIVE, is_waiting)), and_(of_host, is_waiting))
    every_one, here, waiting = (int(connection.scalar(counting.where(one)) or 0) for one in wheres)
    return every_one, here, waiting


def due(connection: Connection, *, now: datetime, limit: int) -> list[str]:
    """Whose callbacks are to be asked, longest due first."""
    wanted = select(subscriptions.c.id).where(subscriptions.c.due_at <= now).order_by(subscriptions.c.due_at)
    return list(connection.scalars(wanted.limit(limit)))


def take(connection: Connection, ids: Collection[str], *, now: datetime, until: datetime) -> list[Subscription]:
    """Have these to ourselves until then, as far as they are due."""
    wanted = and_(subscriptions.c.id.in_(ids), subscriptions.c.due_at <= now)
    locked = select(subscriptions.c.id).where(wanted).order_by(subscriptions.c.id).with_for_update(skip_locked=True)
    taken = list(connection.scalars(locked))
    mine = update(subscriptions).where(subscriptions.c.id.in_(taken))
    connection.execute(mine.values(due_at=until, asked_at=now, tries=subscriptions.c.tries + 1))
    return _found(connection, subscriptions.c.id.in_(taken))


def hold(connection: Connection, ids: Collection[str]) -> None:
    """Let nobody else change these until this transaction ends. Before healths: in the order in which all do."""
    some = select(subscriptions.c.id).where(subscriptions.c.id.in_(ids)).order_by(subscriptions.c.id)
    connection.execute(some.with_for_update()).all()


def settle(connection: Connection, one: Subscription, *, said: str, again_at: datetime | None = None) -> None:
    """Write down what a callback has said to an intent, and whether it is to be asked again.

    Where something else was asked for meanwhile, that is seen to next, and stays as it is.
    """
    row = update(subscriptions).where(subscriptions.c.id == one.id)
    connection.execute(row.values(said=said))
    settled = {"due_at": again_at} if again_at else {"due_at": None, "intent": None}
    connection.execute(row.where(subscriptions.c.intent_at == one.intent_at).values(settled))


def activate(connection: Connection, one: Subscription, *, until: datetime) -> None:
    """Let what was asked for hold until then; what waits for the subscriber is wanted as long."""
    row = update(subscriptions).where(subscriptions.c.id == one.id)
    holds: dict[str, object] = {"state": "active", "lease_until": until, "token_id": one.intent_token_id}
    connection.execute(row.values(**holds, ended_at=None, ended_because=""))
    waiting = and_(deliveries.c.destination_id == one.destination_id, deliveries.c.state == WAITING)
    connection.execute(update(deliveries).where(waiting).values(expires_at=until))


def end(
    connection: Connection, ids: Collection[str], *, because: str, now: datetime, lapsed_only: bool = False
) -> None:
    """End these: what waits for them is cancelled, and how they were doing is forgotten."""
    some = and_(subscriptions.c.id.in_(ids), ACTIVE)
    some = and_(some, subscriptions.c.lease_until <= now) if lapsed_only else some
    ending = update(subscriptions).where(some).values(state="ended", ended_at=now, ended_because=because)
    ended = sorted(connection.scalars(ending.returning(subscriptions.c.destination_id)))
    health.hold(connection, ended)
    health.save(connection, [Health(name) for name in ended])
    _cancel(connection, ended, reason=f"the subscription ended: {because}", now=now)


def deny(connection: Connection, ids: Collection[str], *, because: str, now: datetime) -> None:
    """End these, and have their callbacks told why (WebSub §5.2)."""
    end(connection, ids, because=because, now=now)
    telling = {"intent": "denied", "intent_at": now, "intent_reason": because, "due_at": now, "tries": 0}
    connection.execute(update(subscriptions).where(subscriptions.c.id.in_(ids)).values(telling))


def of_destinations(connection: Connection, names: Collection[str]) -> list[Subscription]:
    """Those that these destinations stand for."""
    return _found(connection, subscriptions.c.destination_id.in_(names)) if names else []


def private(connection: Connection) -> list[Subscription]:
    """The active ones to partners' own feeds."""
    # Written out and not as parameters, or the databases could not use the index of these rows only.
    return _found(connection, literal_column("state = 'active' AND audience <> 'public'"))


def lapsed(connection: Connection, *, now: datetime, limit: int) -> list[str]:
    """The active ones whose lease is over."""
    return list(
        connection.scalars(select(subscriptions.c.id).where(ACTIVE, subscriptions.c.lease_until <= now).limit(limit))
    )


def has_idle(connection: Connection, *, before: datetime) -> bool:
    """Whether there is anything to `forget`."""
    return connection.scalar(select(subscriptions.c.id).where(_idle(before)).limit(1)) is not None


def forget(connection: Connection, *, before: datetime) -> None:
    """Drop those that were never confirmed, and whose intent was settled before then: they say nothing."""
    connection.execute(delete(subscriptions).where(_idle(before)))


def next_due(one: Subscription | None, *, now: datetime, pause: timedelta) -> datetime:
    """When a callback may be asked: at once, unless it was asked just now about the same topic."""
    return max(now, one.asked_at + pause) if one and one.asked_at else now


def _cancel(connection: Connection, names: Collection[str], *, reason: str, now: datetime) -> None:
    """Cancel what waits for these destinations. What is being sent is left to settle."""
    waiting = and_(deliveries.c.destination_id.in_(names), deliveries.c.state == WAITING)
    connection.execute(select(deliveries.c.seq).where(waiting).order_by(deliveries.c.seq).with_for_update()).all()
    connection.execute(
        update(deliveries).where(waiting).values(state="cancelled", reason=reason, due_at=None, settled_at=now)
    )


def _idle(before: datetime) -> ColumnElement[bool]:
    return and_(subscriptions.c.state == "asked", subscriptions.c.due_at.is_(None), subscriptions.c.intent_at < before)


def _found(connection: Connection, which: ColumnElement[bool]) -> list[Subscription]:
    rows: Sequence[Row[Any]] = connection.execute(select(subscriptions).where(which).order_by("id")).all()
    return [_subscription(row) for row in rows]


def _subscription(row: Row[Any]) -> Subscription:
    return Subscription(**row._mapping)
