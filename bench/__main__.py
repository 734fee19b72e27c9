"""`python -m bench PART [--quick]`: measure a part, print the table, write it to `var/bench/PART.json`."""

import argparse
import json
from pathlib import Path
from typing import Any

from rich.console import Console

from bench import delivery, feeds

FOLDER = Path("var/bench")
PARTS: dict[str, Any] = {"delivery": delivery, "feeds": feeds}


def main() -> None:
    """Measure."""
    asked = argparse.ArgumentParser(prog="python -m bench", description="Ratios to baselines that run side by side.")
    asked.add_argument("part", choices=list(PARTS))
    asked.add_argument("--quick", action="store_true", help="small and once, to see that it runs")
    told = asked.parse_args()
    console = Console(width=160)
    part = PARTS[told.part]
    with console.status("") as status:
        results = part.run(FOLDER.absolute(), part.QUICK if told.quick else part.Size(), say=status.update)
    part.show(results, console)
    file = FOLDER / f"{told.part}.json"
    file.write_text(json.dumps(results.as_json(), indent=1, ensure_ascii=False) + "\n", "utf-8")
    console.print(f"written to {file}", highlight=False)


if __name__ == "__main__":
    main()
