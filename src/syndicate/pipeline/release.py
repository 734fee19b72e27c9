"""When may an article come out? What an event may still say about its embargo and its schedule, and what follows."""

from datetime import datetime

from syndicate.model.article import Article, Withdrawal
from syndicate.model.problem import Problem

_TOO_LATE = "can't be set once the article is published: leave it out, or withdraw the article first"


def untimely(article: Article, former: Article | None, *, now: datetime) -> list[Problem]:
    """What is wrong with an article's embargo and schedule, after its former revision; none when it isn't out yet.

    One that runs must be spoken of, so that no correction lifts it by oversight. One that doesn't run can't be set once
    the article is published: whoever has it has it.
    """
    if former is None:
        return []
    problems: list[Problem] = []

    def wrong(field: str, message: str) -> None:
        problems.append(Problem(field=f"data.{field}", message=message))

    embargo, schedule = _to_come(former.embargo_until, now), _to_come(former.publish_at, now)
    for field, running in (("embargo_until", embargo), ("publish_at", schedule)):
        if running and field not in article.model_fields_set:
            until = running.isoformat()
            wrong(field, f"is required while the one until {until} runs: repeat it, change it, or say null")
    if _to_come(article.embargo_until, now) and not (embargo or schedule):
        wrong("embargo_until", f"{_TOO_LATE}; published again, it may have an embargo")
    if _to_come(article.publish_at, now) and not schedule:
        wrong("publish_at", f"{_TOO_LATE}; published again, it may have a schedule")
    return problems


def is_scheduled(former: Article | None, *, now: datetime) -> bool:
    """Whether an article's newest revision waits for its hour, so that nobody has it by that."""
    return former is not None and _to_come(former.publish_at, now) is not None


def moves_embargo(article: Article, former: Article, *, now: datetime) -> bool:
    """Whether those who hold it for us must hear of another hour."""
    return _to_come(article.embargo_until, now) != _to_come(former.embargo_until, now)


def first_published(
    data: Article | Withdrawal, former: Article | None, known: datetime | None, *, now: datetime
) -> datetime | None:
    """When the article first came out, or will: the later of `published_at` and `publish_at`; `known` once it is out.

    None for what is taken back before it was out: then it is as if it had not been published.
    """
    if known and not (known > now and is_scheduled(former, now=now)):
        return known
    if isinstance(data, Withdrawal):
        return None
    return max(data.published_at, data.publish_at or data.published_at)


def _to_come(moment: datetime | None, now: datetime) -> datetime | None:
    return moment if moment and moment > now else None
