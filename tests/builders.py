"""What the tests are made of: small true things with sensible defaults, changed by keyword. All names are invented."""

import tomllib
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal
from zoneinfo import ZoneInfo

from syndicate.ledger.deliveries import Delivery
from syndicate.model.agreement import Agreement
from syndicate.model.article import Article, Picture
from syndicate.model.delivery import delivery_id
from syndicate.model.event import Envelope
from syndicate.model.feed import Directory, FeedFamily
from syndicate.model.licence import Licence
from syndicate.model.partner import Destination, Partner
from syndicate.model.publisher import Publisher
from syndicate.model.selection import Selection
from syndicate.notices.wordings import Wordings, read_wordings
from syndicate.pipeline.newsroom import Newsroom
from syndicate.rights.question import Question

CONFIG = Path(__file__).parents[1] / "config"
SHANGHAI = ZoneInfo("Asia/Shanghai")
# Long past, so that it is never mistaken for now: leases, retries and terms that run out go by the database's clock.
NOON = datetime(2025, 5, 6, 12, 0, tzinfo=SHANGHAI).astimezone(UTC)
OWN, STATE = "青石湾新闻网", "远山通讯社"
BODY = (
    '<p>青石湾的老码头今天重新开渡。</p><p><img src="https://news.example/img/ferry.jpg"></p><p>渡船靠上新栈桥</p>'
    '<p>摆渡四十年的船工说,水还是那条水。</p><p><img src="https://news.example/img/river.jpg"></p>'
    f"<p>上游的晨雾 图片来源:{STATE}</p><p>头班船载了三十二人。</p>"
)


def hours(number: float) -> timedelta:
    """So many hours."""
    return timedelta(hours=number)


def minutes(number: float) -> timedelta:
    """So many minutes."""
    return timedelta(minutes=number)


def shanghai(year: int, month: int, day: int, hour: int = 0, minute: int = 0, second: int = 0) -> datetime:
    """A moment by the clock on the newsroom's wall."""
    return datetime(year, month, day, hour, minute, second, tzinfo=SHANGHAI)


def a_publisher(**changes: Any) -> Publisher:
    """The newsroom of a small county."""
    told = {
        "name": OWN,
        "site_name": "青石湾在线",
        "organisation": "青石湾县融媒体中心",
        "own_names": (OWN, "青石湾在线", "青石湾县融媒体中心"),
        "home_url": "https://news.example/",
        "licence_url": "https://news.example/licence",
        "contact": "desk@news.example",
        "tag_authority": "news.example",
        "tag_date": date(2020, 1, 1),
    }
    return Publisher(**told | changes)


def a_picture(name: str = "ferry", **changes: Any) -> Picture:
    """A picture that a reporter of the article took; `name` makes its address."""
    told = {"url": f"https://news.example/img/{name}.jpg", "caption": "渡船靠上新栈桥", "taken_by": "顾晓舟"}
    return Picture(**told | changes)


def an_article_data(id: str = "a-1", *, version: int = 1, **changes: Any) -> dict[str, Any]:
    """An article of our own as JSON, with one picture of ours, and one whose caption names somebody else."""
    told = {
        "id": id,
        "version": version,
        "url": f"https://news.example/{id}.html",
        "headline": "老码头重新开渡",
        "summary": "停航六年之后,青石湾的渡船今天又载客了。",
        "body_html": BODY,
        "section": ["要闻", "水上"],
        "reporters": ["顾晓舟"],
        "editor": "沈禾",
        "origin": {"kind": "own", "source": OWN},
        "pictures": [
            {"url": "https://news.example/img/ferry.jpg", "caption": "渡船靠上新栈桥", "taken_by": "顾晓舟"},
            {"url": "https://news.example/img/river.jpg", "caption": f"上游的晨雾 图片来源:{STATE}"},
        ],
        "published_at": NOON.isoformat(),
    }
    return told | changes


def an_article(id: str = "a-1", *, version: int = 1, **changes: Any) -> Article:
    """The same, as the model has it; moments may be given as datetimes, pictures as Pictures."""
    return Article.model_validate(an_article_data(id, version=version, **changes))


def an_event(
    kind: Literal["published", "updated", "withdrawn", "descheduled"] = "published",
    article: str = "a-1",
    *,
    version: int = 1,
    id: str = "",
    envelope: dict[str, Any] | None = None,
    **changes: Any,
) -> Envelope:
    """What the newsroom's system says. `changes` go to the data, `envelope` to what stands around it."""
    told = {
        "specversion": "1.0",
        "id": id or f"{kind}-{article}-{version}",
        "source": "https://cms.news.example/",
        "type": f"article.{kind}",
        "data": a_withdrawal_data(article, version=version, **changes)
        if kind in ("withdrawn", "descheduled")
        else an_article_data(article, version=version, **changes),
    }
    return told | (envelope or {})


def a_withdrawal_data(id: str = "a-1", *, version: int = 1, **changes: Any) -> dict[str, Any]:
    """The newsroom takes an article back."""
    return {"id": id, "version": version, "reason": "事实有误"} | changes


def an_agreement(**changes: Any) -> Agreement:
    """An agreement for all sections, with our pictures, at once; in term also by the database's clock."""
    if "sections" in changes:
        changes["scope"] = Selection(sections=changes.pop("sections"))
    told = {
        "number": "QSW-2025-07",
        "starts": date(2025, 1, 1),
        "ends": date(2099, 12, 31),
        "pictures": "ours",
    }
    return Agreement(**told | changes)


AGREED = an_agreement()


def a_destination(url: str = "https://partner.example/push", **changes: Any) -> Destination:
    """A webhook that takes ninjs."""
    settings = {"url": url, "secret": "hezuo", "network": "internal"}
    return Destination(**{"name": "push", "transport": "webhook", "format": "ninjs", "settings": settings} | changes)


def a_partner(id: str = "yunfeng", *, url: str = "https://partner.example/push", **changes: Any) -> Partner:
    """A partner with an agreement and one destination. `agreement=None` and `destinations=()` take them away."""
    told = {
        "id": id,
        "name": f"云峰网·{id}",
        "agreement": an_agreement(),
        "destinations": (a_destination(url),),
    }
    return Partner(**told | changes)


def a_newsroom(
    *,
    partners: tuple[Partner, ...] = (),
    feeds: tuple[FeedFamily, ...] | None = None,
    licence: Licence | None = None,
    variants: Mapping[tuple[str, str], Mapping[str, Mapping[str, str]]] = MappingProxyType({}),
) -> Newsroom:
    """The newsroom with the wording and the feeds that are shipped, and these variants: (language, name) → files."""
    directory = Directory(partners=partners, feeds=shipped_feeds() if feeds is None else feeds)
    return Newsroom(
        publisher=a_publisher(),
        directory=directory,
        wording=shipped_wordings(variants),
        licence=licence,
        base_url="https://feeds.news.example",
    )


def shipped_feeds() -> tuple[FeedFamily, ...]:
    """What `config/feeds` says."""
    return tuple(FeedFamily.model_validate({"id": stem} | told) for stem, told in _toml(CONFIG / "feeds").items())


def shipped_wordings(
    variants: Mapping[tuple[str, str], Mapping[str, Mapping[str, str]]] = MappingProxyType({}),
) -> Wordings:
    """What `config/notices` says, and these variants beside it."""
    shipped = {(folder.name, ""): _toml(folder) for folder in (CONFIG / "notices").iterdir()}
    return read_wordings({**shipped, **variants}, home="zh-CN")


def shipped_licence() -> Licence:
    """What `config/licence.toml` says."""
    return Licence.model_validate(tomllib.loads((CONFIG / "licence.toml").read_text(encoding="utf-8")))


def a_licence(**changes: Any) -> Licence:
    """A short one: machines may search, and no more."""
    told = {
        "id": "qingshiwan",
        "permits": ["search"],
        "prohibits": ["ai-all"],
        "text": {"zh-CN": {"title": "青石湾内容使用许可", "paragraphs": ["没有书面协议，不得转载。"]}},
    }
    return Licence.model_validate(told | changes)


def a_question(
    *,
    now: datetime = NOON,
    first_published: datetime | None = None,
    public: bool = False,
    agreement: Agreement | None = AGREED,
    partner: Mapping[str, Any] = MappingProxyType({}),
    **changes: Any,
) -> Question:
    """May this partner have this article now? By default: yes."""
    article = changes.pop("article", None) or an_article()
    told = {
        "article": article,
        "publisher": a_publisher(),
        "partner": None if public else a_partner(**{"agreement": agreement, **partner}),
        "released": article,
        "first_published": first_published or article.published_at,
        "now": now,
    }
    return Question(**told | changes)


def a_delivery(
    action: Literal["publish", "update", "withdraw"] = "publish",
    state: Literal["waiting", "sending", "delivered", "failed", "cancelled"] = "delivered",
    *,
    revision: int = 1,
    tries: int = 1,
    edition: int = 1,
    destination: str = "yunfeng/push",
    article: str = "a-1",
) -> Delivery:
    """A delivery as the ledger remembers it."""
    return Delivery(
        seq=1,
        line=1,
        number=1,
        id=delivery_id(destination=destination, article=article, revision=revision, edition=edition, action=action),
        article_id=article,
        revision=revision,
        edition=edition,
        partner_id=destination.split("/", maxsplit=1)[0],
        destination_id=destination,
        action=action,
        lane="retract" if action == "withdraw" else "deliver",
        state=state,
        reason="",
        due_at=NOON if state == "waiting" else None,
        lease_until=None,
        claimed_at=None,
        expires_at=None,
        tries=tries,
        body=None,
        media_type="application/json",
        manifest="",
        created_at=NOON,
        patient_since=NOON,
        settled_at=None,
        kept_until=None,
    )


def _toml(folder: Path) -> dict[str, dict[str, Any]]:
    files = sorted(folder.glob("*.toml"))
    return {file.stem: tomllib.loads(file.read_text(encoding="utf-8")) for file in files}
