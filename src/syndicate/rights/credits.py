"""Who is named under a picture? Credits as newsrooms really write them, read into who took it and who gave it."""

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from typing import Literal

from syndicate.model.record import Record

Kind = Literal["source", "supplier", "agency", "photographer", "nobody"]

# Half- and full-width punctuation mean the same here, and so do the many dots within a name.
_SAME = str.maketrans(
    "\uff1a\uff08\uff09\uff0f\uff0c\uff1b\uff5c\u3000\u00a0\u2022\u30fb\u2027", ":()/,;|  \u00b7\u00b7\u00b7"
)
_BAR = re.compile(r"(?<=[图源影据]) ?[|\u4e28] ?")  # 图丨张三 is 图:张三
_STOP = r"\s,;:()/|\u3002\u3001\u300a\u300b"  # what no name contains

_HAN = "[\u4e00-\u9fff]"
_DOTTED = rf"{_HAN}{{1,8}}(?:\u00b7{_HAN}{{1,8}})+"
_LATIN = r"[A-Z][\w.'-]+(?: [A-Z][\w.'-]+){0,3}"
_PERSON = rf"(?:{_DOTTED}|{_HAN} {_HAN}(?!{_HAN})|{_HAN}{{2,4}}|{_LATIN})"
_PEOPLE = rf"{_PERSON}(?: ?[\u3001,/&] ?{_PERSON})*"
_ANYBODY = rf"[^{_STOP}]+(?:\u3001[^{_STOP}]+)*"
_TOOK = "(?:摄影报道|摄影(?![展家师机作大比协爱])|拍摄(?![于的地现])|航拍|摄(?![于制像影取入]))"
_RANK = "(?:全媒体|融媒体?|见习|实习|首席|特约|摄影)*"
_ROLE = "(?P<role>记者|通讯员|摄影师|摄影爱好者) ?:? ?"
_SIGNED = rf"(?P<employer>[^{_STOP}]*?){_RANK}{_ROLE}(?P<who>{_PERSON}(?:[ \u3001,/&]+(?!记者|通讯员){_PERSON})*)"

_FILE_NAME = re.compile(
    r"[\w .()+-]+\.(?:jpe?g|png|gif|webp|bmp|heic|tiff?)|(?:微信图片|QQ图片|IMG|DSC|image|mmexport)[\w-]*", re.I
)
_BEGINS = rf"(?:^|(?<=[{_STOP}\]\u3011\u201d]))"

_NOBODY = re.compile("图片来自网络|(?:图片)?来源:? ?网络|网络(?:图片|配图)|来自网络|网图|资料(?:图片?|照片)|佚名")
_AGENCY = re.compile(
    "(新华社|新华网|中新社|中新网|人民视觉|视觉中国|VCG|东方IC|IC ?photo|CFP|CNS ?photo|图虫(?:创意)?|全景(?:视觉|网)|"
    "Getty(?: Images)?|路透社?|Reuters|法新社|AFP|美联社|AP Photo|塔斯社|共同社|央视(?:新闻)?截图)",
    re.IGNORECASE,
)
_BETWEEN_SOURCES = r"[\u3001,;:/&()]| (?=\S{2})"
_SOURCE = re.compile(
    "(?:图片来源|照片来源|图片版权|图源|图据|版权|来源|©|(?:图片|照片)来自) ?:? ?"
    r"(?P<who>[^|\u3002]+)"  # whatever stands behind it: a second name must not go unread
)
_SUPPLIED = (
    re.compile(rf"(?:图片|照片)?由(?P<who>{_ANYBODY}?)(?:提供|供图)"),
    re.compile(rf"供图 ?[:/] ?(?P<who>{_ANYBODY})"),
    re.compile(rf"{_BEGINS}(?P<who>{_ANYBODY}?) ?/? ?(?:供图|提供(?:图片|照片)?)(?![{_HAN[1:-1]}])"),
)
_PHOTOGRAPHED = (
    re.compile(
        rf"{_BEGINS}(?:文/图|图/文|文图|图文|{_TOOK}|图片|照片|图|Photo(?: by)?)(?: ?[:/] ?| )"
        rf"(?:{_SIGNED}|(?P<alone>{_PEOPLE})$)"
    ),
    re.compile(rf"{_SIGNED}(?= ?/? ?(?:{_TOOK}|图$|文图|文/图| ?(?:特约)?通讯员| ?记者))"),
    re.compile(rf"{_BEGINS}(?P<alone>{_PEOPLE}) ?/? ?(?:{_TOOK}|(?<=[ /])图$|文/图)"),
)


class Credit(Record):
    """One statement under a picture. `names` as they are written; `role` and `employer` only of who took it.

    A *source* or *supplier* gave it, an *agency* sells it, and *nobody* is said when all that is known is that it came
    from the net or the archive.
    """

    kind: Kind
    names: tuple[str, ...]
    role: Literal["", "reporter", "correspondent", "other"] = ""
    employer: str = ""


def is_file_name(text: str) -> bool:
    """Whether a caption is only the name of the file, which says nothing about the picture."""
    return bool(_FILE_NAME.fullmatch(text.strip()))


@lru_cache(maxsize=4096)
def credits_in(text: str) -> tuple[Credit, ...]:
    """What a caption or a credit line says about whose the picture is; nothing if it is silent."""
    if is_file_name(text):
        return ()
    return tuple(_read(" ".join(_plain(text).split())))


def _plain(text: str) -> str:
    """In one width, and without characters that nobody sees: they come along when a caption is copied from a page."""
    seen = "".join(character for character in text if unicodedata.category(character) != "Cf")
    return _BAR.sub(":", unicodedata.normalize("NFKC", seen.translate(_SAME)).translate(_SAME))


def _read(text: str) -> Iterator[Credit]:
    for found in _NOBODY.findall(text):
        yield Credit(kind="nobody", names=(found,))
    text = _NOBODY.sub("|", text)
    for found in _AGENCY.findall(text):
        yield Credit(kind="agency", names=(found,))
    for found in _SOURCE.finditer(text):
        yield Credit(kind="source", names=_names(found["who"], between=_BETWEEN_SOURCES))
    text = _SOURCE.sub("|", text)
    for pattern in _SUPPLIED:
        for found in pattern.finditer(text):
            yield Credit(kind="supplier", names=_names(found["who"]))
        text = pattern.sub("|", text)
    for pattern in _PHOTOGRAPHED:
        for found in pattern.finditer(text):
            yield _photographer(found)
        text = pattern.sub("|", text)


def _photographer(found: "re.Match[str]") -> Credit:
    parts = found.groupdict()
    if not parts.get("role"):
        return Credit(kind="photographer", names=_names(parts["alone"]))
    role = _ROLES.get(parts["role"], "other")
    return Credit(kind="photographer", names=_people(parts["who"]), role=role, employer=parts["employer"])


_ROLES: dict[str, Literal["reporter", "correspondent"]] = {"记者": "reporter", "通讯员": "correspondent"}


def _names(text: str, *, between: str = r"[\u3001,/&]") -> tuple[str, ...]:
    return tuple(_unpadded(name.strip()) for name in re.split(between, text) if name.strip())


def _people(text: str) -> tuple[str, ...]:
    """Names after a role may be parted by spaces."""
    return tuple(_unpadded(found) for found in _ONE.findall(text))


def _unpadded(name: str) -> str:
    """A name of two characters is often set with a space within."""
    return name.replace(" ", "") if _PADDED.fullmatch(name) else name


_ONE = re.compile(_PERSON)
_PADDED = re.compile(rf"{_HAN} {_HAN}")
