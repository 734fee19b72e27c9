"""How does a feed look to a person who opens it in a browser? By CSS: browsers are dropping XSLT."""

from urllib.parse import urlsplit

MEDIA_TYPE = "text/css"
NAME = "feed.css"
# What a browser shows a feed as. Chromium shows application/rss+xml and application/atom+xml as bare text.
BROWSER_TYPE = "application/xml"
_BEGINS = b"?>\n"

CSS = """\
@namespace a "http://www.w3.org/2005/Atom";
@namespace dc "http://purl.org/dc/elements/1.1/";
@namespace content "http://purl.org/rss/1.0/modules/content/";
@namespace media "http://search.yahoo.com/mrss/";

a|feed, rss {
  display: block; max-width: 46em; margin: 0 auto; padding: 1.5em 1em 3em;
  font: 1rem/1.7 system-ui, "Noto Sans CJK SC", "Source Han Sans SC", "WenQuanYi Zen Hei", sans-serif;
  color: #1a1a1a; background: #fff;
}
a|feed > *, a|entry > *, channel > *, item > * { display: none; }

a|feed::before, channel::before {
  content: "这是订阅源：把本页网址复制到新闻阅读器，即可持续收到更新。" "\\A"
    "This is a web feed: copy this page's address into a feed reader to follow it.";
  display: block; white-space: pre-line; padding: .8em 1em; margin-bottom: 1.5em;
  border-left: .3em solid #c7000b; background: #f6f6f4; color: #444; font-size: .9em;
}
channel { display: block; }
a|feed > a|title, channel > title { display: block; font-size: 1.7em; line-height: 1.3; font-weight: bold; }
a|feed > a|subtitle, channel > description { display: block; color: #555; }

a|entry, item {
  display: block !important; margin-top: 1.4em; padding-top: 1.2em; border-top: 1px solid #ddd;
}
a|entry > a|title, item > title { display: block; font-size: 1.15em; font-weight: bold; }
a|entry > a|published, item > pubDate { display: block; color: #767676; font-size: .85em; }
a|entry > a|author, item > dc|creator { display: inline; color: #555; font-size: .9em; margin-right: .8em; }
a|entry > a|author > a|uri, a|entry > a|author > a|email { display: none; }
a|entry > a|summary, item > description { display: block; margin: .3em 0; }
a|entry > a|source, item > source { display: block; color: #555; font-size: .9em; }
a|entry > a|source::before, item > source::before { content: "来源 Source: "; }
a|entry > a|source > * { display: none; }
a|entry > a|source > a|author { display: inline; }
a|entry > a|link[rel="alternate"], item > link {
  display: block; font-size: .9em; color: #00529b; overflow-wrap: anywhere;
}
a|entry > a|link[rel="alternate"]::after { content: attr(href); }
a|entry > a|rights, item > dc|rights { display: block; color: #767676; font-size: .8em; }

@media (prefers-color-scheme: dark) {
  a|feed, rss { color: #e6e6e6; background: #161616; }
  a|feed::before, channel::before { background: #222; color: #bbb; }
  a|entry, item { border-top-color: #333; }
  a|feed > a|subtitle, channel > description, a|entry > a|author, item > dc|creator { color: #aaa; }
  a|entry > a|link[rel="alternate"], item > link { color: #7db9f5; }
}
"""


def styled(document: bytes, base_url: str) -> bytes:
    """An XML document that names the stylesheet, in front of its root (W3C xml-stylesheet).

    Named by its path alone, so that whichever host serves the feed is asked for it too.
    """
    href = f"{urlsplit(base_url).path.rstrip('/')}/{NAME}"
    instruction = f'<?xml-stylesheet type="{MEDIA_TYPE}" href="{href}"?>\n'.encode()
    end = document.index(_BEGINS) + len(_BEGINS)
    return document[:end] + instruction + document[end:]
