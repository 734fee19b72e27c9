"""Who is named under a picture? Credits as newsrooms really write them, read into who took it and who gave it."""

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from typing import Literal

from syndicate.model.record import Record
from syndicate.rights.labels import is_label

Kind = Literal["source", "supplier", "agency", "photographer", "nobody"]

# Half- and full-width punctuation mean the same here, and so do the many dots within a name.
_SAME = str.maketrans(
    "\uff1a\uff08\uff09\uff0f\uff0c\uff1b\uff5c\u3000\u00a0\u2022\u30fb\u2027\u24d2\u24b8",
    ":()/,;|  \u00b7\u00b7\u00b7\u00a9\u00a9",
)
# Each character of our words that has another form in traditional writing. Names stay as they are written.
_SIMPLE = "图来权据摄报导记讯员师爱体见实约网络资华视觉国东创虫联转载发闻制机协"
_TRADITIONAL = "圖來權據攝報導記訊員師愛體見實約網絡資華視覺國東創蟲聯轉載發聞製機協"
_FORMS = {one: one + other for one, other in zip(_SIMPLE, _TRADITIONAL, strict=True) if one != other}
_SIMPLIFIED = str.maketrans(_TRADITIONAL, _SIMPLE)


def _pattern(written: str) -> re.Pattern[str]:
    """A pattern whose Chinese words may be in traditional characters too, and set with spaces within, as 新 华 社."""
    parts, within = list[str](), False  # a character class
    for one, following in zip(written, f"{written[1:]} ", strict=True):
        within = one == "[" or (within and one != "]")
        forms = _FORMS.get(one, one)
        spaced = not within and _is_han(one) and _is_han(following)
        parts.append((forms if within or len(forms) == 1 else f"[{forms}]") + " ?" * spaced)
    return re.compile("".join(parts))


def _is_han(character: str) -> bool:
    return "\u4e00" <= character <= "\u9fff"


_BAR = _pattern(r"(?<=[图源影据]) ?[|\u4e28] ?")  # 图丨张三 is 图:张三
_STOP = r"\s,;:()/|\u3002\u3001\u300a\u300b"  # what no name contains

_HAN = "[\u4e00-\u9fff]"
_DOTTED = rf"{_HAN}{{1,8}}(?:\u00b7{_HAN}{{1,8}})+"
_LATIN = r"[A-Z][\w.'-]+(?: [A-Z][\w.'-]+){0,3}"
_PERSON = rf"(?:{_DOTTED}|{_HAN} {_HAN}(?!{_HAN})|{_HAN}{{2,4}}|{_LATIN})"
_PEOPLE = rf"{_PERSON}(?: ?[\u3001,/&] ?{_PERSON})*"
_ANYBODY = rf"[^{_STOP}]+(?:\u3001[^{_STOP}]+)*"
_TOOK = "(?:摄影报[道导]|摄影(?![展家师机作大比协爱])|拍摄(?![于的地现])|航拍|摄(?![于制像影取入]))"
_RANK = "(?:全媒体|融媒体?|见习|实习|首席|特约|摄影){0,4}"
_ROLES = "记者|通讯员|摄影师|摄影爱好者"
_ROLE = rf"(?P<role>{_ROLES}) ?:? ?"
_SIGNED = rf"(?P<employer>[^{_STOP}]*?){_RANK}{_ROLE}(?P<who>{_PERSON}(?:[ \u3001,/&]+(?!记者|通讯员){_PERSON})*)"
_OF_A_HOUSE = rf"(?P<one>{_PERSON}) ?\((?P<house>[^()|]*?){_RANK}(?P<as>{_ROLES})?\)"  # 张三(某报)
_PHOTO = r"\b(?i:photo(?:graph)?s?|pictures?|images?)"

_FILE_NAME = re.compile(
    r"[\w .()+-]+\.(?:jpe?g|png|gif|webp|bmp|heic|tiff?)|(?:微信图片|QQ图片|IMG|DSC|image|mmexport)[\w-]*", re.I
)
_BEGINS = rf"(?:^|(?<=[{_STOP}\]\u3011\u201d]))"

_NOBODY = _pattern(
    "图片来自网[络路]|(?:图片)?来源:? ?网[络路]|网[络路](?:图片|配图)|来自网[络路]|网图|资料(?:图片?|照片)|佚名"
)
_AGENCY = _pattern(
    "(?i:新华社|新华网|中新社|中新网|人民视觉|视觉中国|VCG|东方IC|IC ?photo|CFP|CNS ?photo|图虫(?:创意)?|"
    "全景(?:视觉|网)|Getty(?: Images)?|路透社?|Reuters|法新社|AFP|美联社|AP Photo|塔斯社|共同社|央视(?:新闻)?截图)"
)
# A space parts names, but not the words of a name in Latin letters.
_BETWEEN_SOURCES = r"[\u3001,;:/&()]|(?<![!-~]) (?=\S{2})|(?<=[!-~]) (?=[^ -~]\S)"
_SOURCES = (
    # in 【】 stands a column as often as a house: only what is called like one is
    _pattern(
        r"[\u3010\[\u3014](?P<who>[^\u3010\u3011\[\]\u3014\u3015|]*?"
        r"(?:(?<![预海快捷播警简通喜画情])报|报社|网|社|电视台|电台|杂志|周刊|客户端|公众号|传媒|融媒体中心))[\u3011\]\u3015]"
    ),
    _pattern(
        "(?:(?:图片来源|照片来源|图片版权|图源|图据|版权|来源|©|(?:图片|照片)来自) ?:? ?"
        r"|(?:转[载发]?|翻[拍摄])自(?![家己动由如主身]) ?:? ?"
        rf"|(?:{_PHOTO} )?\b(?i:source|credits?) ?[:/] ?|{_PHOTO} (?i:credits?|source) |(?i:\(c\)|\bcopyright\b) ?:? ?)"
        r"(?P<who>[^|\u3002]+)"  # whatever stands behind it: a second name must not go unread
    ),
)
_SUPPLIED = (
    _pattern(rf"(?:图片|照片)?由(?P<who>{_ANYBODY}?)(?:提供|供图)"),
    _pattern(rf"供图 ?[:/] ?(?P<who>{_ANYBODY})"),
    _pattern(rf"{_BEGINS}(?P<who>{_ANYBODY}?) ?/? ?(?:供图|提供(?:图片|照片)?)(?![{_HAN[1:-1]}])"),
    _pattern(
        rf"(?:{_PHOTO} )?(?:\b(?i:by )?(?i:courtesy)(?: ?[:/]| (?i:of)\b) ?|{_PHOTO} (?i:(?:provided|supplied) by) )"
        r"(?P<who>[^|,;()\u3002]+)"
    ),
)
_PHOTOGRAPHED = (
    _pattern(rf"{_OF_A_HOUSE} ?/? ?{_TOOK}"),
    _pattern(rf"(?:{_TOOK}|{_PHOTO}(?i: by)?) ?[:/]? ?{_OF_A_HOUSE}$"),
    _pattern(
        rf"{_BEGINS}(?:文/图|图/文|文图|图文|{_TOOK}|图片|照片|图|(?i:photo(?: by)?))(?: ?[:/] ?| )"
        rf"(?:{_SIGNED}|(?P<alone>{_PEOPLE})$)"
    ),
    _pattern(rf"{_SIGNED}(?= ?/? ?(?:{_TOOK}|图$|文图|文/图| ?(?:特约)?通讯员| ?记者))"),
    _pattern(rf"{_BEGINS}(?P<alone>{_PEOPLE}) ?/? ?(?:{_TOOK}|(?<=[ /])图$|文/图)"),
    # nothing that looks like a name, but it stands where one must
    _pattern(
        rf"(?:{_BEGINS}{_TOOK} ?[:/]|{_PHOTO} ?[:/]|{_PHOTO} (?i:(?:taken |shot )?by)\b) ?(?P<alone>[^|()\u3002]+)"
    ),
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
        yield Credit(kind="nobody", names=(_closed(found),))
    text = _NOBODY.sub("|", text)
    for found in _AGENCY.findall(text):
        yield Credit(kind="agency", names=(_closed(found),))
    for pattern in _SOURCES:
        for found in pattern.finditer(text):
            yield Credit(kind="source", names=_names(found["who"], between=_BETWEEN_SOURCES))
        text = pattern.sub("|", text)
    for pattern in _SUPPLIED:
        for found in pattern.finditer(text):
            yield Credit(kind="supplier", names=_names(found["who"]))
        text = pattern.sub("|", text)
    for pattern in _PHOTOGRAPHED:
        for found in pattern.finditer(text):
            yield _photographer(found)
        text = pattern.sub("|", text)
    for label in _labels(text):
        yield Credit(kind="nobody", names=(label,))


def _labels(text: str) -> list[str]:
    """What says that an AI made it: a part of the line, or a word of that."""
    parts = [part.strip() for part in re.split(r"[|,;()/\u3002\u3001]", text) if part.strip()]
    each = [[part] if _is_label(part) else part.split() for part in parts]
    return [one for words in each for one in words if _is_label(one)]


def _is_label(words: str) -> bool:
    return is_label(words.translate(_SIMPLIFIED))


def _photographer(found: "re.Match[str]") -> Credit:
    parts = found.groupdict()
    if parts.get("one"):
        role = _role(parts["as"]) if parts["as"] else ""
        return Credit(kind="photographer", names=_names(parts["one"]), role=role, employer=parts["house"].strip())
    if not parts.get("role"):
        return Credit(kind="photographer", names=_names(parts["alone"]))
    names = _people(parts["who"])
    return Credit(kind="photographer", names=names, role=_role(parts["role"]), employer=parts["employer"])


def _role(said: str) -> Literal["reporter", "correspondent", "other"]:
    match _closed(said).translate(_SIMPLIFIED):
        case "记者":
            return "reporter"
        case "通讯员":
            return "correspondent"
        case _:
            return "other"


def _names(text: str, *, between: str = r"[\u3001,/&]") -> tuple[str, ...]:
    return tuple(_unpadded(name.strip()) for name in re.split(between, text) if name.strip())


def _people(text: str) -> tuple[str, ...]:
    """Names after a role may be parted by spaces."""
    return tuple(_unpadded(found) for found in _ONE.findall(text))


def _unpadded(name: str) -> str:
    """A name of two characters is often set with a space within."""
    return name.replace(" ", "") if _PADDED.fullmatch(name) else name


def _closed(word: str) -> str:
    """Without the spaces that are set within a Chinese word."""
    return re.sub(rf"(?<={_HAN}) (?={_HAN})", "", word)


_ONE = re.compile(_PERSON)
_PADDED = re.compile(rf"{_HAN} {_HAN}")
