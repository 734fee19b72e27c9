"""A headless Chromium, for tests: what a person sees who opens an address."""

import os
import shutil
import subprocess
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest

FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
    "--force-color-profile=srgb",
    "--virtual-time-budget=5000",
)
SIZE = (1000, 900)
PATIENCE_S = 90


def browser() -> str:
    """Where it is installed; a test that needs it is skipped without, but where CI=true it fails."""
    found = shutil.which("chromium")
    if found is None:
        if os.environ.get("CI") == "true":
            pytest.fail("there is no chromium here: install the package chromium")
        pytest.skip("there is no chromium here")
    return found


def screenshot(url: str, file: Path) -> bytes:
    """The first screen of an address as PNG."""
    width, height = SIZE
    _run(file.parent, f"--screenshot={file}", f"--window-size={width},{height}", url)
    return file.read_bytes()


def document(url: str, folder: Path) -> str:
    """What the browser made of an address, written down as markup."""
    return _run(folder, "--dump-dom", url)


def _run(folder: Path, *arguments: str) -> str:
    profile = folder / "profile"
    done = subprocess.run(
        [browser(), *FLAGS, f"--user-data-dir={profile}", *arguments],
        capture_output=True,
        timeout=PATIENCE_S,
        check=False,
        env={"PATH": os.defpath, "HOME": str(folder), "LANG": "C.UTF-8"},
    )
    shutil.rmtree(profile, ignore_errors=True)
    assert done.returncode == 0, done.stderr.decode(errors="replace")
    return done.stdout.decode()


def colours(png: bytes) -> set[tuple[int, ...]]:
    """Every colour in a picture, red, green, blue (PNG §7 and §9; eight bits a channel, as Chromium writes it)."""
    parts, header, at = [], b"", 8
    while at < len(png):
        length, kind = int.from_bytes(png[at : at + 4]), png[at + 4 : at + 8]
        data = png[at + 8 : at + 8 + length]
        header = data if kind == b"IHDR" else header
        parts += [data] * (kind == b"IDAT")
        at += 12 + length
    width, size = int.from_bytes(header[:4]), {2: 3, 6: 4}[header[9]]
    found, above = set(), bytearray(width * size)
    for line in batched(zlib.decompress(b"".join(parts)), width * size + 1):
        above = _unfiltered(line[0], bytearray(line[1:]), above, size)
        found.update({tuple(above[x : x + 3]) for x in range(0, len(above), size)})
    return found


def batched(data: bytes, length: int) -> Iterator[bytes]:
    """Pieces of this length."""
    return (data[start : start + length] for start in range(0, len(data), length))


def _unfiltered(kind: int, line: bytearray, above: bytearray, size: int) -> bytearray:
    for x, byte in enumerate(line):
        left, corner = (line[x - size], above[x - size]) if x >= size else (0, 0)
        line[x] = (byte + _guess(kind, left, above[x], corner)) & 255
    return line


def _guess(kind: int, left: int, up: int, corner: int) -> int:
    """What a filter takes a byte to be (PNG §9.2)."""
    if kind == 4:
        near = left + up - corner
        return min((left, up, corner), key=lambda one: abs(near - one))
    return (0, left, up, (left + up) // 2)[kind]
