"""How partners answer: each has a temper, and a mood for every request."""

import random
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Conduct = Literal[
    "answer",
    "hang unread",
    "hang",
    "half-close",
    "drip head",
    "drip body",
    "endless",
    "bomb",
    "reset",
    "break off",
]


@dataclass(frozen=True)
class Mood:
    """What to do with one request. `within_s`: at some time until then; `retry_after`: as seconds, or as a date."""

    conduct: Conduct = "answer"
    status: int = 200
    receipt: bool = False
    within_s: float = 0.0
    retry_after: Literal["", "seconds", "date"] = ""


@dataclass(frozen=True)
class Temper:
    """How likely each mood is; the rest of the requests are taken well."""

    moods: Mapping[str, float]

    def mood(self, dice: random.Random) -> Mood:
        """What it feels like now."""
        spent = dice.random()
        for name, likely in self.moods.items():
            spent -= likely
            if spent < 0:
                return MOODS[name]
        return dice.choice(WELL)


WELL = (
    Mood(),
    Mood(receipt=True),
    Mood(status=201, receipt=True),
    Mood(status=202),
    Mood(status=204),
    Mood(within_s=0.5),
    Mood(status=201, within_s=1.0),
)
MOODS = {str(status): Mood(status=status) for status in (301, 400, 401, 404, 410, 413, 422, 429, 500, 503)} | {
    "429 seconds": Mood(status=429, retry_after="seconds"),
    "429 date": Mood(status=429, retry_after="date"),
    "503 seconds": Mood(status=503, retry_after="seconds"),
    "late": Mood(within_s=2.0),  # than the deadline, or just in time
    "hang unread": Mood("hang unread"),
    "hang": Mood("hang"),
    "half-close": Mood("half-close"),
    "drip head": Mood("drip head"),
    "drip body": Mood("drip body"),
    "endless": Mood("endless"),
    "bomb": Mood("bomb"),
    "reset": Mood("reset"),
    "break off": Mood("break off"),
}
WILD = {name: 0.6 / len(MOODS) for name in MOODS if name != "410"} | {"410": 0.005}

TEMPERS = {
    "calm": Temper({}),
    "choosy": Temper({"400": 0.1, "413": 0.05, "422": 0.1}),
    "busy": Temper({"429 seconds": 0.2, "429 date": 0.1, "429": 0.1}),
    "ill": Temper({"500": 0.2, "503": 0.15, "503 seconds": 0.05, "reset": 0.1, "break off": 0.05}),
    "silent": Temper(
        {"late": 0.1, "hang unread": 0.1, "hang": 0.2, "half-close": 0.1, "drip head": 0.1, "drip body": 0.1}
    ),
    "moved": Temper({"301": 0.2, "401": 0.1, "404": 0.2}),
    "gone": Temper({"410": 0.1, "endless": 0.1, "bomb": 0.1}),
    "gone for good": Temper({"410": 1.0}),
    "wild": Temper(WILD),
}
