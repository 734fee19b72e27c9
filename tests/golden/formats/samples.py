"""What the golden files are made of: a newsroom, its stories and its feeds, all invented."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from syndicate.model.article import Article, Origin, Picture
from syndicate.model.licence import Licence, addresses
from syndicate.model.publisher import Publisher
from syndicate.model.story import Feed, FeedDefinition, PictureRights, Retraction, Story, Terms

NOON = datetime(2025, 5, 6, 12, 0, tzinfo=UTC)
LICENCE = "https://news.example/licence"
OUR_PICTURE = PictureRights(
    ours=True,
    holder="柳溪县融媒体中心",
    creator="林晓",
    copyright="© 2025 柳溪县融媒体中心",
    usage="未经书面许可不得转载",
    licence_url=LICENCE,
)


def a_publisher(**changes: Any) -> Publisher:
    told = {
        "name": "柳溪新闻网",
        "site_name": "今日柳溪",
        "organisation": "柳溪县融媒体中心",
        "own_names": ("柳溪新闻网", "柳溪县融媒体中心"),
        "home_url": "https://news.example/",
        "licence_url": LICENCE,
        "contact": "desk@news.example",
        "tag_authority": "news.example",
        "tag_date": date(2020, 1, 1),
    }
    return Publisher(**told | changes)


def a_picture(number: int = 1, **changes: Any) -> Picture:
    told = {
        "url": f"https://news.example/img/{number}.jpg",
        "size_bytes": 1000 + number,
        "width": 1200,
        "height": 800,
        "caption": f"第{number}座石桥今晨通车",
    }
    return Picture(**told | changes)


def an_article(**changes: Any) -> Article:
    told = {
        "id": "a-1",
        "version": 1,
        "url": "https://news.example/a/1.html",
        "headline": "石桥修好了,村民不再绕路",
        "summary": "三年工期 <提前> 半年完成 & 通车",
        "body_html": "<p>据柳溪新闻网消息:(记者:林晓)石桥今晨通车。</p>",
        "section": ("要闻", "乡村"),
        "reporters": ("林晓", "周平"),
        "correspondents": ("吴桐",),
        "editor": "郑安",
        "origin": Origin(kind="own", source="柳溪新闻网"),
        "keywords": ("石桥", "交通"),
        "published_at": NOON,
    }
    return Article(**told | changes)


def a_reprint(**changes: Any) -> Article:
    origin = Origin(
        kind="reprint",
        source="远山日报",
        original_title="山那边的路",
        original_author="何远",
        original_url="https://far.example/road",
    )
    told = {
        "id": "r-1",
        "url": "https://news.example/a/r1.html",
        "headline": "山那边的路",
        "summary": "",
        "body_html": "<p>山那边也在修路。</p>",
        "origin": origin,
    }
    return an_article(**told | changes)


def a_story(article: Article | None = None, **changes: Any) -> Story:
    article = article or an_article()
    told = {
        "article": article,
        "uri": a_publisher().tag_uri(article.id),
        "revision": 7,
        "published": NOON,
        "updated": NOON + timedelta(hours=1),
        "modified": NOON + timedelta(hours=2),
        "terms": Terms(
            attribution="据柳溪新闻网消息:(记者:林晓)",
            copyright="© 2025 柳溪县融媒体中心",
            usage="未经书面许可不得转载",
            licence_url=LICENCE,
            credits={picture.url: "记者:林晓 摄" for picture in article.pictures},
            holder="柳溪县融媒体中心",
            pictures={picture.url: OUR_PICTURE for picture in article.pictures},
        ),
    }
    return Story(**told | changes)


def a_reprinted_story() -> Story:
    theirs = Terms(copyright="版权归远山日报所有", usage="转载自远山日报", ours=False, holder="远山日报")
    return a_story(a_reprint(), revision=1, terms=theirs)


def a_mixed_story() -> Story:
    """Our own text, with words in it of somebody else's."""
    origin = Origin(kind="mixed", source="远山日报", original_url="https://far.example/road")
    whose = {"ours": False, "holder": "柳溪县融媒体中心、远山日报"}
    terms = Terms(copyright="© 2025 柳溪县融媒体中心", usage="含远山日报的内容", **whose)
    return a_story(an_article(origin=origin), terms=terms)


def a_retraction(**changes: Any) -> Retraction:
    told = {
        "article_id": "a-1",
        "uri": a_publisher().tag_uri("a-1"),
        "url": "https://news.example/a/1.html",
        "headline": "石桥修好了,村民不再绕路",
        "language": "zh-CN",
        "revision": 8,
        "withdrawn": NOON + timedelta(days=1),
        "reason": "通车日期有误",
        "notice": "本文已由柳溪新闻网于2025年5月7日撤回，请勿继续传播；已转载的请予删除。",
    }
    return Retraction(**told | changes)


def a_feed(*stories: Story, body: bool = True, **changes: Any) -> Feed:
    told = {
        "definition": FeedDefinition(
            id="village", title="柳溪乡村", description="乡村的路与桥", audience="public", body=body
        ),
        "publisher": a_publisher(),
        "base_url": "https://feeds.example",
        "changed": NOON + timedelta(hours=3),
        "stories": stories,
    }
    return Feed(**told | changes)


def the_story() -> Story:
    """A story with everything: two pictures, names, an AI label."""
    unsized = a_picture(1, size_bytes=None)
    return a_story(an_article(pictures=(unsized, a_picture(2)), ai_label="assisted"))


def the_feed(*, body: bool = True) -> Feed:
    """A feed with a full story, one in rare characters that says little, and a reprint."""
    bare = an_article(
        id="a-2",
        url="https://news.example/a/2.html",
        headline="𠮷林镇迎来第一场雪 ❄️",
        summary="",
        body_html="<p>𠀀 字 ]]> 👩‍🌾</p>",
        reporters=(),
        correspondents=(),
        editor="",
        keywords=(),
        language="zh-Hans",
    )
    return a_feed(the_story(), a_story(bare, revision=2), a_reprinted_story(), body=body)


def a_licence(**changes: Any) -> Licence:
    told = {
        "id": "liuxi",
        "permits": ("search",),
        "prohibits": ("ai-all",),
        "text": {"zh-CN": {"title": "柳溪使用许可", "paragraphs": ("没有书面协议，不得转载。",)}},
    }
    return Licence.model_validate(told | changes)


def a_licensed_story(article: Article | None = None, **changes: Any) -> Story:
    """A story under a licence of record, to a partner whose agreement ends with everything taken back."""
    story = a_story(article)
    found = addresses(a_licence(), page=LICENCE, base_url="https://feeds.example")
    told = {
        "licence_url": found.page,
        "licence": found.licence,
        "policy_url": found.policy("0123456789ab"),
        "tdm_policy_url": found.policy(),
        "expires": NOON + timedelta(days=30),
        "pictures": {
            url: one.model_copy(update={"licence_url": found.page}) for url, one in story.terms.pictures.items()
        },
    }
    return story.model_copy(update={"terms": story.terms.model_copy(update=told | changes)})
