"""Does a permission that the desk has recorded name this partner, and does it run now?"""

from datetime import datetime
from typing import NamedTuple

from syndicate.model.article import Permission
from syndicate.rights.question import Question, local
from syndicate.rights.territory import beyond


class Running(NamedTuple):
    """Whether a permission runs, what there is to say about it, and when that changes by itself."""

    now: bool
    reason: str
    until: datetime | None


def names(permission: Permission | None, question: Question) -> bool:
    """Whether it lets us pass something on to the partner who is asked about. Never to the public."""
    return bool(permission and question.partner and question.partner.is_named_in(permission.pass_to))


def running(permission: Permission, question: Question) -> Running:
    """Whether it runs at this hour, and where they publish."""
    if against := beyond(permission.territory, question.agreement):
        return Running(False, against, None)
    starts, ends, publisher = permission.starts, permission.ends, question.publisher
    if starts and question.now < starts:
        return Running(False, f"our right to it begins on {local(starts, publisher)}", starts)
    if ends and question.now >= ends:
        return Running(False, f"our right to it ended on {local(ends, publisher)}", None)
    return Running(True, f"may be passed on to them: {permission.evidence}", ends)
