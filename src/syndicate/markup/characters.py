"""What HTML do we let through: only characters that XML can carry, so that no body ever breaks a feed."""

import re

_ILLEGAL = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_UNSEEN = re.compile("[\\s\u200b\u200c\u200d\ufeff]+")


def legal(text: str) -> tuple[str, int]:
    """`text` without the characters that XML 1.0 (section 2.2) forbids, and how many of them there were."""
    return _ILLEGAL.subn("", text)


def seen(text: str) -> str:
    """What a reader sees of `text`: no white space of any width. Two texts that look alike compare equal by it."""
    return _UNSEEN.sub("", text)


def escaped(text: str) -> str:
    """`text` as HTML text or a double-quoted attribute value (HTML Living Standard 13.3, escaping a string)."""
    plain = text.replace("&", "&amp;").replace("\xa0", "&nbsp;").replace("<", "&lt;").replace(">", "&gt;")
    return plain.replace('"', "&quot;")
