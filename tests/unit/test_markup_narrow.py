"""Less HTML for who takes less: no word lost, none run together, nothing let through that wasn't before."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicate.markup.narrow import narrow
from syndicate.markup.sanitise import sanitise
from syndicate.markup.tags import ALLOWED, PICTURES
from syndicate.markup.text import text_of

SITE = "https://news.example"
WORDS = st.sampled_from(["渡船", "老码头 & 栈桥", "a<b", "“完”", " ", "\n", ""])
LEAVES = st.one_of(WORDS, st.sampled_from(["<br>", "<hr>", f'<a href="{SITE}/a">旧闻</a>', "<!-- -->", "</div>"]))
WRAPPERS = st.sampled_from(
    [
        "p",
        "div",
        "section",
        "h2",
        "ul",
        "ol",
        "li",
        "dl",
        "dt",
        "dd",
        "blockquote",
        "figure",
        "figcaption",
        "table",
        "tr",
        "td",
        "th",
        "b",
        "span",
        "a",
        "em",
        "caption",
    ]
)


def wrapped(inner):
    return st.tuples(WRAPPERS, st.lists(inner, max_size=4)).map(
        lambda made: f"<{made[0]}>{''.join(made[1])}</{made[0]}>"
    )


BODIES = st.lists(st.recursive(LEAVES, wrapped, max_leaves=12), max_size=6).map("".join)
TAGS = st.sets(st.sampled_from(sorted(ALLOWED - set(PICTURES))))


def secure(url: str) -> str | None:
    return url if url.startswith("https:") else None


@given(BODIES, TAGS)
def test_every_line_stays_as_it_was_whatever_tags_there_may_be(html: str, tags: set[str]):
    body = sanitise(html, base_url=SITE)

    assert text_of(narrow(body, tags=tags)) == text_of(body)


@given(BODIES, TAGS)
def test_no_tag_is_left_but_those_that_may_be(html: str, tags: set[str]):
    left = narrow(sanitise(html, base_url=SITE), tags=tags)

    assert set(re.findall(r"<([a-z0-9]+)", left)) <= tags | {"p", "br"}


@given(BODIES, TAGS)
def test_what_is_narrow_already_stays_as_it_is(html: str, tags: set[str]):
    once = narrow(sanitise(html, base_url=SITE), tags=tags)

    assert text_of(narrow(once, tags=tags)) == text_of(once)


def test_where_nothing_is_asked_the_body_is_not_touched():
    assert narrow("<p>任何<b>样子") == "<p>任何<b>样子"


def test_a_tag_that_we_let_through_to_nobody_is_not_opened_by_a_list():
    assert "<iframe" not in narrow('<p>桥</p><iframe src="https://x.example"></iframe>', tags={"iframe"})


@pytest.mark.parametrize(
    ("html", "tags", "left"),
    [
        ("<div>桥</div><div>路</div>", (), "<p>桥</p><p>路</p>"),
        ("<ul><li>桥</li><li>路</li></ul>", (), "<p>桥</p><p>路</p>"),
        ("<p>桥<strong>通</strong>了</p>", (), "<p>桥通了</p>"),
        ("<div>桥<p>路</p>河</div>", (), "桥<p>路</p>河"),
        ("<table><tbody><tr><td>桥</td><td>路</td></tr></tbody></table>", (), "<p>桥<br>路</p>"),
        ("<p>桥</p><hr><p>路</p>", (), "<p>桥</p><br><p>路</p>"),
        ('<div data-notice="licence">许可</div>', (), '<p data-notice="licence">许可</p>'),
    ],
)
def test_what_becomes_of_a_tag_that_may_not_be(html: str, tags: tuple[str, ...], left: str):
    assert narrow(html, tags=tags) == left


def test_only_the_attributes_named_are_left_and_every_address():
    html = f'<p data-notice="licence">许可</p><p><img src="{SITE}/1.jpg" alt="桥" width="9"></p>'

    left = narrow(html, attributes={"img": ("alt",)})

    assert left == f'<p>许可</p><p><img src="{SITE}/1.jpg" alt="桥"></p>'


def test_a_picture_whose_tag_may_not_be_goes_with_its_caption_and_its_credit():
    html = (
        f'<p>桥</p><p><img src="{SITE}/1.jpg"></p><p data-notice="picture-credit">林晓 摄</p><p>石桥全景</p>'
        f'<p><video src="{SITE}/1.mp4" controls=""></video></p><p data-notice="picture-credit">周平 摄</p><p>路</p>'
    )

    left = narrow(
        html,
        tags={"video"},
        captions={f"{SITE}/1.jpg": "石桥全景"},
        credits={f"{SITE}/1.jpg": "林晓 摄", f"{SITE}/1.mp4": "周平 摄"},
    )

    assert text_of(left).splitlines() == ["桥", "周平 摄", "路"]
    assert ("<img" in left, "<video" in left) == (False, True)


def test_a_picture_that_is_not_secure_goes_and_one_with_the_same_credit_keeps_it():
    html = (
        '<p><img src="http://old.example/1.jpg"></p><p data-notice="picture-credit">林晓 摄</p>'
        f'<p><img src="{SITE}/2.jpg"></p><p data-notice="picture-credit">林晓 摄</p>'
    )

    left = narrow(html, secure=secure, credits={"http://old.example/1.jpg": "林晓 摄", f"{SITE}/2.jpg": "林晓 摄"})

    assert left == f'<p><img src="{SITE}/2.jpg"></p><p data-notice="picture-credit">林晓 摄</p>'


def test_a_credit_that_two_pictures_share_stays_while_one_of_them_does():
    html = (
        f'<figure><img src="http://old.example/1.jpg"><img src="{SITE}/2.jpg"><figcaption>桥'
        '<span data-notice="picture-credit"> 林晓 摄</span></figcaption></figure>'
    )

    left = narrow(html, secure=secure, credits={"http://old.example/1.jpg": "林晓 摄", f"{SITE}/2.jpg": "林晓 摄"})

    assert text_of(left) == "桥 林晓 摄"


def test_a_link_that_is_not_secure_keeps_its_words_and_an_address_for_mail_stays():
    html = (
        '<p><a href="http://old.example/" rel="noopener">旧闻</a><a href="mailto:a@b.example" rel="noopener">信</a></p>'
    )

    assert narrow(html, secure=secure) == '<p>旧闻<a href="mailto:a@b.example" rel="noopener">信</a></p>'
