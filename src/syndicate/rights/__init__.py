"""May they have it? One pure rule per file, asked in a fixed order; deny beats allow, and every answer has a reason."""

from syndicate.rights.clear import clear, every_rule, less_from

__all__ = ["clear", "every_rule", "less_from"]
