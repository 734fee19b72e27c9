"""What was configured: one frozen Settings from `config/syndicate.toml` and the environment.

Every setting can be overridden by `SYNDICATE_` and its path, as in `SYNDICATE_WEB__PORT=8080`.
"""

import base64
import hashlib
import os
import secrets
import tomllib
from contextlib import suppress
from importlib import resources
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, ValidationError, ValidationInfo, field_validator
from pydantic_settings import (
    BaseSettings,
    InitSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from syndicate.model.problem import Invalid, invalid, problems_of
from syndicate.model.publisher import Publisher
from syndicate.model.record import Record, Url
from syndicate.model.step import LANES
from syndicate.model.subscription import HubPolicy, Signature

FILE_NAME = "syndicate.toml"
MARGIN_S = 5.0  # what a lease must have left when a deadline has passed, to write down what came of it
LONGEST_SOCKET_PATH = 103  # bytes; Linux takes 107, macOS 103


class Web(Record):
    """Where we listen, and under which address the world knows us."""

    host: str = "127.0.0.1"
    port: int = Field(default=8080, ge=1, le=65535)
    base_url: Url = "http://127.0.0.1:8080"
    max_event_bytes: int = Field(default=4 * 1024 * 1024, ge=1024, le=64 * 1024 * 1024)
    feed_max_age_s: int = Field(default=60, ge=0)
    token_per_minute: int = Field(
        default=60, ge=0, description="requests of one token to feeds and policies; 0: no limit"
    )
    address_per_minute: int = Field(default=300, ge=0, description="requests of one address to the same; 0: no limit")


class WebSub(Record):
    """Whether those who subscribe to our feeds are told when they change: by our own hub, and by others' (WebSub)."""

    hub: bool = Field(default=False, description="our own hub, at /hub, for our own feeds")
    hubs: tuple[Url, ...] = Field(default=(), description="other hubs, which are told when a public feed has changed")
    signature: Signature = Field(default="sha256", description="of X-Hub-Signature, for subscribers with a secret")
    lease_s: int = Field(default=10 * 86_400, ge=1, description="for subscribers that don't say for how long")
    shortest_lease_s: int = Field(default=3600, ge=1)
    longest_lease_s: int = Field(default=30 * 86_400, ge=1, le=366 * 86_400)
    most: int = Field(default=10_000, ge=1, description="subscriptions in all")
    most_per_host: int = Field(default=200, ge=1, description="subscriptions of one callback's host")
    most_waiting: int = Field(default=20, ge=1, description="of one host that may wait for their verification at once")
    verify_pause_s: float = Field(default=10, ge=0, description="between two verifications of topic and callback")
    plain_http: bool = Field(default=False, description="whether callbacks may be http:// instead of https://")
    network: Literal["public", "internal"] = Field(default="public", description="where callbacks and hubs may be")
    deadline_s: float = Field(default=10, gt=0, le=30, description="for an answer of a callback or a hub")


class Patience(Record):
    """How long we try a partner that doesn't answer: exponential back-off with full jitter."""

    first_wait_s: float = Field(default=5, gt=0)
    longest_wait_s: float = Field(default=6 * 3600, gt=0, le=24 * 3600)
    give_up_after_h: float = Field(default=72, gt=0)


class Breaker(Record):
    """When a destination that fails is given a rest, and when it is paused until a person looks."""

    faults: int = Field(default=10, ge=1, description="in a row, then nothing is sent for a while")
    first_rest_s: float = Field(default=60, gt=0, description="doubled each time the one try after it fails")
    longest_rest_s: float = Field(default=3600, gt=0, le=24 * 3600)
    days: int = Field(default=7, ge=1, description="distinct days with failures and no success, then it is paused")


class Retention(Record):
    """How long bytes are kept. The rows that say who had what, and all that a removal needs, are kept for ever."""

    bodies_days: int = Field(
        default=200, ge=1, description="of a delivery that is settled, and of what was answered to it"
    )
    fetches_days: int = Field(default=400, ge=1, description="what each token got of which feed, and when")


class Takedown(Record):
    """When a withdrawal is overdue at a partner that has accepted it."""

    verify_within_h: float = Field(
        default=24, gt=0, description="the page must be gone by then; a destination may differ"
    )


class Workers(Record):
    """How many worker processes `syndicate up` starts for each lane, and their bounds."""

    withdraw: int = Field(default=1, ge=1, le=32)
    retract: int = Field(default=1, ge=1, le=32)
    intake: int = Field(default=1, ge=1, le=32)
    deliver: int = Field(default=1, ge=1, le=32)
    slow: int = Field(default=1, ge=1, le=32)
    feeds: int = Field(default=1, ge=1, le=32)
    lease_s: float = Field(default=60, gt=0, description="how long a worker may take over one try")
    sweep_every_s: float = Field(default=1, gt=0)
    beat_every_s: float = Field(default=10, gt=0)
    silent_s: float = Field(
        default=60,
        description="how long a worker may take nothing from a queue that isn't empty; then `syndicate up` replaces it",
    )

    @field_validator("silent_s")
    @classmethod
    def _outlasts_beats(cls, silent_s: float, info: ValidationInfo) -> float:
        least = 3 * info.data.get("beat_every_s", 0)
        if silent_s < least:
            raise ValueError(f"must be at least three times beat_every_s, which makes {least:g}")
        return silent_s


class Settings(BaseSettings):
    """The whole configuration but the partners, feeds and wording, which have files of their own."""

    model_config = SettingsConfigDict(env_prefix="SYNDICATE_", env_nested_delimiter="__", frozen=True, extra="forbid")

    config_dir: Path
    data_dir: Path = Path("var/syndicate")
    ledger_url: str = Field(default="", repr=False, description="empty: SQLite in the data directory")
    broker_url: str = Field(default="", repr=False, description="empty: a Redis that `syndicate up` starts")
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    publisher: Publisher
    web: Web = Web()
    websub: WebSub = WebSub()
    patience: Patience = Patience()
    breaker: Breaker = Breaker()
    retention: Retention = Retention()
    takedown: Takedown = Takedown()
    workers: Workers = Workers()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """What the caller says, then the environment, then the file."""
        config_dir = init_settings()["config_dir"]
        return init_settings, env_settings, InitSettingsSource(settings_cls, read_toml(config_dir / FILE_NAME))

    @property
    def ledger(self) -> str:
        """The URL of the ledger's database."""
        return self.ledger_url or f"sqlite:///{(self.data_dir / 'ledger.db').absolute()}"

    @property
    def secrets_dir(self) -> Path:
        """Where secrets stand, each in a file of its name."""
        return self.data_dir / "secrets"

    @property
    def redis_socket(self) -> Path:
        """Where our own Redis listens: in the data directory, unless that is a longer path than a socket may have."""
        near = self.data_dir.absolute() / "run" / "redis.sock"
        if len(str(near).encode()) <= LONGEST_SOCKET_PATH:
            return near
        name = hashlib.sha256(str(self.data_dir.absolute()).encode()).hexdigest()[:12]
        return Path(f"/tmp/syndicate-{os.getuid()}-{name}/redis.sock")  # noqa: S108 - made private, and checked, at start

    @property
    def broker(self) -> str:
        """The URL of the queue's broker."""
        return self.broker_url or f"redis+socket://{self.redis_socket}"

    @property
    def hub_url(self) -> str:
        """The address of our own hub; empty when there is none."""
        return f"{self.web.base_url.rstrip('/')}/hub" if self.websub.hub else ""

    @property
    def hub_policy(self) -> HubPolicy:
        """What our hub allows."""
        told = self.websub.model_dump(exclude={"hub", "hubs", "verify_pause_s", "deadline_s"})
        return HubPolicy(pause_s=self.websub.verify_pause_s, deadline_s=self.hub_deadline_s, **told)

    @property
    def hub_deadline_s(self) -> float:
        """For an answer of a callback or a hub: a worker's lease has to outlast it, or two would ask at once."""
        return max(1.0, min(self.websub.deadline_s, self.workers.lease_s - MARGIN_S))

    @property
    def worker_counts(self) -> dict[str, int]:
        """How many worker processes each lane has."""
        return {lane: getattr(self.workers, lane) for lane in LANES}

    def secret(self, name: str) -> str:
        """A secret by its name: its file, else the environment. KeyError when it isn't set, OSError if not readable."""
        try:
            return (self.secrets_dir / name).read_text(encoding="utf-8", errors="replace").strip()
        except FileNotFoundError:
            return os.environ[secret_variable(name)].strip()

    def secret_or_new(self, name: str) -> str:
        """The same; where it isn't set, one is made, which only we can read. Whoever is first makes it for all."""
        try:
            return self.secret(name)
        except KeyError:
            self.secrets_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        made = "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()
        unfinished = self.secrets_dir / f".{name}-{secrets.token_hex(8)}"
        with open(os.open(unfinished, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w", encoding="utf-8") as file:
            file.write(made + "\n")
        with suppress(FileExistsError):
            os.link(unfinished, self.secrets_dir / name)
        unfinished.unlink()
        return self.secret(name)


def secret_variable(name: str) -> str:
    """The environment variable that may hold the secret of this name."""
    return f"SYNDICATE_SECRET_{name.upper().replace('-', '_')}"


def find_config_dir(given: Path | None = None) -> Path:
    """The directory of the configuration: as given, `SYNDICATE_CONFIG_DIR`, `./config`, or what the package ships."""
    named = given or (Path(os.environ["SYNDICATE_CONFIG_DIR"]) if os.environ.get("SYNDICATE_CONFIG_DIR") else None)
    shipped = Path(str(resources.files("syndicate"))) / "config"
    for candidate in [named] if named else [Path("config"), shipped]:
        if (candidate / FILE_NAME).is_file():
            return candidate.absolute()
    raise invalid(str((named or Path("config")).absolute()), f"has no {FILE_NAME}; name the directory with --config")


def read_settings(config_dir: Path | None = None, **overrides: Any) -> Settings:  # noqa: ANN401
    """Read and check the settings. Raises `Invalid` with fields like `syndicate.toml: publisher.home_url`."""
    found = find_config_dir(config_dir)
    try:
        return Settings(config_dir=found, **overrides)
    except ValidationError as error:
        raise Invalid(
            problem.model_copy(update={"field": f"{FILE_NAME}: {problem.field}"}) for problem in problems_of(error)
        ) from None


def read_toml(path: Path) -> dict[str, Any]:
    """One TOML file. Raises `Invalid` that names the file when it can't be read."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except IsADirectoryError:
        raise invalid(path.name, "is a folder: put the file in its place, or give the folder another name") from None
    except OSError as error:
        why = (error.strerror or str(error)).lower()
        raise invalid(path.name, f"can't be opened ({why}): see to it that we may read it") from None
    except UnicodeDecodeError:
        raise invalid(path.name, "is not UTF-8: save it as UTF-8") from None
    except ValueError as error:
        raise invalid(path.name, str(error)) from None
    except RecursionError:
        raise invalid(path.name, "is nested too deeply") from None
