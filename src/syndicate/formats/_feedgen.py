"""What feedgen does for us, and what it must not: the one place that knows its habits (feedgen 1.0.0).

It writes the frame of a feed and the plain parts of an entry. What it gets wrong or leaves out is put on its finished
element by a function of ours, which it calls as an extension: an entry's links (it drops their attributes, and
refuses rel=license), RSS dates, rights, names, languages and pictures. An entry is made apart from its frame, and
written in one that declares the same namespaces, out of which it is cut.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from feedgen.entry import FeedEntry
from feedgen.feed import FeedGenerator
from lxml import etree

from syndicate.formats._story import categories, legal, minted
from syndicate.formats._xml import NAMESPACES
from syndicate.model.publisher import Publisher
from syndicate.model.story import Feed, Story

Finish = Callable[[etree._Element], None]
_OF_RSS = ("atom", "content")
_PREFIXES = ("dc", "media")  # feedgen itself declares `atom` and `content` in RSS


@dataclass(frozen=True)
class _Extension:
    """What feedgen calls an extension: told of each element once all its own children are in place."""

    finish: Finish
    prefixes: tuple[str, ...] = _PREFIXES

    def extend_ns(self) -> Mapping[str, str]:
        return {prefix: NAMESPACES[prefix] for prefix in self.prefixes}

    def extend_rss(self, element: etree._Element) -> None:
        self.finish(element)

    def extend_atom(self, element: etree._Element) -> None:
        self.finish(element)


def frame(feed: Feed, *, suffix: str, media_type: str, finish: Finish, also: tuple[str, ...] = ()) -> FeedGenerator:
    """The feed without its entries; `finish` gets the root element.

    `also` are the prefixes of namespaces that the root element must declare beside those of every feed.
    """
    definition, publisher = feed.definition, feed.publisher
    generator = FeedGenerator()
    generator.id(minted(publisher, f"feed:{definition.id}"))
    generator.title(legal(definition.title) or publisher.site_name)
    generator.description(legal(definition.description or definition.title) or publisher.site_name)
    generator.generator("syndicate")
    generator.link(href=feed.address(suffix), rel="self", type=media_type)
    for hub in feed.hubs:
        generator.link(href=hub, rel="hub")
    generator.link(href=publisher.home_url, rel="alternate", type="text/html")  # RSS takes the last link as its own
    generator.updated(feed.changed)
    # feedgen writes an RFC 822 date by switching the process's locale, under the feet of other threads. There is no
    # public way to say "no date" (its default is now), so the private field it is.
    generator._FeedGenerator__rss_lastBuildDate = None
    generator.register_extension("syndicate", lambda: _Extension(finish, _PREFIXES + also), None)
    return generator


def begun(story: Story, *, publisher: Publisher, finish: Finish) -> FeedEntry:
    """What RSS and Atom have in common of one story. `finish` gets the finished `item` or `entry` element."""
    started = FeedEntry()
    started.id(story.uri)
    started.title(legal(story.article.headline) or story.uri)
    started.updated(story.updated)
    started.link(href=legal(story.article.url), rel="alternate")
    started.category(categories(story.article, publisher))
    started.register_extension("syndicate", lambda: _Extension(finish))
    return started


def alone(entry: etree._Element, *, inside: Sequence[str], also: tuple[str, ...] = ()) -> bytes:
    """An entry's lines as they stand in a feed: written inside elements that only declare what a feed's does."""
    root = etree.Element(inside[0], nsmap={prefix: NAMESPACES[prefix] for prefix in (*_PREFIXES, *_OF_RSS, *also)})
    holder = root
    for name in inside[1:]:
        holder = etree.SubElement(holder, name)
    holder.append(entry)
    return _cut_out(etree.tostring(root, encoding="UTF-8", pretty_print=True), str(entry.tag).encode())


def _cut_out(document: bytes, name: bytes) -> bytes:
    """The lines of the only element of that name, which begins and ends a line."""
    start, end = document.index(b"<%b" % name), document.rindex(b"</%b>\n" % name)
    return document[document.rindex(b"\n", 0, start) + 1 : end + len(name) + 4]


def opened(document: bytes, closing: bytes) -> bytes:
    """A document that has no entries, up to where its entries would end."""
    return document[: document.rindex(closing)]
