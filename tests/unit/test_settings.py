"""What was configured: what the caller says, then the environment, then the file; and every mistake by its key."""

import os
from pathlib import Path

import pytest

from syndicate.model.problem import Invalid
from syndicate.settings import Settings, find_config_dir, read_settings, read_toml

PUBLISHER = """
[publisher]
name = "青石湾新闻网"
site_name = "青石湾在线"
organisation = "青石湾县融媒体中心"
own_names = ["青石湾新闻网"]
home_url = "https://news.example/"
licence_url = "https://news.example/licence"
contact = "desk@news.example"
tag_authority = "news.example"
tag_date = 2020-01-01
"""


@pytest.fixture(autouse=True)
def _no_settings_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("SYNDICATE_")]:
        monkeypatch.delenv(name)


@pytest.fixture
def config(tmp_path: Path) -> Path:
    return written(tmp_path / "config", PUBLISHER)


def written(folder: Path, text: str) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "syndicate.toml").write_text(text, encoding="utf-8")
    return folder


def mistakes(config: Path) -> dict[str, str]:
    with pytest.raises(Invalid) as refused:
        read_settings(config)
    return {problem.field: problem.message for problem in refused.value.problems}


# where the values come from


def test_what_nobody_said_has_its_default(config: Path):
    assert read_settings(config).web.port == 8080


def test_the_file_says_who_publishes(config: Path):
    assert read_settings(config).publisher.name == "青石湾新闻网"


def test_the_environment_beats_the_file(config: Path, monkeypatch: pytest.MonkeyPatch):
    written(config, PUBLISHER + "[web]\nport = 7000\n")
    monkeypatch.setenv("SYNDICATE_WEB__PORT", "7001")

    assert read_settings(config).web.port == 7001


def test_the_environment_changes_one_key_and_leaves_its_neighbours(config: Path, monkeypatch: pytest.MonkeyPatch):
    written(config, PUBLISHER + '[web]\nport = 7000\nhost = "0.0.0.0"\n')
    monkeypatch.setenv("SYNDICATE_WEB__PORT", "7001")

    assert read_settings(config).web.host == "0.0.0.0"


def test_the_caller_beats_the_environment(config: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("SYNDICATE_DATA_DIR", "/elsewhere")

    assert read_settings(config, data_dir=tmp_path).data_dir == tmp_path


def test_the_settings_that_are_shipped_are_right():
    shipped = read_settings(Path(__file__).parents[2] / "config")

    assert shipped.publisher.timezone == "Asia/Shanghai"


# mistakes


def test_a_key_that_is_not_known_is_named(config: Path):
    written(config, PUBLISHER + "[web]\nprot = 7000\n")

    assert mistakes(config) == {"syndicate.toml: web.prot": "is not a known field"}


def test_every_mistake_is_listed_at_once(config: Path):
    written(config, PUBLISHER.replace("https://news.example/licence", "licence") + "[web]\nport = 70000\n")

    assert set(mistakes(config)) == {"syndicate.toml: publisher.licence_url", "syndicate.toml: web.port"}


def test_a_missing_publisher_is_said_to_be_required(config: Path):
    written(config, "")

    assert mistakes(config) == {"syndicate.toml: publisher": "is required"}


def test_a_time_zone_that_does_not_exist_is_refused(config: Path):
    written(config, PUBLISHER + 'timezone = "Asia/Atlantis"\n')

    assert "Asia/Atlantis" in mistakes(config)["syndicate.toml: publisher.timezone"]


def test_what_may_be_missing_from_a_reprint_is_set_field_by_field(config: Path):
    written(config, PUBLISHER + 'must_say_ai = true\n[publisher.preflight]\noriginal_author = "send"\n')

    publisher = read_settings(config).publisher

    assert publisher.must_say_ai
    assert (publisher.preflight.original_author, publisher.preflight.editor) == ("send", "refuse")


def test_what_can_not_be_set_of_a_reprint_is_named_all_at_once(config: Path):
    written(config, PUBLISHER + '[publisher.preflight]\neditor = "maybe"\nauthor = "send"\n')

    assert mistakes(config) == {
        "syndicate.toml: publisher.preflight.editor": "input should be 'refuse' or 'send'",
        "syndicate.toml: publisher.preflight.author": "is not a known field",
    }


def test_a_lease_of_no_time_is_refused(config: Path):
    written(config, PUBLISHER + "[workers]\nlease_s = 0\n")

    assert list(mistakes(config)) == ["syndicate.toml: workers.lease_s"]


def test_a_file_that_is_not_toml_is_named_with_the_line(config: Path):
    written(config, "[web\n")

    assert "line 1" in mistakes(config)["syndicate.toml"]


def test_a_file_that_an_editor_gave_a_byte_order_mark_is_read(config: Path):
    written(config, "\ufeff" + PUBLISHER)

    assert read_settings(config).publisher.name == "青石湾新闻网"


# where the configuration lies


def test_the_directory_that_was_named_is_used(config: Path):
    assert find_config_dir(config) == config


def test_the_environment_may_name_the_directory(config: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("SYNDICATE_CONFIG_DIR", str(config))

    assert find_config_dir() == config


def test_without_a_word_it_is_config_where_we_stand(config: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(config.parent)

    assert find_config_dir() == config


def test_a_directory_that_was_named_and_has_no_settings_is_not_replaced_by_another(
    config: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.chdir(config.parent)

    with pytest.raises(Invalid, match=r"has no syndicate\.toml; name the directory with --config"):
        find_config_dir(tmp_path / "nowhere")


# what follows from them


def test_the_ledger_is_sqlite_in_the_data_directory_unless_said_otherwise(config: Path, tmp_path: Path):
    assert read_settings(config, data_dir=tmp_path).ledger == f"sqlite:///{tmp_path / 'ledger.db'}"


def test_a_ledger_that_was_named_is_used(config: Path):
    assert read_settings(config, ledger_url="postgresql://news@/ledger").ledger == "postgresql://news@/ledger"


def test_our_own_redis_listens_on_a_path_short_enough_for_a_socket(config: Path, tmp_path: Path):
    deep = tmp_path / ("很深的目录" * 20)

    assert len(str(read_settings(config, data_dir=deep).redis_socket).encode()) <= 107


def test_two_data_directories_have_two_redis(config: Path, tmp_path: Path):
    one, other = (read_settings(config, data_dir=tmp_path / name) for name in ("one", "other"))

    assert one.broker != other.broker


def test_a_broker_that_was_named_is_used(config: Path):
    assert read_settings(config, broker_url="amqp://queue.example").broker == "amqp://queue.example"


def test_addresses_with_passwords_are_not_shown(config: Path):
    settings = read_settings(config, ledger_url="postgresql://news:geheim@/x", broker_url="redis://:geheim@x/0")

    assert "geheim" not in repr(settings)


def test_each_lane_has_its_number_of_workers(config: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("SYNDICATE_WORKERS__SLOW", "3")

    counts = read_settings(config).worker_counts

    assert counts == {"withdraw": 1, "retract": 1, "intake": 1, "deliver": 1, "slow": 3, "feeds": 1}


def test_a_worker_may_be_silent_for_three_beats_at_least(config: Path):
    written(config, PUBLISHER + "[workers]\nbeat_every_s = 10\nsilent_s = 29\n")

    assert mistakes(config) == {
        "syndicate.toml: workers.silent_s": "must be at least three times beat_every_s, which makes 30"
    }


# secrets


@pytest.fixture
def settings(config: Path, tmp_path: Path) -> Settings:
    (tmp_path / "secrets").mkdir()
    return read_settings(config, data_dir=tmp_path)


def test_a_secret_is_read_from_its_file_without_the_line_end(settings: Settings):
    (settings.data_dir / "secrets" / "yunfeng").write_text("whsec_abc\n", encoding="utf-8")

    assert settings.secret("yunfeng") == "whsec_abc"


def test_a_secret_may_come_from_the_environment(settings: Settings, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("SYNDICATE_SECRET_YUNFENG_WANG", "whsec_def")

    assert settings.secret("yunfeng-wang") == "whsec_def"


def test_a_secret_in_a_file_beats_the_environment(settings: Settings, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("SYNDICATE_SECRET_YUNFENG", "from the environment")
    (settings.data_dir / "secrets" / "yunfeng").write_text("from the file", encoding="utf-8")

    assert settings.secret("yunfeng") == "from the file"


def test_a_secret_that_nobody_set_is_a_key_error(settings: Settings):
    with pytest.raises(KeyError):
        settings.secret("nobody")


def test_a_secret_that_cannot_be_read_is_not_taken_for_one_that_is_not_set(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("SYNDICATE_SECRET_YUNFENG", "from the environment")
    (settings.data_dir / "secrets" / "yunfeng").mkdir()

    with pytest.raises(IsADirectoryError):
        settings.secret("yunfeng")


def test_a_secret_that_is_no_text_is_no_error_that_shows_it(settings: Settings):
    (settings.data_dir / "secrets" / "yunfeng").write_bytes(b"\xff\xfe")

    assert settings.secret("yunfeng") == "\ufffd\ufffd"


def test_a_toml_file_that_is_missing_is_named(tmp_path: Path):
    with pytest.raises(Invalid, match=r"gone\.toml"):
        read_toml(tmp_path / "gone.toml")
