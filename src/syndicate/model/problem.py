"""What is wrong with some input, field by field, so that whoever sent it can mend it in one go."""

from collections.abc import Iterable

from pydantic import ValidationError

from syndicate.model.record import Record


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
            return "is not a known field"
        case "value_error":
            return message.removeprefix("Value error, ")
        case _:
            return message[:1].lower() + message[1:]
