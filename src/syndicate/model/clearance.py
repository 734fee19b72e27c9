"""May they have it: the answer, with a reason that a person can read."""

from typing import Literal

from syndicate.model.record import Line, Moment, Record

PUBLIC = "public"  # the audience of the public feeds; no partner may have this id
PUBLIC_LINKS = "public:links"  # the same people, for a reprint's title, source and link alone; can be no partner's id
Decision = Literal["cleared", "held", "refused"]
Decided = Literal["cleared", "refused"]


class Verdict(Record):
    """What one rule says. `until` is set when the answer will change by itself at that time.

    `keeps` says of a refusal that who has it already may keep it.
    """

    decision: Decision
    rule: str
    reason: str
    until: Moment | None = None
    keeps: bool = False


class Ruling(Record):
    """What a person has decided about an article, for one audience or for all. `asked` is who was asked by then."""

    decision: Decided
    by: Line
    reason: Line
    at: Moment
    asked: tuple[str, ...] = ()


class PictureVerdict(Record):
    """Whether one picture may go along; `until` is set when that will change by itself at that time.

    `credit` is whom it is credited to, where a person recorded that after its event: recorded anew, it is a new answer.
    `replaced`: it stays here, and where it stood in the text, a placeholder stands.
    """

    url: str
    passed: bool
    reason: str
    until: Moment | None = None
    credit: str = ""
    replaced: bool = False


class Clearance(Record):
    """The answer for one audience (a partner, or the public) and one revision. Deny beats allow.

    `until` and `keeps` are as in a Verdict; what is cleared may have an `until` too, when it will be less then.
    """

    decision: Decision
    rule: str
    reason: str
    until: Moment | None = None
    keeps: bool = False
    pictures: tuple[PictureVerdict, ...] = ()

    @property
    def passed_pictures(self) -> frozenset[str]:
        """The urls of the pictures that may go along."""
        return frozenset(picture.url for picture in self.pictures if picture.passed)

    @property
    def carries(self) -> tuple[object, ...]:
        """What the copy that was sent under it shows and how long it may be there, whatever the reasons are."""
        shown = [(one.url, one.credit, one.replaced) for one in self.pictures if one.passed or one.replaced]
        return self.until, *shown
