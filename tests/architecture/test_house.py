"""The few rules of the house that no linter knows: size, silence at import, tables that load, and what is shipped."""

import os
import subprocess
import sys
import zipfile
from importlib import import_module
from pathlib import Path

import pytest

from syndicate.formats import ARTICLE_FORMATS, FEED_FORMATS, article_format, feed_format
from syndicate.rights.clear import RULES
from syndicate.transports import TRANSPORTS

ROOT = Path(__file__).parents[2]
SOURCES = sorted([*(ROOT / "src").rglob("*.py"), *(ROOT / "workers").rglob("*.py")])
MODULES = [
    ".".join(file.relative_to(ROOT / "src" if "src" in file.parts else ROOT).with_suffix("").parts).removesuffix(
        ".__init__"
    )
    for file in SOURCES
    if "migrations" not in file.parts  # Alembic runs these, with a connection in hand
]
LONGEST = 300

# Imports everything twice. The first time brings in the libraries, whose own habits are not ours to judge; the second
# time only our modules run, and whatever they do to the world is told.
LISTENER = """
import sys
from importlib import import_module

names = sys.argv[1:]
for name in names:
    import_module(name)
for name in [name for name in sys.modules if name.partition(".")[0] in ("syndicate", "workers")]:
    del sys.modules[name]

WATCHED = ("socket.", "subprocess.", "os.mkdir", "os.putenv", "os.remove", "os.rename", "os.fork", "sqlite3.")
done = []

def listen(event, arguments):
    if event.startswith(WATCHED):
        done.append(f"{event} {arguments!r}")
    elif event == "open" and not str(arguments[0]).endswith((".py", ".pyc", ".so")):
        done.append(f"open {arguments[0]}")

sys.addaudithook(listen)
for name in names:
    before = len(done)
    import_module(name)
    for what in done[before:]:
        print(name, what)
"""


def test_no_file_is_longer_than_a_reader_can_hold():
    written = [file for file in SOURCES if "versions" not in file.parts]  # a migration is a list, written once

    lengths = {str(file.relative_to(ROOT)): len(file.read_text(encoding="utf-8").splitlines()) for file in written}

    assert {name: length for name, length in lengths.items() if length > LONGEST} == {}


def test_importing_touches_no_file_no_socket_and_no_environment():
    environment = {name: value for name, value in os.environ.items() if not name.startswith("SYNDICATE_")}

    told = subprocess.run(
        [sys.executable, "-B", "-c", LISTENER, *MODULES],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )

    assert (told.returncode, told.stderr, told.stdout) == (0, "", "")


def test_the_listener_would_hear_a_module_that_opens_a_file(tmp_path: Path):
    (tmp_path / "workers").mkdir()
    (tmp_path / "workers" / "__init__.py").write_text('open(__file__ + ".txt", "w").close()\n', encoding="utf-8")

    told = subprocess.run(
        [sys.executable, "-B", "-c", LISTENER, "workers"],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )

    assert "open" in told.stdout


@pytest.mark.parametrize("lock", ["requirements.lock", "tests/conformance/node/package-lock.json"])
def test_no_lock_file_says_where_its_packages_were_downloaded(lock: str):
    assert "://" not in (ROOT / lock).read_text(encoding="utf-8")


@pytest.mark.parametrize("name", sorted(FEED_FORMATS))
def test_every_feed_format_loads_and_can_write(name: str):
    assert callable(feed_format(name).entry)


@pytest.mark.parametrize("name", sorted(ARTICLE_FORMATS))
def test_every_article_format_loads_and_can_write_and_take_back(name: str):
    form = article_format(name)

    assert callable(form.render)
    assert callable(form.retract)


@pytest.mark.parametrize("name", sorted(TRANSPORTS))
def test_every_transport_loads(name: str):
    module, _, attribute = str(TRANSPORTS[name]).partition(":")

    loaded = import_module(module)

    assert not attribute or hasattr(loaded, attribute)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_every_rule_has_a_file_of_its_own_by_its_name(rule):
    assert rule.__module__ == f"syndicate.rights.{rule.__name__}"


def test_every_rule_file_is_asked():
    beside = {"__init__", "clear", "credits", "labels", "permission", "pictures", "question", "recorded"}
    files = {file.stem for file in (ROOT / "src" / "syndicate" / "rights").glob("*.py")} - beside

    assert files == {rule.__name__ for rule in RULES}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.Path:
    """The wheel as it would be shipped, built from here without a network."""
    folder = tmp_path_factory.mktemp("wheel")
    built = subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert built.returncode == 0, built.stdout + built.stderr
    (file,) = folder.glob("*.whl")
    return zipfile.Path(file)


def test_the_wheel_contains_both_packages(wheel: zipfile.Path):
    missing = [name for name in MODULES if not _in_wheel(wheel, name)]

    assert missing == []


@pytest.mark.parametrize("file", sorted((ROOT / "config").rglob("*.toml")), ids=lambda file: file.name)
def test_the_wheel_contains_the_configuration(wheel: zipfile.Path, file: Path):
    shipped = wheel / "syndicate" / "config"

    assert shipped.joinpath(*file.relative_to(ROOT / "config").parts).read_bytes() == file.read_bytes()


def test_the_wheel_contains_the_migrations(wheel: zipfile.Path):
    assert (wheel / "syndicate" / "ledger" / "migrations" / "versions" / "0001_first.py").exists()


def test_the_wheel_contains_no_test(wheel: zipfile.Path):
    assert {part.name.partition("-")[0] for part in wheel.iterdir()} == {"syndicate", "workers"}


def _in_wheel(wheel: zipfile.Path, name: str) -> bool:
    place = wheel.joinpath(*name.split("."))
    return place.joinpath("__init__.py").exists() or (wheel / f"{name.replace('.', '/')}.py").exists()
