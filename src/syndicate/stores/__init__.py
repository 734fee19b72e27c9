"""Where do files stand that others serve? One file for each kind of store; all take the same files.

A store puts one file in its place as a whole or not at all, and knows nothing of what it means.
"""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

from syndicate.settings import Web
from syndicate.transports.secrets import SecretGetter

S3_SCHEME = "s3://"
LONGEST_PART_BYTES, LONGEST_PATH_BYTES = 255, 1_000  # of what file systems and S3 take


class StoreUnavailable(Exception):
    """The store takes nothing now: the disk is full, nobody answers, a key is wrong. `str` says what to mend."""


class CannotBeStored(Exception):
    """The store will never take this file; others it takes."""


@dataclass(frozen=True)
class File:
    """Some bytes and their place, such as `feeds/all.rss.gz`. `coding` is what they are compressed as; else empty.

    `changed_at` is when these bytes came to be, for Last-Modified.
    """

    path: str
    body: bytes
    media_type: str
    changed_at: datetime
    coding: str = ""


class Store(Protocol):
    """A place for files. Made in the process that uses it; `close` it at the end."""

    @property
    def name(self) -> str:
        """What tells it from every other, as the settings have it."""
        ...

    @property
    def is_near(self) -> bool:
        """Whether it is on this machine, so that nobody is waited for."""
        ...

    def put(self, file: File) -> None:
        """Put a file in its place, in one moment for whoever reads. Raises StoreUnavailable, CannotBeStored."""
        ...

    def remove(self, path: str) -> None:
        """Remove a file; one that isn't there is no mistake. Raises StoreUnavailable, CannotBeStored."""
        ...

    def close(self) -> None:
        """Let go of whatever is open."""
        ...


def open_store(web: Web, *, deadline_s: float, secret: SecretGetter) -> Store | None:
    """The store that is configured, if there is one; nothing is looked at before it is used."""
    if web.files.startswith(S3_SCHEME):
        from syndicate.stores.s3 import Bucket

        return Bucket(web, deadline_s=deadline_s, secret=secret)
    if web.files:
        from syndicate.stores.directory import Folder

        return Folder(Path(web.files))
    return None


def store_problem(web: Web, *, secret: SecretGetter) -> str:
    """Why nothing could be written there, as far as it is known without trying; empty when nothing is known."""
    if web.files.startswith(S3_SCHEME):
        from syndicate.stores.s3 import read_keys

        try:
            read_keys(web.s3.credentials, secret)
        except StoreUnavailable as error:
            return str(error)
        return ""
    if web.files:
        from syndicate.stores.directory import unusable

        return unusable(Path(web.files))
    return ""


def parts_of(path: str) -> list[str]:
    """A path's parts. Raises CannotBeStored for one that leads elsewhere, or that no file system can have."""
    parts = path.split("/")
    for part in parts:
        if part in ("", ".", "..") or any(character < " " or character == "\\" for character in part):
            raise CannotBeStored(f"{path!r} is no name for a file")
        if len(part.encode("utf-8", "surrogatepass")) > LONGEST_PART_BYTES:
            raise CannotBeStored(f"{part[:20]}… is too long for a file's name")
    if len(path.encode("utf-8", "surrogatepass")) > LONGEST_PATH_BYTES:
        raise CannotBeStored(f"{path[:40]}… is too long for a file's place")
    return parts
