"""What must be so in the end: the demonstration checks itself against what the partners really hold."""

import json
from collections.abc import Iterator

from syndicate.demo.stage import Stage
from syndicate.monitor.why import Explanation, Why, why

JINGCHU, JINGMEN, TIANMEN, ZHONGXIANG = (
    "demo-jingchuwang",
    "demo-jingmen-xinwenwang",
    "demo-tianmenwang",
    "demo-zhongxiang-xinwenwang",
)
WITH_AGREEMENT = (JINGCHU, JINGMEN, ZHONGXIANG)
OWN, THIRD_PARTY_PICTURES, NO_REPORTER, SEVERAL_PEOPLE, REPRINT, OTHER_SECTION = (
    "jingshan-20260312-01",
    "jingshan-20260315-01",
    "jingshan-20260318-01",
    "jingshan-20260322-01",
    "jingshan-20260325-01",
    "jingshan-20260402-01",
)

PUBLISHED: dict[str, dict[str, str]] = {
    OWN: dict.fromkeys(WITH_AGREEMENT, "delivered"),
    THIRD_PARTY_PICTURES: dict.fromkeys(WITH_AGREEMENT, "delivered"),
    NO_REPORTER: dict.fromkeys(WITH_AGREEMENT, "delivered"),
    SEVERAL_PEOPLE: dict.fromkeys(WITH_AGREEMENT, "delivered"),
    REPRINT: dict.fromkeys(WITH_AGREEMENT, "refused"),
    OTHER_SECTION: {JINGCHU: "delivered", JINGMEN: "refused", ZHONGXIANG: "delivered"},
}
CORRECTED = PUBLISHED | {OWN: dict.fromkeys(WITH_AGREEMENT, "corrected")}
WITHDRAWN = CORRECTED | {NO_REPORTER: dict.fromkeys(WITH_AGREEMENT, "withdrawn")}
"""For each act, how every partner with an agreement stands with every article. 天门网's agreement has ended."""


def standing(explanation: Explanation) -> str:
    """How an audience stands with an article, in the demonstration's words."""
    settled = [sending for sending in explanation.deliveries if sending.state != "cancelled"]
    if not settled:
        return explanation.standing
    last = settled[-1]
    if last.state != "delivered":
        return last.state
    return {"publish": "delivered", "update": "corrected", "withdraw": "withdrawn"}[last.action]


def look(stage: Stage, act: dict[str, dict[str, str]]) -> list[Why]:
    """How everybody stands with the articles of an act, as far as they are known yet."""
    system = stage.system
    found = [why(system.ledger, name, directory=system.newsroom.directory, now=system.clock()) for name in act]
    return [one for one in found if one is not None]


def missing(found: list[Why], act: dict[str, dict[str, str]]) -> list[str]:
    """What is not yet, or not, as the act expects it: one sentence each."""
    stood = {one.article: {part.audience: standing(part) for part in one.explanations} for one in found}
    expected = {name: partners | {TIANMEN: "refused"} for name, partners in act.items()}
    return [
        f"{article} · {partner}: expected {wanted}, found {stood.get(article, {}).get(partner, 'nothing')}"
        for article, partners in expected.items()
        for partner, wanted in partners.items()
        if stood.get(article, {}).get(partner) != wanted
    ]


def wrong_in_the_end(stage: Stage, feeds: dict[str, bytes]) -> list[str]:
    """What the partners hold and the feeds say, against the licence: one sentence for everything that is wrong."""
    return [*_wrong_holdings(stage), *_wrong_feeds(stage, feeds)]


def _wrong_holdings(stage: Stage) -> Iterator[str]:
    publisher = stage.system.settings.publisher
    head = f"据{publisher.name}消息"
    for partner, receiver in stage.receivers.items():
        holdings = receiver.holdings()
        expected = [name for name, by in WITHDRAWN.items() if by.get(partner) in ("delivered", "corrected")]
        if set(holdings) != {publisher.tag_uri(name) for name in expected}:
            yield f"{partner} holds {sorted(holdings)}, expected {expected}"
        for uri, document in holdings.items():
            words = "".join(part["value"] for part in document["bodies"])
            if head not in words.partition("</p>")[0]:
                yield f"{partner} · {uri}: does not begin with {head}"
            if "图片来源" in words:
                yield f"{partner} · {uri}: carries a picture of somebody else's"


def _wrong_feeds(stage: Stage, feeds: dict[str, bytes]) -> Iterator[str]:
    publisher = stage.system.settings.publisher
    for name, content in feeds.items():
        if _has_entry(content, publisher.tag_uri(NO_REPORTER)):
            yield f"the feed {name} still has the withdrawn article"
        if name.startswith("all.") and not _has_entry(content, publisher.tag_uri(OWN)):
            yield f"the feed {name} lacks the corrected article"


def _has_entry(content: bytes, uri: str) -> bool:
    """Whether a feed has an article as an entry: its tombstone has the same name."""
    if content.startswith(b"{"):
        return any(item["id"] == uri for item in json.loads(content)["items"])
    return f">{uri}<".encode() in content
