"""A body of megabytes comes through whole."""

from syndicate.markup.sanitise import sanitise


def test_two_megabytes_of_ordinary_html_come_through():
    paragraph = '<p>京城的春天来得早<b>花开</b><img src="/a.jpg"></p>'

    cleaned = sanitise(paragraph * 30_000, base_url="https://paper.example/2025/07/a1.html")

    assert cleaned.count("花开") == 30_000
