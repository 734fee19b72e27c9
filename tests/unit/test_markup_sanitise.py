"""What HTML do we let through, and that it is the same whoever asks, and however often."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicate.markup.characters import legal
from syndicate.markup.sanitise import sanitise
from syndicate.markup.text import text_of

PAGE = "https://paper.example/2025/07/a1.html"


def clean(html: str) -> str:
    return sanitise(html, base_url=PAGE)


def test_characters_that_xml_forbids_are_taken_out_and_counted():
    assert legal("春\x00风\x0b化\ud800雨\ufffe") == ("春风化雨", 4)


def test_tab_line_feed_and_rare_han_characters_are_legal():
    assert legal("一\t二\n\r𠀀😀") == ("一\t二\n\r𠀀😀", 0)


def test_ordinary_news_html_passes_unchanged():
    body = (
        "<h2>小标题</h2><p>正文<strong>重点</strong>,见<sup>1</sup></p><blockquote><p>“引语”</p></blockquote>"
        "<table><tbody><tr><td>甲</td><td>乙</td></tr></tbody></table><ul><li>一</li></ul><hr>"
    )
    assert clean(body) == body


def test_half_and_full_width_text_is_preserved_exactly():
    body = "<p>\u3000\u3000ABC123,abc123。“你好”!?:;(甲)(乙)——…… 終わり</p>"
    assert clean(body) == body


@pytest.mark.parametrize(
    "hostile",
    [
        "<script>alert(1)</script>",
        "<style>p{color:red}</style>",
        '<iframe src="https://evil.example/"></iframe>',
        '<img src="https://paper.example/a.jpg" onerror="alert(1)">',
        '<a href="javascript:alert(1)">点</a>',
        '<a href="java&#11;script:alert(1)">点</a>',
        '<a href="java\nscript:alert(1)">点</a>',
        '<img src="data:image/svg+xml,<svg onload=alert(1)>">',
        '<form action="https://evil.example/"><input name="a"></form>',
        "<svg><style><img src=x onerror=alert(1)></style></svg>",
        '<p style="background:url(https://evil.example/t.gif)">字</p>',
        '<audio src="https://evil.example/v.mp3">alert</audio>',
        '<video src="javascript:alert(1)" poster="https://evil.example/p.jpg">alert</video>',
        '<video onplay="alert(1)"><source src="data:video/mp4,evil"><p>evil</p></video>',
        '<source src="https://evil.example/v.mp4">',
        '<picture><source srcset="https://evil.example/v.webp"></picture>',
        '<img src="https://paper.example/a.jpg" srcset="javascript:alert(1) 2x">',
    ],
)
def test_nothing_runs_loads_or_asks(hostile):
    result = clean(f"<p>前</p>{hostile}<p>后</p>")
    assert not re.search(r"alert\(1\)(?!&gt;)|<script|<style|<iframe|<form|<input|<svg|<video|evil|=\"data:", result)
    assert "前" in text_of(result)
    assert "后" in text_of(result)


def test_markup_that_reads_differently_the_second_time_runs_nothing():
    hostile = '<p>前</p><math><mtext></p><style><!--</style><img title="--><img src=1 onerror=alert(1)>">'
    assert clean(hostile) == "<p>前</p>"


def test_relative_addresses_become_absolute():
    result = clean('<p><a href="../b.html">乙</a><img src="/i/a.jpg" srcset="a1.jpg 1x, //cdn.example/a2.jpg 2x"></p>')
    assert 'href="https://paper.example/2025/b.html"' in result
    assert 'src="https://paper.example/i/a.jpg"' in result
    assert 'srcset="https://paper.example/2025/07/a1.jpg 1x, https://cdn.example/a2.jpg 2x"' in result


@pytest.mark.parametrize("attribute", ["data-src", "data-original"])
def test_a_picture_loaded_late_gets_its_real_address(attribute):
    html = f'<img src="/blank.gif" {attribute}="/i/real.jpg" alt="图">'
    assert clean(html) == '<img src="https://paper.example/i/real.jpg" alt="图">'


def test_a_late_address_that_we_do_not_let_through_leaves_the_first_one():
    assert clean('<img src="/i/a.jpg" data-src="javascript:1">') == '<img src="https://paper.example/i/a.jpg">'


def test_a_picture_without_an_address_goes():
    assert clean('<p>字<img src=""><img src="data:image/gif;base64,R0lGOD"></p>') == "<p>字</p>"


def test_a_link_opens_nothing_that_can_reach_back():
    assert clean('<a href="https://b.example/" target="_blank" rel="opener">乙</a>') == (
        '<a href="https://b.example/" rel="noopener">乙</a>'
    )


def test_mail_addresses_stay_links():
    assert 'href="mailto:a@b.example"' in clean('<a href="mailto:a@b.example">信</a>')


def test_an_address_that_is_no_address_loses_its_link_only():
    assert text_of(clean('<a href="http://[1/">字</a><a href="https://a.example:99999/">句</a>')) == "字句"


def test_our_own_marker_stays():
    assert clean('<p data-notice="licence">许可</p>') == '<p data-notice="licence">许可</p>'


@pytest.mark.parametrize(
    "name", ["attribution", "picture-credit", "ai-label", "copyright", "licence", "canonical-link"]
)
def test_each_of_our_own_notices_keeps_its_marker(name: str):
    html = f'<div data-notice="{name}">声明</div>'
    assert clean(html) == html


@pytest.mark.parametrize("name", ["x", "licences", "LICENCE", " licence", ""])
def test_a_marker_that_is_not_ours_goes_and_its_text_stays(name: str):
    assert clean(f'<div data-notice="{name}">正文</div>') == "<div>正文</div>"


def test_references_to_illegal_characters_do_not_come_back():
    assert legal(clean("<p>甲&#0;&#11;&#xfffe;&#13;乙</p>"))[1] == 0


def test_a_tag_taken_out_does_not_change_the_meaning_the_second_time():
    once = clean("<p><button><div>字</div></button></p>")
    assert clean(once) == once


@pytest.mark.timeout(30)
@pytest.mark.parametrize(
    "hostile",
    [
        "<div>" * 10_000 + "字",
        "<p>字</p>" + "<b><i>" * 10_000,
        "<table><tr><td>" * 5_000 + "字",
        "字" + "&" * 500_000,
        "字" + "<" * 300_000,
        "<p>字</p><a " + "x " * 200_000 + ">",
        "<p>字" + "".join(f"<b title={n}>" for n in range(150)) + "<p>x" * 50_000,
        "<!--" * 100_000 + "-->字",
    ],
    ids=["nested", "formatting", "tables", "ampersands", "angles", "attributes", "explosion", "comments"],
)
def test_what_no_page_looks_like_neither_raises_nor_hangs(hostile):
    once = clean(hostile)
    assert "字" in once
    assert clean(once) == once


def test_a_film_is_let_through_with_its_addresses_and_nothing_within_it():
    film = (
        '<video autoplay src="/v.mp4" poster="p.jpg" width="640" onplay="x()"><source src="v.webm" type="video/webm">'
        "<source><p>看不了</p><img src='x.jpg'></video>"
    )

    assert sanitise(film, base_url="https://paper.example/a.html") == (
        '<video controls="" src="https://paper.example/v.mp4" poster="https://paper.example/p.jpg" width="640">'
        '<source src="https://paper.example/v.webm" type="video/webm"></video>'
    )


def test_a_film_without_an_address_goes():
    assert clean("<p>前</p><video poster='p.jpg'>看不了</video><p>后</p>") == "<p>前</p><p>后</p>"


TAGS = [
    "video",
    "p",
    "div",
    "span",
    "b",
    "a",
    "button",
    "table",
    "td",
    "tr",
    "li",
    "ul",
    "h2",
    "svg",
    "object",
    "pre",
    "x-y",
]
PIECES = st.one_of(
    st.sampled_from([f"<{tag}>" for tag in TAGS] + [f"</{tag}>" for tag in TAGS]),
    st.sampled_from(
        [
            "<br>",
            '<video src="v.mp4" poster="p.jpg">',
            '<source src="v.webm">',
            '<img src="/a b.jpg">',
            '<img data-src="b.png" srcset="c.jpg, d.jpg 2x">',
            "&nbsp;",
            "&#13;",
        ]
    ),
    st.sampled_from(['<a href="?q=1&amp;r=2#x">', '<p data-notice="licence">', "<!-- 注 -->", "<", "&", '"', "\r\n"]),
    st.text(max_size=8),
)


@given(st.lists(PIECES, max_size=25).map("".join))
def test_cleaning_twice_is_cleaning_once(html):
    once = clean(html)
    assert clean(once) == once


@given(st.lists(PIECES, max_size=25).map("".join))
def test_whatever_comes_out_has_legal_characters_only(html):
    assert legal(clean(html))[1] == 0
