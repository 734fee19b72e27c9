"""Reads a page of the publisher's site, as its text stands in ../shared/seed, into what its CMS would send."""

import os
import re
from html import escape
from pathlib import Path
from typing import Any

import pytest

SEED = Path(__file__).parents[3] / "shared" / "seed"
PICTURES = "https://www.jingshan.example/pictures"


def the_page() -> Path:
    """The page; skips the test where there is none, but in CI."""
    pages = sorted(SEED.glob("*.txt"))
    if not pages:
        assert os.environ.get("CI") != "true", f"{SEED} is needed in CI"
        pytest.skip(f"there is no {SEED}")
    return pages[0]


def read_page(path: Path) -> dict[str, Any]:
    """The `data` of an event. A picture stands as a line 图片; the next line that isn't is its caption."""
    lines = [line.strip() for line in path.read_text(encoding="utf-8").splitlines()]
    lines = [line for line in lines if line]
    section = [part.strip() for part in lines[0].partition("主页 >")[2].split(">") if part.strip()]
    source, day = _facts(lines[2])
    end = next(number for number, line in enumerate(lines) if line.startswith("编辑:"))
    body, pictures = _body(lines[3:end])
    return {
        "id": path.stem.replace("_", "-"),
        "version": 1,
        "url": f"https://www.jingshan.example/{path.stem}.html",
        "headline": lines[1],
        "body_html": body,
        "section": section,
        "editor": lines[end].partition(":")[2].split()[0],
        "origin": {"kind": "own", "source": source},
        "pictures": pictures,
        "published_at": f"{day}T08:00:00+08:00",
    }


def _facts(line: str) -> tuple[str, str]:
    found = re.search(r"来源:(\S+).*发布时间:(\d{4}-\d\d-\d\d)", line)
    assert found, line
    return found.group(1), found.group(2)


def _body(lines: list[str]) -> tuple[str, list[dict[str, Any]]]:
    html: list[str] = []
    pictures: list[dict[str, Any]] = []
    open_pictures: list[dict[str, Any]] = []
    for line in lines:
        if line == "图片":
            picture = {"url": f"{PICTURES}/{len(pictures) + 1}.jpg"}
            html.append(f'<p><img src="{picture["url"]}"></p>')
            pictures.append(picture)
            open_pictures.append(picture)
            continue
        for picture in open_pictures:
            picture |= {"caption": line, "credit_line": line[line.index("图片来源") :]}
        open_pictures = []
        html.append(f"<p>{escape(line)}</p>")
    return "\n".join(html), pictures
