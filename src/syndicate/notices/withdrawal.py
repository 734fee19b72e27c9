"""What must it say: the words that go with the request to take an article down."""

from datetime import datetime
from zoneinfo import ZoneInfo

from syndicate.model.clearance import Clearance
from syndicate.model.publisher import Publisher
from syndicate.notices.compose import Named
from syndicate.notices.wording import Wording


def withdrawal_note(answer: Clearance | None, *, at: datetime, publisher: Publisher, wording: Wording) -> Named:
    """The statement's name and its words. `answer` is this partner's, if the article itself still stands."""
    day = wording.date.written(at.astimezone(ZoneInfo(publisher.timezone)))
    case = _because_of(answer)
    template: str = getattr(wording.withdrawal, case)
    return f"withdrawal:{case}", template.format(publisher=publisher.name, date=day)


def _because_of(answer: Clearance | None) -> str:
    """Who is held has missed that it was withdrawn in between; what derives from a withdrawn story is withdrawn too."""
    refused = answer is not None and answer.decision == "refused" and answer.rule != "derived"
    return "no_longer_cleared" if refused else "by_newsroom"
