"""The status in Prometheus' words. Alert on `syndicate_oldest_due_seconds`: an age can't hide behind a short queue."""

from typing import get_args

from prometheus_client import CollectorRegistry, Gauge, generate_latest

from syndicate.ledger.beats import CLOCK
from syndicate.model.health import Condition
from syndicate.monitor.status import Status

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


def exposition(found: Status) -> bytes:
    """One scrape, in the text format."""
    registry = CollectorRegistry()

    def gauge(name: str, said: str, labels: tuple[str, ...] = ()) -> Gauge:
        return Gauge(f"syndicate_{name}", said, labels, registry=registry)

    gauge("broker_up", "Whether the queue's broker can be reached").set(found.broker_reachable)
    gauge("events", "Events in the ledger").set(found.events)
    gauge("articles", "Articles in the ledger").set(found.articles)
    gauge("feeds_behind", "Feeds whose content has changed since they were built").set(found.feeds_behind)
    gauge("files_failing", "Reasons for which feeds can't be written as files").set(len(found.unwritten))
    destinations = gauge("troubled_destinations", "Destinations that aren't well, by condition", ("condition",))
    for condition in get_args(Condition):
        destinations.labels(condition).set(sum(one == condition for one in found.troubled.values()))
    gauge("takedowns_open", "Pages of withdrawn articles that aren't known to be gone").set(found.takedowns)
    gauge("takedowns_overdue", "Those of them whose time is up").set(len(found.overdue))
    deliveries = gauge("deliveries", "Deliveries by state", ("state",))
    for state, many in sorted(found.deliveries.items()):
        deliveries.labels(state).set(many)
    queued = gauge("queued_messages", "Messages in a lane's queue", ("lane",))
    waiting = gauge("waiting_deliveries", "Deliveries that wait, by lane", ("lane",))
    oldest = gauge("oldest_due_seconds", "Age of the most overdue delivery of a lane", ("lane",))
    heard = gauge("worker_heard_seconds", "Seconds since a worker consumed, or a clock swept", ("lane", "worker"))
    for lane in found.lanes:
        if lane.queued is not None:
            queued.labels(lane.lane).set(lane.queued)
        waiting.labels(lane.lane).set(lane.waiting)
        oldest.labels(lane.lane).set(lane.oldest_due_s or 0)
        for worker in lane.workers:
            heard.labels(lane.lane, worker.name).set(worker.heard_s_ago)
    for clock in found.clocks:
        heard.labels(CLOCK, clock.name).set(clock.heard_s_ago)
    return generate_latest(registry)
