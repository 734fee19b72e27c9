"""What is wrong with some input, field by field, so that whoever sent it can mend it in one go."""

from collections.abc import Iterable, Mapping, Sequence
from copy import deepcopy
from difflib import get_close_matches
from typing import Any, TypeVar

from pydantic import ValidationError

from syndicate.model.record import Record

Form = TypeVar("Form", bound=Record)
_UNKNOWN = "is not a known field"

_LIST = "must be a list: write it in [ ]"  # in TOML as in JSON
_KEYS = "must have keys and values of its own: write them in { }"
_TEXT = "must be text: write it in quotation marks"
_YES_OR_NO = "must be true or false, without quotation marks"
_WHOLE = "must be a whole number, without quotation marks"
_NUMBER = "must be a number, without quotation marks"
_OF_ANOTHER_KIND = {
    "tuple_type": _LIST,
    "list_type": _LIST,
    "model_type": _KEYS,
    "dict_type": _KEYS,
    "string_type": _TEXT,
    "bool_type": _YES_OR_NO,
    "bool_parsing": _YES_OR_NO,
    "int_type": _WHOLE,
    "int_parsing": _WHOLE,
    "int_from_float": _WHOLE,
    "float_type": _NUMBER,
    "float_parsing": _NUMBER,
}


class Problem(Record):
    """One mistake: `field` is a dotted path such as `data.pictures.2.url`, empty for the whole input."""

    field: str
    message: str

    def __str__(self) -> str:
        return f"{self.field}: {self.message}" if self.field else self.message


class Invalid(ValueError):
    """Input that can't be accepted; `problems` lists every mistake found, never only the first."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("; ".join(str(problem) for problem in self.problems))


def invalid(field: str, message: str) -> Invalid:
    """An `Invalid` with a single problem."""
    return Invalid([Problem(field=field, message=message)])


def problems_of(error: ValidationError, *, under: str = "") -> list[Problem]:
    """Turn pydantic's findings into problems whose fields start with `under`."""
    return [
        Problem(field=_path(under, finding["loc"]), message=_message(finding["type"], finding["msg"]))
        for finding in error.errors(include_url=False, include_context=False, include_input=False)
    ]


def _path(under: str, location: tuple[int | str, ...]) -> str:
    return ".".join([under] * bool(under) + [str(part) for part in location])


def _message(kind: str, message: str) -> str:
    match kind:
        case "missing":
            return "is required"
        case "extra_forbidden":
            return _UNKNOWN
        case "value_error":
            return message.removeprefix("Value error, ")
        case kind if kind in _OF_ANOTHER_KIND:
            return _OF_ANOTHER_KIND[kind]
        case _:
            return message[:1].lower() + message[1:]


def read_whole(form: type[Form], written: Mapping[str, Any]) -> tuple[Form | None, list[Problem]]:
    """What is written as a `form`, and everything that is wrong with it, also what pydantic looks at only later.

    What is wrong is taken out, and the rest looked at again, until nothing more is found. The form is there when that
    was possible, so that more can be said about it; with problems it isn't what was written.
    """
    rest, problems, taken = deepcopy(dict(written)), list[Problem](), set[str]()
    while True:
        try:
            return form.model_validate(rest), problems
        except ValidationError as error:
            found = [one for one in _hinted(problems_of(error), form) if one.field not in taken]
            problems += found
            places = {_path("", finding["loc"]): finding["loc"] for finding in error.errors(include_url=False)}
            if not found or not {one.field for one in found if _take_out(rest, places[one.field])}:
                return None, problems
            taken |= {one.field for one in found}


def _take_out(written: Any, location: tuple[int | str, ...]) -> bool:  # noqa: ANN401 - TOML of any kind
    """Take what stands there out, if anything does; of a list all of it, so that no place in it moves."""
    holders = [written]
    for step in location[:-1]:
        try:
            holders.append(holders[-1][step])
        except (KeyError, IndexError, TypeError):
            return False
    for holder, key in reversed(list(zip(holders, location, strict=True))):
        if isinstance(holder, dict):
            return holder.pop(key, None) is not None
    return False


def _hinted(problems: Iterable[Problem], form: type[Form]) -> list[Problem]:
    """With the nearest name there is, where a field isn't known."""
    schema = form.model_json_schema()
    parts = [schema, *schema.get("$defs", {}).values()]
    names = sorted({name for part in parts for name in part.get("properties", {})})
    return [_with_hint(one, names) if one.message == _UNKNOWN else one for one in problems]


def _with_hint(problem: Problem, names: Sequence[str]) -> Problem:
    near = get_close_matches(problem.field.rpartition(".")[2], names, n=1)
    hint = f": did you mean {near[0]}?" if near else ": take it out"
    return problem.model_copy(update={"message": problem.message + hint})
