"""One measured run in a process of its own: `python -m bench.child MODULE`, told what to do by JSON on its input."""

import json
import subprocess
import sys
from importlib import import_module
from typing import Any

Figures = dict[str, float]


def measure(module: str, **told: Any) -> Figures:  # noqa: ANN401 - JSON
    """Run `bench.MODULE.run` in a new process, and tell what it measured."""
    command = [sys.executable, "-m", "bench.child", module]
    done = subprocess.run(command, input=json.dumps(told), capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"bench.{module} failed:\n{done.stderr[-2000:]}")
    figures: Figures = json.loads(done.stdout.splitlines()[-1])
    return figures


if __name__ == "__main__":
    sys.stdout.write(json.dumps(import_module(f"bench.{sys.argv[1]}").run(**json.load(sys.stdin))) + "\n")
