"""Who may ask, by shell? `secret` makes, changes and lists what deliveries are signed with.

A secret is a file of its own, `DATA_DIR/secrets/NAME`, that workers read again every few seconds.
"""

import fcntl
import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated, Literal

import typer
from pydantic import TypeAdapter, ValidationError

from syndicate.cli.opening import AsJson, plain_errors, settings_of
from syndicate.cli.terminal import fail, output, print_json, say, table
from syndicate.configuration import read_newsroom
from syndicate.model.feed import Directory
from syndicate.model.record import Slug
from syndicate.settings import Settings, secret_variable
from syndicate.stores import S3_SCHEME, store_problem
from syndicate.transports import secret_names
from syndicate.transports.errors import DestinationMisconfigured
from syndicate.transports.keys import Key, PrivateKey, named_keys, new_key
from syndicate.transports.secrets import secret_text
from syndicate.transports.tls import PEM

_NAME = TypeAdapter(Slug)
FILES = "web.files"  # what uses the key of an S3-compatible store
_GROUP_MAY_READ = 0o040


@dataclass(frozen=True)
class Listed:
    """A secret as it is listed, newest key first. `wrong` says why it can't be used; empty when it can."""

    name: str
    kinds: tuple[str, ...]
    keys: int
    set_by: Literal["file", "environment", "nobody"]
    used_by: tuple[str, ...]
    public_keys: tuple[str, ...]
    wrong: str


def _is_name(text: str) -> bool:
    try:
        _NAME.validate_python(text)
    except ValidationError:
        return False
    return True


def _a_name(text: str) -> str:
    if not _is_name(text):
        raise typer.BadParameter("a secret's name is made of a-z, 0-9 and hyphens")
    return text


SecretName = Annotated[
    str,
    typer.Argument(metavar="NAME", help="What a destination's settings call it, never the secret.", callback=_a_name),
]


def create(
    context: typer.Context,
    name: SecretName,
    asymmetric: Annotated[
        bool, typer.Option("--asymmetric", help="A pair of keys: we alone can sign, and the partner can only check.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Make a secret. What the partner gets, the secret or the public key, stands alone on standard output."""
    key = new_key("asymmetric" if asymmetric else "symmetric")
    with _changing(context, name, make=True) as settings:
        if (settings.secrets_dir / name).exists():
            fail(f"there is a secret {name} already; for a new key beside the old one: syndicate secret rotate {name}")
        _put(settings.secrets_dir / name, [key])
    _hand_over(name, key, keys=1, as_json=as_json)


def rotate(
    context: typer.Context,
    name: SecretName,
    asymmetric: Annotated[
        bool | None,
        typer.Option("--asymmetric/--symmetric", help="Of which kind the new key is.", show_default="as the newest"),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Put a new key in front of the old ones: from now on all of them sign. Prints what the partner gets."""
    with _changing(context, name) as settings:
        old = _keys(settings, name)
        kind = old[0].kind if asymmetric is None else "asymmetric" if asymmetric else "symmetric"
        key = new_key(kind)
        _put(settings.secrets_dir / name, [key, *old])
    _hand_over(name, key, keys=1 + len(old), as_json=as_json)
    if not as_json:
        say(f"{1 + len(old)} keys sign now; once the partner checks with this one: syndicate secret retire {name}")


def retire(context: typer.Context, name: SecretName, as_json: AsJson = False) -> None:
    """Drop all keys but the newest, once the partner checks with that one."""
    with _changing(context, name) as settings:
        newest, *old = _keys(settings, name)
        if old:
            _put(settings.secrets_dir / name, [newest])
    if as_json:
        return print_json({"name": name, "kind": newest.kind, "keys": 1, "retired": len(old)})
    return say(f"old keys retired: {len(old)}; the newest signs alone" if old else "there is only one key: it stays")


def list_all(context: typer.Context, as_json: AsJson = False) -> None:
    """List the secrets that are set or used, never what is in them; public keys are shown."""
    with plain_errors():
        settings = settings_of(context)
        listed = _listed(settings, read_newsroom(settings).directory)
    if as_json:
        for one in listed:
            print_json(asdict(one))
        return
    rows = [
        (one.name, one.wrong or ", ".join(one.kinds), one.keys, one.set_by, "\n".join(one.used_by)) for one in listed
    ]
    console = output()
    console.print(table("name", "kinds", "keys", "set by", "used by", rows=rows, right=["keys"], whole=["name"]))
    for one in listed:
        for public_key in one.public_keys:
            console.print(f"{one.name}: {public_key}", soft_wrap=True)  # on a line of its own, to be copied whole


def _hand_over(name: str, key: Key, *, keys: int, as_json: bool) -> None:
    what, text = ("public_key", key.public_key.text) if isinstance(key, PrivateKey) else ("secret", key.text)
    if as_json:
        return print_json({"name": name, "kind": key.kind, "keys": keys, what: text})
    if what == "secret":
        say("this is the only time the secret is shown: hand it to the partner by a way that nobody else can read")
    else:
        say("the partner's public key, which need not be kept from anybody:")
    return typer.echo(text)


@contextmanager
def _changing(context: typer.Context, name: str, *, make: bool = False) -> Iterator[Settings]:
    """One change at a time, and on the disk when it ends. What goes wrong in an expected way ends the command."""
    with plain_errors():
        settings = settings_of(context)
        file = settings.secrets_dir / name
        if not file.exists() and secret_variable(name) in os.environ:
            fail(f"secret {name} is set by {secret_variable(name)}: change it there")
        if make:
            _make_folder(file.parent)
        elif not file.exists():
            fail(f"secret {name} is not set; to make it: syndicate secret create {name}")
        folder = os.open(file.parent, os.O_RDONLY)
        try:
            fcntl.flock(folder, fcntl.LOCK_EX)
            yield settings
            os.fsync(folder)
        finally:
            os.close(folder)


def _keys(settings: Settings, name: str) -> tuple[Key, ...]:
    try:
        return named_keys(name, settings.secret)
    except DestinationMisconfigured as error:
        fail(error.reason)


def _make_folder(folder: Path) -> None:
    if folder.exists():
        return
    folder.parent.mkdir(parents=True, exist_ok=True)
    folder.mkdir(mode=0o700, exist_ok=True)
    _give(folder, like=folder.parent.stat())


def _put(file: Path, keys: Sequence[Key]) -> None:
    """Write beside, and rename: who reads meets the old keys or the new ones, and who could read them still can."""
    former = file.stat() if file.exists() else None
    descriptor, unfinished = tempfile.mkstemp(prefix=".", dir=file.parent)
    try:
        with open(descriptor, "w", encoding="utf-8") as written:
            written.write(" ".join(key.text for key in keys) + "\n")
            written.flush()
            os.fchmod(descriptor, 0o600 | (former.st_mode & _GROUP_MAY_READ if former else 0))
            _give(descriptor, like=former or file.parent.stat())
            os.fsync(descriptor)
        Path(unfinished).replace(file)
    finally:
        Path(unfinished).unlink(missing_ok=True)


def _give(what: Path | int, *, like: os.stat_result) -> None:
    """What root makes belongs to whom its place belongs: workers run as somebody else, and have to read it."""
    if os.geteuid() == 0:
        os.chown(what, like.st_uid, like.st_gid)


def _listed(settings: Settings, directory: Directory) -> list[Listed]:
    users: dict[str, list[str]] = {}
    for partner in directory.partners:
        for destination in partner.destinations:
            for name in secret_names(destination.transport, destination.settings):
                users.setdefault(name, []).append(partner.destination_id(destination))
    if settings.web.files.startswith(S3_SCHEME):
        users.setdefault(settings.web.s3.credentials, []).append(FILES)
    names = {*_in_files(settings.secrets_dir), *_in_environment(), *users}
    return [_one(settings, name, used_by=users.get(name, [])) for name in sorted(names)]


def _in_files(folder: Path) -> list[str]:
    return [file.name for file in folder.iterdir() if _is_name(file.name)] if folder.exists() else []


def _in_environment() -> list[str]:
    prefix = secret_variable("")
    told = [name.removeprefix(prefix) for name in os.environ if name.startswith(prefix)]
    return [name for name in (text.lower().replace("_", "-") for text in told) if _is_name(name)]


def _one(settings: Settings, name: str, *, used_by: Sequence[str]) -> Listed:
    keys: tuple[Key, ...] = ()
    other, wrong = ("PEM",), ""
    try:
        if FILES in used_by:
            other, wrong = ("S3",), store_problem(settings.web, secret=settings.secret)
        elif not secret_text(name, settings.secret).startswith(PEM):
            keys = named_keys(name, settings.secret)
    except DestinationMisconfigured as error:
        wrong = error.reason
    in_file, in_environment = (settings.secrets_dir / name).exists(), secret_variable(name) in os.environ
    return Listed(
        name=name,
        kinds=tuple(dict.fromkeys(key.kind for key in keys)) or (other if not wrong else ()),
        keys=len(keys),
        set_by="file" if in_file else "environment" if in_environment else "nobody",
        used_by=tuple(used_by),
        public_keys=tuple(key.public_key.text for key in keys if isinstance(key, PrivateKey)),
        wrong=wrong,
    )
