"""How does it look? Dialects as they are written in files: read, with every mistake named by its key and its mend."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from difflib import get_close_matches
from typing import Any

from syndicate.formats._dialect_values import DATES, EVERYTHING, OF_FEED, OF_PICTURE, OF_STORY, SEVERAL, UNCUT
from syndicate.formats._xml import NAMESPACES
from syndicate.markup.narrow import ALWAYS
from syndicate.markup.tags import ALLOWED, TABLES
from syndicate.model.dialect import Dialect, Element
from syndicate.model.feed import FeedFamily
from syndicate.model.partner import Partner
from syndicate.model.problem import Problem, read_whole
from syndicate.model.record import Record

Table = Mapping[str, Any]
DEEPEST = 5
_TOO_DEEP = f"is nested too deeply: elements stand in each other {DEEPEST} deep at most"
_KNOWN = {
    **NAMESPACES,
    "content": "http://purl.org/rss/1.0/modules/content/",
    "mi": "http://schemas.ingestion.microsoft.com/common/",
    "snf": "http://www.smartnews.be/snf",
}
_NEEDS = {"li": ("ul", "ol"), "dt": ("dl",), "dd": ("dl",), "figcaption": ("figure",), "source": ("video",)}


class Shelf(Record):
    """The dialects that stand in files of their own, for any partner: as they are written, by name."""

    written: dict[str, dict[str, Any]]
    wrong: frozenset[str]

    def read(self, told: object) -> tuple[Dialect | None, list[Problem]]:
        """What a partner's file calls its dialect: a name, or a table of its own.

        A table may be `like` one that is shelved: its own keys count instead, and the elements in `also_channel` and
        `also_item` come after the other's. What is wrong with a shelved one is told where it stands, and not again.
        """
        if isinstance(told, str):
            found = self._of(told, "")
            return (None, [found]) if isinstance(found, Problem) else (self._whole(told), [])
        if not isinstance(told, Mapping):
            return None, [Problem(field="", message='must be a name, such as "msn", or a table')]
        own = {key: value for key, value in told.items() if key != "like"}
        if "like" not in told:
            return read_dialect(own)
        found = self._of(told["like"], "like")
        if isinstance(found, Problem):
            return None, [found]
        whole, moved = _added({**found, **own})
        dialect, problems = read_dialect(whole)
        said = [one.model_copy(update={"field": moved(one.field)}) for one in problems]
        return dialect, [one for one in said if one.field.partition(".")[0] in own or told["like"] not in self.wrong]

    def _of(self, name: object, field: str) -> dict[str, Any] | Problem:
        if isinstance(name, str) and name in self.written:
            return self.written[name]
        near = get_close_matches(str(name), self.written, n=1)
        hint = f"did you mean {near[0]}?" if near else f"there is: {', '.join(self.written) or 'none yet'}."
        return Problem(field=field, message=f"there is no dialect {name}: {hint} They stand in dialects/NAME.toml")

    def _whole(self, name: str) -> Dialect | None:
        return None if name in self.wrong else read_dialect(self.written[name])[0]


def read_shelf(written: Mapping[str, dict[str, Any]]) -> tuple[Shelf, list[Problem]]:
    """The dialects of `config/dialects` by name, and all that is wrong with any: `dialects/msn.toml: item.3.value`."""
    found = {name: read_dialect(table)[1] for name, table in written.items()}
    problems = [
        one.model_copy(update={"field": f"dialects/{name}.toml: {one.field}".rstrip(" :")})
        for name, ones in found.items()
        for one in ones
    ]
    wrong = frozenset(name for name, ones in found.items() if ones)
    return Shelf(written=dict(written), wrong=wrong), problems


def _added(told: Table) -> tuple[Table, Callable[[str], str]]:
    """With the elements of `also_…` in their place; and what a place in it is called where it was told."""
    whole, first = dict(told), dict[str, int]()
    for key in ("channel", "item"):
        former, more = whole.get(key), whole.get(f"also_{key}")
        if isinstance(former, list) and isinstance(more, list):
            first[key] = len(former)
            whole[key] = [*former, *more]
            del whole[f"also_{key}"]

    def moved(field: str) -> str:
        key, *rest = field.split(".")
        if key not in first or not rest or int(rest[0]) < first[key]:
            return field
        return ".".join([f"also_{key}", str(int(rest[0]) - first[key]), *rest[1:]])

    return whole, moved


def read_dialect(written: Table) -> tuple[Dialect | None, list[Problem]]:
    """A dialect, and everything that is wrong with it."""
    try:
        dialect, problems = read_whole(Dialect, written)
    except RecursionError:
        return None, [Problem(field="", message=_TOO_DEEP)]
    if dialect is not None:
        problems += [one for one in dialect_problems(dialect) if one.field.partition(".")[0] in written]
    return dialect, problems


def unsaid_terms(partners: Iterable[Partner], feeds: Iterable[FeedFamily]) -> list[Problem]:
    """Dialects that would say nothing of what we owe in a feed that has no full text."""
    short = [family.id for family in feeds if family.each == "partner" and family.body != "full"]
    return [
        Problem(
            field=f"partners/{partner.id}.toml: dialect.item",
            message=f"feeds/{family}.toml has no full text, in which our statements stand: add an element with {value}",
        )
        for family in short
        for partner in partners
        if partner.dialect
        for value in _unsaid(partner.dialect)
    ]


def _unsaid(dialect: Dialect) -> list[str]:
    """What of our statements the elements beside the body don't have: the terms, and the label of an AI's work."""
    said = {one.value for _, one, _ in _all(dialect.item, "item")}
    return [value for value in ("rights", "ai-source-type") if value not in said]


def dialect_problems(dialect: Dialect) -> Iterator[Problem]:
    """What is right in itself, and can't be meant."""
    for place, told, each in (*_all(dialect.channel, "channel"), *_all(dialect.item, "item")):
        known = {**(OF_FEED if place.startswith("channel") else OF_STORY), **(OF_PICTURE if each else {})}
        for key, message in (*_element_problems(told), *_value_problems(told, known), *_prefixes(told, dialect)):
            yield Problem(field=f"{place}.{key}", message=message)
        if place.count(".children") == DEEPEST and told.children:
            yield Problem(field=f"{place}.children", message=_TOO_DEEP)
        if told.each and place.startswith("channel"):
            yield Problem(field=f"{place}.each", message="pictures are an item's, not the channel's: take it out")
    yield from _namespace_problems(dialect)
    yield from _statement_problems(dialect)
    yield from _title_problems(dialect)
    yield from _markup_problems(dialect)


def _all(told: Iterable[Element], place: str, each: bool = False) -> Iterator[tuple[str, Element, bool]]:
    """Every element, with its place, such as item.3.children.0, and whether it stands for each picture."""
    for number, one in enumerate(told):
        where = f"{place}.{number}"
        yield where, one, each or bool(one.each)
        yield from _all(one.children, f"{where}.children", each or bool(one.each))


def _element_problems(told: Element) -> Iterator[tuple[str, str]]:
    said = [name for name in ("value", "text", "children") if getattr(told, name)]
    if len(said) > 1:
        yield said[1], f"it has a {said[0]} already: say one of value, text and children"
    if told.otherwise and not told.value:
        yield "otherwise", "is for where a value says nothing: name a value, or make it text"
    if told.times and not told.each:
        yield "times", 'is for each: add each = "picture", or take it out'
    if told.join is not None and not SEVERAL & {told.value, *told.attributes_from.values()}:
        yield "join", f"{told.value or 'it'} isn't several: take it out; several are {', '.join(sorted(SEVERAL))}"
    if told.date and not DATES & {told.value, *told.attributes_from.values()}:
        yield "date", f"{told.value or 'it'} is no date: take it out; dates are {', '.join(sorted(DATES))}"
    if told.at_most_characters and told.value in UNCUT:
        yield "at_most_characters", f"{told.value} is an address or a statement of ours, and can't be cut: take it out"
    for name in told.attributes.keys() & told.attributes_from.keys():
        yield f"attributes.{name}", "stands in attributes_from too: take one of them out"


def _value_problems(told: Element, known: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    named = [("value", told.value)] if told.value else []
    named += [(f"attributes_from.{name}", value) for name, value in told.attributes_from.items()]
    for key, value in named:
        if value == "body" and key != "value":
            yield key, "the body doesn't fit into an attribute: make it the value of an element"
        elif value in OF_PICTURE and value not in known:
            yield key, f'{value} is of one picture: it, or what it stands in, wants each = "picture"'
        elif value not in known:
            near = get_close_matches(value, known, n=1) or get_close_matches(value, EVERYTHING, n=1)
            hint = f"did you mean {near[0]}?" if near and near[0] in known else f"there is: {', '.join(sorted(known))}"
            yield key, f"there is no value {value} here: {hint}"


def _prefixes(told: Element, dialect: Dialect) -> Iterator[tuple[str, str]]:
    named = [("element", told.element)]
    named += [(f"attributes.{name}", name) for name in told.attributes]
    named += [(f"attributes_from.{name}", name) for name in told.attributes_from]
    for key, name in named:
        prefix, colon, _ = name.rpartition(":")
        if name.startswith("xmlns"):
            yield key, "a namespace is declared in [namespaces]: put it there"
        elif colon and prefix not in dialect.namespaces and not (prefix == "xml" and key != "element"):
            uri = _KNOWN.get(prefix, "…")
            yield key, f'the prefix {prefix} isn\'t declared: add {prefix} = "{uri}" to [namespaces]'


def _namespace_problems(dialect: Dialect) -> Iterator[Problem]:
    first = dict[str, str]()
    for prefix, uri in dialect.namespaces.items():
        if first.setdefault(uri, prefix) != prefix:
            message = f"is declared as {first[uri]} already: use that prefix, and take this one out"
            yield Problem(field=f"namespaces.{prefix}", message=message)


def _statement_problems(dialect: Dialect) -> Iterator[Problem]:
    """Whatever the partner wants: who has written it, whose it is, on which terms, and who took each picture."""
    told = list(_all(dialect.item, "item"))
    bodies = [place for place, one, _ in told if one.value == "body"]
    for place in bodies[1:]:
        yield Problem(field=f"{place}.value", message=f"the body stands in {bodies[0]} already: take one of them out")
    if bodies:
        return
    if missing := _unsaid(dialect):
        others = " and one with ".join(missing)
        message = f"no element has the body, in which our statements stand: add one with it, or one with {others}"
        yield Problem(field="item", message=message)
    credited = any(one.value == "picture-credit" for _, one, _ in told)
    for place, one, _ in told:
        if not credited and {"picture-url", "picture-urls"} & {one.value, *one.attributes_from.values()}:
            message = (
                "without the body no picture goes without its credit: add an element with picture-credit, for each"
            )
            yield Problem(field=place, message=message)


def _title_problems(dialect: Dialect) -> Iterator[Problem]:
    limits = dialect.title
    if limits.at_most is not None and limits.at_least > limits.at_most:
        message = f"{limits.at_least} is more than at_most, which is {limits.at_most}: lower it, or raise at_most"
        yield Problem(field="title.at_least", message=message)


def _markup_problems(dialect: Dialect) -> Iterator[Problem]:
    tags = dialect.body.tags
    for tag in () if tags is None else tags:
        if tag not in ALLOWED:
            near = get_close_matches(tag, ALLOWED, n=1)
            hint = "did you mean " + near[0] + "?" if near and near[0] not in (tags or ()) else "take it out"
            yield Problem(field="body.tags", message=f"we let no {tag} through to anybody: {hint}")
        needs = ("table",) if tag in TABLES and tag != "table" else _NEEDS.get(tag, ())
        if needs and not set(needs) & set(tags or ()):
            yield Problem(field="body.tags", message=f"{tag} stands in {' or '.join(needs)}: add it, or take {tag} out")
    if tags is not None and "table" in tags and not {"tr", "td"} <= set(tags):
        yield Problem(field="body.tags", message="a table is made of tr and td: add them, or take table out")
    for tag in dialect.body.attributes or {}:
        if tags is not None and tag not in ALWAYS.union(tags):
            message = f"{tag} isn't among body.tags: add it there, or take it out here"
            yield Problem(field=f"body.attributes.{tag}", message=message)
