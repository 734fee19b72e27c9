"""`python -m workers ROLE [NUMBER]`: run one role's process."""

import sys
from importlib import import_module

from workers.app import run

ROLES = ("withdraw", "retract", "intake", "deliver", "slow", "feeds", "clock")


def main(arguments: list[str]) -> int:
    """Run the role that was asked for; 2 when there is no such role."""
    if not arguments or arguments[0] not in ROLES:
        sys.stderr.write(f"usage: python -m workers ROLE [NUMBER]\nROLE is one of {', '.join(ROLES)}\n")
        return 2
    module = import_module(f"workers.{arguments[0]}")
    if arguments[0] == "clock":
        module.run()
    else:
        run(module.ROLE, number=int(arguments[1]) if len(arguments) > 1 else 1)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
