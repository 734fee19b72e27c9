"""What HTML do we let through: the tags of a news body, by what they do to its text."""

HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
INLINE = ("a", "b", "em", "i", "s", "span", "strong", "sub", "sup", "u")
LISTS = ("ul", "ol", "li", "dl", "dt", "dd")
TABLES = ("table", "caption", "thead", "tbody", "tfoot", "tr", "th", "td")
VOID = ("br", "hr", "img", "source")
PICTURES = ("img", "video")

BLOCKS = frozenset(("p", *HEADINGS, "figure", "figcaption", *LISTS, *TABLES, "blockquote", "div", "section"))
ALLOWED = BLOCKS.union(INLINE, VOID, PICTURES)
_PROGRAMS = ("script", "style", "iframe", "object", "embed", "noscript", "template")
_MEDIA = ("svg", "math", "audio", "canvas")
GONE_WITH_CONTENT = frozenset((*_PROGRAMS, *_MEDIA, "select", "textarea", "title"))
