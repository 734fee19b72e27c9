"""Who may ask, by shell? `secret`: shown once, alone; new keys beside old ones; listed without what is in them."""

import json
import os
import stat
from fcntl import flock

import pytest

from syndicate.transports.keys import keys_of
from tests.fakes.cli_newsroom import NOBODY_LISTENS, a_partner_file, a_shell

SET = "whsec_" + "YSBzYW1wbGUgc2VjcmV0IG9mIDMyIGJ5dGVzIGxvbmc="


@pytest.fixture
def shell(tmp_path, monkeypatch):
    yield from a_shell(tmp_path, monkeypatch)


def file_of(shell, name="hezuo"):
    return shell.folder / "data" / "secrets" / name


def keys_in(shell, name="hezuo"):
    return [key.text for key in keys_of(file_of(shell, name).read_text(encoding="utf-8"))]


def mode(path):
    return oct(stat.S_IMODE(path.stat().st_mode))


def listed(shell):
    return {one["name"]: one for one in map(json.loads, shell.run("secret", "list", "--json").stdout.splitlines())}


# create


def test_a_secret_stands_alone_on_standard_output_and_in_its_file(shell):
    result = shell.run("secret", "create", "hezuo")

    assert (result.exit_code, keys_in(shell)) == (0, [result.stdout.strip()])
    assert "this is the only time the secret is shown" in result.stderr


def test_of_a_pair_the_public_key_is_printed_and_the_private_one_kept(shell):
    printed = shell.run("secret", "create", "hezuo", "--asymmetric").stdout.strip()

    (private,) = keys_of(file_of(shell).read_text(encoding="utf-8"))
    assert (private.text[:5], private.public_key.text) == ("whsk_", printed)


def test_nobody_else_can_read_a_secret(shell):
    shell.run("secret", "create", "hezuo")

    assert (mode(file_of(shell)), mode(file_of(shell).parent)) == ("0o600", "0o700")


def test_programs_get_what_the_partner_gets(shell):
    shared = json.loads(shell.run("secret", "create", "hezuo", "--json").stdout)
    pair = json.loads(shell.run("secret", "create", "yunfeng", "--asymmetric", "--json").stdout)

    assert shared == {"name": "hezuo", "kind": "symmetric", "keys": 1, "secret": keys_in(shell)[0]}
    assert (pair["kind"], pair["public_key"][:5], "secret" in pair) == ("asymmetric", "whpk_", False)


def test_a_secret_that_is_there_is_not_overwritten(shell):
    shell.secret("hezuo")

    result = shell.run("secret", "create", "hezuo")

    said = "there is a secret hezuo already; for a new key beside the old one: syndicate secret rotate hezuo\n"
    assert (result.exit_code, result.stdout, result.stderr) == (1, "", said)
    assert keys_in(shell) == [SET]


@pytest.mark.parametrize("command", ["create", "rotate", "retire"])
def test_a_secret_that_the_environment_sets_is_changed_there(shell, monkeypatch, command):
    monkeypatch.setenv("SYNDICATE_SECRET_YUN_FENG", SET)

    result = shell.run("secret", command, "yun-feng")

    said = "secret yun-feng is set by SYNDICATE_SECRET_YUN_FENG: change it there\n"
    assert (result.exit_code, result.stderr, file_of(shell).parent.exists()) == (1, said, False)


@pytest.mark.parametrize("name", ["../hezuo", "Hezuo", "", ".hezuo", "合作"])
def test_a_name_that_no_destination_could_use_is_wrong_usage(shell, name):
    result = shell.run("secret", "create", name)

    assert (result.exit_code, file_of(shell).parent.exists()) == (2, False)


def test_a_new_secret_makes_a_destination_ready(shell):
    shell.configure("partners/yunfeng.toml", a_partner_file("云峰网", url=NOBODY_LISTENS, secret="yunfeng"))
    before = shell.run("check").exit_code

    shell.run("secret", "create", "yunfeng", "--asymmetric")

    assert (before, shell.run("check").exit_code) == (1, 0)


# rotate


def test_a_new_key_stands_before_the_old_one(shell):
    shell.secret("hezuo")

    printed = shell.run("secret", "rotate", "hezuo").stdout.strip()

    assert keys_in(shell) == [printed, SET]


def test_a_new_key_is_of_the_newest_ones_kind(shell):
    shell.run("secret", "create", "hezuo", "--asymmetric")
    shell.run("secret", "rotate", "hezuo")

    assert [text[:5] for text in keys_in(shell)] == ["whsk_", "whsk_"]


def test_the_kind_can_change_in_either_direction(shell):
    shell.secret("hezuo")
    shell.run("secret", "rotate", "hezuo", "--asymmetric")
    shell.run("secret", "rotate", "hezuo", "--symmetric")

    assert [text.partition("_")[0] for text in keys_in(shell)] == ["whsec", "whsk", "whsec"]


def test_rotating_tells_programs_how_many_keys_sign(shell):
    shell.secret("hezuo")

    told = json.loads(shell.run("secret", "rotate", "hezuo", "--json").stdout)

    assert told == {"name": "hezuo", "kind": "symmetric", "keys": 2, "secret": keys_in(shell)[0]}


def test_rotating_says_what_comes_next(shell):
    shell.secret("hezuo")

    said = "2 keys sign now; once the partner checks with this one: syndicate secret retire hezuo\n"
    assert shell.run("secret", "rotate", "hezuo").stderr.endswith(said)


@pytest.mark.parametrize("command", ["rotate", "retire"])
def test_a_secret_that_is_not_set_has_no_keys_to_change(shell, command):
    result = shell.run("secret", command, "hezuo")

    said = "secret hezuo is not set; to make it: syndicate secret create hezuo\n"
    assert (result.exit_code, result.stderr, file_of(shell).parent.exists()) == (1, said, False)


@pytest.mark.parametrize("command", ["rotate", "retire"])
def test_a_secret_that_is_broken_stays_as_it_is(shell, command):
    shell.file("data/secrets/hezuo", b"whsec_YWJj")

    result = shell.run("secret", command, "hezuo")

    said = "secret hezuo: the secret is 3 bytes long; Standard Webhooks asks for 24 to 64\n"
    assert (result.exit_code, result.stdout, result.stderr) == (1, "", said)
    assert file_of(shell).read_bytes() == b"whsec_YWJj"


def test_whoever_could_read_a_secret_still_can_and_nobody_else(shell):
    shell.secret("hezuo")
    worker = 65534 if os.geteuid() == 0 else os.geteuid()
    os.chown(file_of(shell), worker, -1)
    file_of(shell).chmod(0o644)

    shell.run("secret", "rotate", "hezuo")

    assert (file_of(shell).stat().st_uid, mode(file_of(shell))) == (worker, "0o640")


def test_a_new_secret_belongs_to_whom_the_folder_belongs(shell):
    shell.file("data/some", b"")
    worker = 65534 if os.geteuid() == 0 else os.geteuid()
    os.chown(shell.folder / "data", worker, -1)

    shell.run("secret", "create", "hezuo")

    assert (file_of(shell).parent.stat().st_uid, file_of(shell).stat().st_uid) == (worker, worker)


def test_a_rotation_that_fails_leaves_the_old_key_and_nothing_beside_it(shell, monkeypatch):
    shell.secret("hezuo")

    def full(descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    result = shell.run("secret", "rotate", "hezuo")

    assert (result.exit_code, result.stdout, keys_in(shell)) == (1, "", [SET])
    assert [file.name for file in file_of(shell).parent.iterdir()] == ["hezuo"]


def test_a_rotation_that_another_one_overtook_loses_no_key(shell, monkeypatch):
    shell.secret("hezuo")
    overtaking = []

    def waits(descriptor, operation):
        monkeypatch.setattr("fcntl.flock", flock)
        overtaking.append(shell.run("secret", "rotate", "hezuo").stdout.strip())
        flock(descriptor, operation)

    monkeypatch.setattr("fcntl.flock", waits)
    printed = shell.run("secret", "rotate", "hezuo").stdout.strip()

    (overtook,) = overtaking
    assert keys_in(shell) == [printed, overtook, SET]


# retire


def test_only_the_newest_key_is_left(shell):
    shell.secret("hezuo")
    newest = shell.run("secret", "rotate", "hezuo").stdout.strip()

    result = shell.run("secret", "retire", "hezuo")

    assert (result.exit_code, keys_in(shell)) == (0, [newest])
    assert result.stderr == "old keys retired: 1; the newest signs alone\n"


def test_retiring_tells_programs_how_many_went(shell):
    shell.secret("hezuo")
    shell.run("secret", "rotate", "hezuo", "--asymmetric")

    told = json.loads(shell.run("secret", "retire", "hezuo", "--json").stdout)

    assert told == {"name": "hezuo", "kind": "asymmetric", "keys": 1, "retired": 1}


def test_a_key_that_is_alone_stays(shell):
    shell.secret("hezuo")

    result = shell.run("secret", "retire", "hezuo")

    assert (result.exit_code, result.stderr, keys_in(shell)) == (0, "there is only one key: it stays\n", [SET])


# list


def test_the_list_tells_who_uses_which_keys_from_where(shell, monkeypatch):
    shell.configure("partners/yunfeng.toml", a_partner_file("云峰网", url=NOBODY_LISTENS, secret="shared"))
    shell.configure("partners/songtao.toml", a_partner_file("松涛网", url=NOBODY_LISTENS, secret="shared"))
    shell.configure("partners/heyuan.toml", a_partner_file("河源网", url=NOBODY_LISTENS, secret="missing"))
    monkeypatch.setenv("SYNDICATE_SECRET_SHARED", SET)
    public = shell.run("secret", "create", "unused", "--asymmetric").stdout.strip()
    shell.run("secret", "rotate", "unused", "--symmetric")

    assert listed(shell) == {
        "missing": {
            "name": "missing",
            "kinds": [],
            "keys": 0,
            "set_by": "nobody",
            "used_by": ["heyuan/push"],
            "public_keys": [],
            "wrong": "secret missing is not set",
        },
        "shared": {
            "name": "shared",
            "kinds": ["symmetric"],
            "keys": 1,
            "set_by": "environment",
            "used_by": ["songtao/push", "yunfeng/push"],
            "public_keys": [],
            "wrong": "",
        },
        "unused": {
            "name": "unused",
            "kinds": ["symmetric", "asymmetric"],
            "keys": 2,
            "set_by": "file",
            "used_by": [],
            "public_keys": [public],
            "wrong": "",
        },
    }


def test_the_list_shows_public_keys_whole_and_no_secret(shell):
    shared = shell.run("secret", "create", "hezuo").stdout.strip()
    public = shell.run("secret", "rotate", "hezuo", "--asymmetric").stdout.strip()
    (private, _) = keys_in(shell)

    told = shell.run("secret", "list").stdout + shell.run("secret", "list", "--json").stdout

    assert f"hezuo: {public}\n" in told
    assert [secret for secret in (shared, private) if secret.partition("_")[2][:16] in told] == []


def test_a_broken_secret_is_listed_with_what_is_wrong_and_without_its_text(shell):
    shell.file("data/secrets/hezuo", b"whsec_YWJj")

    told = listed(shell)["hezuo"]

    assert told["wrong"] == "secret hezuo: the secret is 3 bytes long; Standard Webhooks asks for 24 to 64"
    assert "YWJj" not in json.dumps(told)


def test_what_is_no_secret_in_the_folder_is_not_listed(shell):
    shell.secret("hezuo")
    shell.file("data/secrets/.hezuo.swp", b"")

    assert list(listed(shell)) == ["hezuo"]


def test_without_any_secret_the_list_is_empty(shell):
    result = shell.run("secret", "list", "--json")

    assert (result.exit_code, result.stdout) == (0, "")
