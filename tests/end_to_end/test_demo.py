"""The demonstration tells its whole story by itself and leaves what it promised."""

import json
import subprocess
import sys
from pathlib import Path


def test_the_demonstration_ends_well_and_leaves_what_the_partners_received(tmp_path: Path) -> None:
    folder = tmp_path / "demo"
    done = subprocess.run(
        [sys.executable, "-m", "syndicate", "demo", "--once", "--dir", str(folder)],
        capture_output=True,
        text=True,
        timeout=170,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "everything came out as it must" in done.stdout
    received = {one.name for one in (folder / "received").iterdir() if any(one.glob("*.json"))}
    assert {"demo-jingchuwang", "demo-jingmen-xinwenwang", "demo-zhongxiang-xinwenwang"} <= received
    feed = json.loads((folder / "feeds" / "all.json").read_text(encoding="utf-8"))
    assert feed["items"]
    assert (folder / "feeds" / "partners" / "demo-jingchuwang.atom").exists()
    assert not (folder / "feeds" / "partners" / "demo-tianmenwang.atom").exists()
