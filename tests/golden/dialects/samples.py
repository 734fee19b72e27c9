"""What the golden files of the dialects are made of: stories with every statement in its place, all invented."""

import tomllib
from datetime import timedelta
from pathlib import Path

from syndicate.formats.dialect_files import read_dialect
from syndicate.markup.place import Statement, place
from syndicate.markup.sanitise import sanitise
from syndicate.model.article import Article, Origin, Picture
from syndicate.model.dialect import Dialect
from syndicate.model.story import Feed, FeedDefinition, Story, Terms
from tests.golden.formats.samples import LICENCE, NOON, OUR_PICTURE, a_feed, a_picture, a_story, an_article

SHIPPED = Path(__file__).parents[3] / "config" / "dialects"
HEAD = "据柳溪新闻网消息:(记者:林晓)"
TERMS = "本文由柳溪新闻网授权转载（协议编号：LX-2025-3），请保留文首来源说明和图片署名。"
LONG = "停了三年的柳溪石桥今晨修好通车，两岸七个村的村民从此不再绕路进城赶集"
HOSTILE = '<script>alert("x")</script> ]]> <![CDATA[ &amp; \ufffe\u202e倒\u202c 𠮷林 👩\u200d🌾 -->“桥好了” & 路好了'
BODY = (
    '<h2>桥</h2><p>石桥今晨<strong>通车</strong>,<a href="http://old.example/?a=1&amp;b=2#top">旧闻</a>。</p>'
    '<figure><img src="https://news.example/img/1.jpg"><figcaption>第1座石桥今晨通车</figcaption></figure>'
    "<table><tbody><tr><th>年</th><td>三年</td></tr></tbody></table><ul><li>七个村</li></ul><hr><p>完 ]]> 。</p>"
)


def dialect(name: str) -> Dialect:
    """One that is shipped."""
    found, problems = read_dialect(tomllib.loads((SHIPPED / f"{name}.toml").read_text(encoding="utf-8")))
    assert found is not None, problems
    return found


def shipped() -> list[str]:
    """The names of those that are shipped."""
    return sorted(file.stem for file in SHIPPED.glob("*.toml"))


def statements(article: Article, *, ours: bool = True) -> list[Statement]:
    """What stands under the text."""
    label = [Statement("ai-label", "本文由人工智能生成")] if article.ai_label == "generated" else []
    theirs = [] if ours else [Statement("disclaimer", "本文为转载稿，不代表本网观点。")]
    return [
        *label,
        Statement(
            "copyright", "版权所有：柳溪县融媒体中心" if ours else "转载稿，版权归原权利人所有（来源：远山日报）"
        ),
        Statement("licence", TERMS),
        *theirs,
        Statement("canonical-link", f"原文链接：{article.url}", link=article.url),
    ]


def told(article: Article, *, ours: bool = True, body: str = BODY) -> Story:
    """The article as a partner gets it, with its statements."""
    credits = {picture.url: f"记者:林晓 摄 {number}" for number, picture in enumerate(article.pictures, start=1)}
    head = HEAD if ours else "来源：远山日报 作者：何远"
    placed = place(
        sanitise(body, base_url=article.url),
        head=head,
        tail=statements(article, ours=ours),
        passed=credits.keys(),
        captions={picture.url: picture.caption for picture in article.pictures},
        credits=credits,
    )
    terms = Terms(
        attribution=head,
        copyright="© 2025 柳溪县融媒体中心" if ours else "版权归远山日报所有",
        usage=TERMS if ours else "转载自远山日报",
        licence_url=LICENCE if ours else "",
        credits=credits,
        holder="柳溪县融媒体中心" if ours else "远山日报",
        ours=ours,
        expires=NOON + timedelta(days=30) if ours else None,
        pictures=dict.fromkeys(credits, OUR_PICTURE) if ours else {},
    )
    return a_story(article.model_copy(update={"body_html": placed}), terms=terms)


def an_own_story() -> Story:
    """With a picture, a table, and an address that has a query and a fragment."""
    url = "https://news.example/a/1.html?from=cms&utm_source=old#top"
    return told(an_article(headline=LONG, url=url, pictures=(a_picture(1),)))


def a_reprinted_story() -> Story:
    """Another's words."""
    origin = Origin(
        kind="reprint",
        source="远山日报",
        original_title="山那边的路",
        original_author="何远",
        original_url="https://far.example/road",
    )
    article = an_article(
        id="r--1", url="https://news.example/a/r1.html", headline=f"山那边的路：{LONG}", summary="", origin=origin
    )
    return told(article, ours=False, body="<p>山那边也在修路。</p>")


def a_story_with_pictures(many: int = 20) -> Story:
    """With so many pictures, and a film."""
    film = a_picture(99, url="https://news.example/film/1.mp4", media_type="video/mp4")
    pictures: tuple[Picture, ...] = (*(a_picture(number) for number in range(1, many + 1)), film)
    shown = [f'<p><img src="{picture.url}"></p><p>{picture.caption}</p>' for picture in pictures[:-1]]
    body = "".join([*shown, f'<p><video src="{film.url}"></video></p>'])
    article = an_article(
        id="p-1", url="https://news.example/a/p1.html", headline=f"组图：{LONG}", pictures=pictures, keywords=()
    )
    return told(article, body=body)


def a_hostile_story() -> Story:
    """A headline that would break a document, or run in a reader; and a summary like it."""
    article = an_article(
        id="h-1",
        url="https://news.example/a/h1.html",
        headline=HOSTILE,
        summary=f"{HOSTILE}\r\n第二行",
        reporters=("<b>林晓</b>",),
        correspondents=(),
        keywords=("]]>", "A&B"),
        ai_label="generated",
    )
    return told(article, body=f"<p>{HOSTILE}</p><script>alert(2)</script>")


def a_terse_story() -> Story:
    """With a headline too short for some."""
    return told(an_article(id="t-1", url="https://news.example/a/t1.html", headline="桥通了", summary=""))


def every_story() -> tuple[Story, ...]:
    """All of them, newest first."""
    return (an_own_story(), a_reprinted_story(), a_story_with_pictures(), a_hostile_story(), a_terse_story())


def a_dialect_feed(spoken: Dialect, *stories: Story, body: bool = True) -> Feed:
    """A partner's own feed in a dialect."""
    definition = FeedDefinition(
        id="partners/yuanshan",
        title="今日柳溪 · 供远山网",
        description="依协议供远山网使用的全文稿件。",
        audience="yuanshan",
        body=body,
        dialect=spoken,
    )
    return a_feed(*stories, definition=definition)
