"""How does an article look as a page? A whole HTML document, with what machines ask of it in its head."""

from collections.abc import Mapping
from html import escape
from string import Template
from typing import Any

from syndicate.formats import newsarticle
from syndicate.formats._json import encoded
from syndicate.formats._story import legal
from syndicate.model.publisher import Publisher
from syndicate.model.story import Rendition, Retraction, Story, Terms

MEDIA_TYPE = "text/html; charset=utf-8"
_PAGE = Template(
    """<!doctype html>
<html lang="$language">
<head>
<meta charset="utf-8">
<title>$title</title>
$head
<script type="application/ld+json">
$about
</script>
</head>
<body>
<article id="$uri" data-revision="$revision">
<h1>$title</h1>
$body
</article>
</body>
</html>
"""
)
_WITHDRAWN = "稿件已撤回 · Withdrawn"
_IN_SCRIPT = str.maketrans({"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"})


def render(story: Story, *, publisher: Publisher) -> Rendition:
    """The article as a page of its own: its body with all its statements, and the rights where machines look for them.

    Partners keep the highest `data-revision`.
    """
    article = story.article
    text = _PAGE.substitute(
        language=_said(article.language),
        title=_said(article.headline),
        head="\n".join(_head(article.summary, article.url, story.terms)),
        about=_in_script(newsarticle.about(story, publisher=publisher)),
        uri=_said(story.uri),
        revision=story.revision,
        body=legal(article.body_html),
    )
    return Rendition(media_type=MEDIA_TYPE, body=text.encode())


def retract(retraction: Retraction, *, publisher: Publisher) -> Rendition:
    """A page that says that the article is withdrawn, without a word of it."""
    text = _PAGE.substitute(
        language=_said(retraction.language),
        title=_WITHDRAWN,
        head='<meta name="robots" content="noindex">',
        about=_in_script(newsarticle.withdrawn(retraction, publisher=publisher)),
        uri=_said(retraction.uri),
        revision=retraction.revision,
        body=f"<p>本文已由{_said(publisher.name)}撤回。"
        f'<span lang="en">This article has been withdrawn by its publisher.</span></p>',
    )
    return Rendition(media_type=MEDIA_TYPE, body=text.encode())


def _head(summary: str, url: str, terms: Terms) -> list[str]:
    links = {"canonical": url, "license": terms.licence_url}
    meta = {
        "description": summary,
        "copyright": terms.copyright,
        "tdm-reservation": str(int(terms.reserves_mining)),
        "tdm-policy": terms.tdm_policy_url,
    }
    return [
        *(f'<meta name="{name}" content="{_said(said)}">' for name, said in meta.items() if said),
        *(f'<link rel="{name}" href="{_said(href)}">' for name, href in links.items() if href),
    ]


def _said(text: str) -> str:
    return escape(legal(text))


def _in_script(document: Mapping[str, Any]) -> str:
    """JSON that can't end the script it stands in, whatever it holds."""
    return encoded(document).decode().strip().translate(_IN_SCRIPT)
