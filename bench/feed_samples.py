"""What feeds are measured with: articles of 5 KB, as a county's newsroom writes them."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

from syndicate.model.article import Article
from syndicate.model.publisher import Publisher
from syndicate.model.story import Feed, FeedDefinition, Story, Terms

NOON = datetime(2026, 5, 6, 4, tzinfo=UTC)
BODY = (
    "<p>据青石湾新闻网消息:(记者:顾晓舟)</p>"
    + "<p>青石湾的老码头今天重新开渡，摆渡四十年的船工说，水还是那条水。</p>" * 48
)

PUBLISHER = Publisher(
    name="青石湾新闻网",
    site_name="青石湾在线",
    organisation="青石湾县融媒体中心",
    own_names=("青石湾新闻网",),
    home_url="https://news.example/",
    licence_url="https://news.example/licence",
    contact="desk@news.example",
    tag_authority="news.example",
    tag_date=date(2020, 1, 1),
)


def a_story(number: int) -> Story:
    """One article with its full text, the newest being number 0."""
    published = NOON - timedelta(minutes=number)
    article = Article.model_validate(
        {
            "id": f"a-{number}",
            "version": 1,
            "url": f"https://news.example/{number}.html",
            "headline": f"第{number}班船",
            "summary": "停航六年之后，青石湾的渡船今天又载客了。",
            "body_html": BODY,
            "section": ["要闻", "水上"],
            "reporters": ["顾晓舟"],
            "editor": "沈禾",
            "origin": {"kind": "own"},
            "published_at": published.isoformat(),
        }
    )
    return Story(
        article=article,
        uri=f"tag:news.example,2020-01-01:article:a-{number}",
        revision=1,
        published=published,
        updated=published,
        modified=published,
        terms=Terms(
            copyright="© 青石湾县融媒体中心", usage="未经书面协议授权不得转载。", licence_url=PUBLISHER.licence_url
        ),
    )


def a_feed(stories: Sequence[Story]) -> Feed:
    """A feed with full texts of these."""
    definition = FeedDefinition(id="all", title="青石湾在线", description="全部稿件", audience="public", body=True)
    return Feed(
        definition=definition,
        publisher=PUBLISHER,
        base_url="https://feeds.news.example",
        changed=NOON,
        stories=tuple(stories),
    )
