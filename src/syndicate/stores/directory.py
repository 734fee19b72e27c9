"""Files in a directory that a web server serves as they are: written beside their place, and renamed into it."""

import errno
import os
import time
from pathlib import Path
from uuid import uuid4

from syndicate.stores import CannotBeStored, File, StoreUnavailable, parts_of

UNFINISHED = ".unfinished-"  # begins the name of what isn't in place yet; a web server must not serve it
LEFT_OVER_S = 3600.0  # after which nobody is writing it any more
_THIS_FILE = {errno.ENAMETOOLONG, errno.ENOTDIR, errno.EISDIR, errno.EEXIST, errno.ENOTEMPTY, errno.EILSEQ}


class Folder:
    """A directory. It must be there: one that isn't mounted is not made in its place."""

    is_near = True

    def __init__(self, root: Path) -> None:
        self._root = root
        self._tidied: set[Path] = set()

    @property
    def name(self) -> str:
        """Its path."""
        return str(self._root)

    def put(self, file: File) -> None:
        """Write beside, see that it is on the disk, rename. Raises StoreUnavailable, CannotBeStored.

        Web servers tell versions apart by the whole second of writing, and by length: each gets a second of its own.
        """
        place = self._root.joinpath(*parts_of(file.path))
        try:
            self._make(place.parent)
            self._tidy(place.parent)
            beside = place.with_name(f"{UNFINISHED}{uuid4().hex}")
            try:
                _write(beside, file.body, second=_second(place, int(file.changed_at.timestamp())))
                beside.replace(place)
            finally:
                beside.unlink(missing_ok=True)
            _sync(place.parent)
        except (OSError, UnicodeError) as error:
            raise _told(error, place, doing="written") from None

    def remove(self, path: str) -> None:
        """Remove a file; its folder stays. Raises StoreUnavailable, CannotBeStored."""
        place = self._root.joinpath(*parts_of(path))
        try:
            if not self._root.is_dir():
                raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT))
            place.unlink(missing_ok=True)
            if place.parent.is_dir():
                _sync(place.parent)
        except NotADirectoryError:
            return  # what was to go isn't there: a part of its path is a file now
        except (OSError, UnicodeError) as error:
            raise _told(error, place, doing="removed") from None

    def close(self) -> None:
        """Nothing is open."""

    def _make(self, folder: Path) -> None:
        if folder.is_dir():
            return
        if not self._root.is_dir():
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT))
        for above in [*reversed(folder.relative_to(self._root).parents), folder.relative_to(self._root)]:
            (self._root / above).mkdir(exist_ok=True)
            _sync((self._root / above).parent)

    def _tidy(self, folder: Path) -> None:
        """Once for each folder: remove what somebody who died had not finished."""
        if folder in self._tidied:
            return
        self._tidied.add(folder)
        for left in folder.glob(f"{UNFINISHED}*"):
            if time.time() - left.stat().st_mtime > LEFT_OVER_S:
                left.unlink(missing_ok=True)


def unusable(root: Path) -> str:
    """Why nothing can be written in a directory; empty when it can."""
    if not root.is_dir():
        return f"{root} is not there: make it, for the user that runs syndicate to write in"
    return "" if os.access(root, os.W_OK | os.X_OK) else f"{root} can't be written in by this user"


def _write(place: Path, body: bytes, *, second: int) -> None:
    descriptor = os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o666)
    with open(descriptor, "wb") as written:
        written.write(body)
        written.flush()
        os.utime(descriptor, (second, second))
        os.fsync(descriptor)


def _second(place: Path, changed: int) -> int:
    """When these bytes came to be, but after those that stand there."""
    try:
        return max(changed, int(place.stat().st_mtime) + 1)
    except FileNotFoundError:
        return changed


def _sync(folder: Path) -> None:
    """See that names are on the disk: the ledger is about to say that they are there."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _told(error: OSError | UnicodeError, place: Path, *, doing: str) -> StoreUnavailable | CannotBeStored:
    if isinstance(error, UnicodeError):
        return CannotBeStored(f"{place.name!r} is no name for a file")
    kind = CannotBeStored if error.errno in _THIS_FILE else StoreUnavailable
    return kind(f"{place} can't be {doing}: {error.strerror}")
