"""Who may ask, by shell? `token`: shown once, alone; listed without its secret; taken back."""

import json

import pytest

from syndicate.web.tokens import recognise
from tests.fakes.cli_newsroom import a_partner_file, a_shell


@pytest.fixture
def shell(tmp_path, monkeypatch):
    for shell in a_shell(tmp_path, monkeypatch):
        shell.configure("partners/yunfeng.toml", a_partner_file("云峰网"))
        shell.run("ledger", "upgrade")
        yield shell


def holder(shell, token):
    system = shell.open()
    found = recognise(system.ledger, token, now=system.clock())
    system.close()
    return found


def created(shell, *more):
    return shell.run("token", "create", "采编系统", "--scope", "events:write", *more).stdout.strip()


def test_the_token_stands_alone_on_standard_output_and_opens_its_scope(shell):
    token = created(shell)

    found = holder(shell, token)

    assert (found.name, found.scopes) == ("采编系统", {"events:write"})


def test_a_partners_token_is_bound_to_the_partner(shell):
    result = shell.run("token", "create", "云峰网", "--scope", "feeds:read", "--partner", "yunfeng", "--json")

    assert holder(shell, json.loads(result.stdout)["token"]).partner_id == "yunfeng"


def test_a_token_may_have_several_scopes(shell):
    result = shell.run(
        *("token", "create", "总台", "--scope", "events:write", "--scope", "feeds:read", "--partner", "yunfeng")
    )

    assert holder(shell, result.stdout.strip()).scopes == {"events:write", "feeds:read"}


def test_a_scope_that_nobody_knows_is_refused_with_those_there_are(shell):
    result = shell.run("token", "create", "采编系统", "--scope", "everything")

    said = "scopes: 'everything' is not a scope; there are events:write, feeds:read\n"
    assert (result.exit_code, result.stdout, result.stderr) == (1, "", said)


def test_a_token_for_a_partner_that_is_not_there_is_refused(shell):
    result = shell.run("token", "create", "某网", "--scope", "feeds:read", "--partner", "moumou")

    said = "there is no partner 'moumou'; in the configuration there is: yunfeng\n"
    assert (result.exit_code, result.stderr) == (1, said)


def test_a_token_without_a_scope_is_wrong_usage(shell):
    assert shell.run("token", "create", "采编系统").exit_code == 2


def test_the_list_names_the_token_and_not_its_secret(shell):
    token = created(shell)

    listed = shell.run("token", "list").stdout

    assert ("采编系统" in listed, token.split("_")[1] in listed, token.split("_", 2)[2] in listed) == (
        True,
        True,
        False,
    )


def test_the_list_for_programs_has_no_hash_either(shell):
    created(shell)

    assert set(json.loads(shell.run("token", "list", "--json").stdout)) == {
        *("id", "name", "scopes", "partner_id", "created_at", "revoked_at", "ends_at", "successor")
    }


def test_a_token_that_was_taken_back_opens_nothing(shell):
    token = created(shell)

    result = shell.run("token", "revoke", token.split("_")[1])

    assert (result.exit_code, holder(shell, token)) == (0, None)


def test_taking_back_twice_is_harmless_and_says_so(shell):
    token_id = created(shell).split("_")[1]
    shell.run("token", "revoke", token_id)

    result = shell.run("token", "revoke", token_id)

    assert (result.exit_code, "was taken back before" in result.stderr) == (0, True)


def test_taking_back_a_token_that_is_not_there_is_an_error(shell):
    result = shell.run("token", "revoke", "0000000000000000")

    assert (result.exit_code, "there is no token '0000000000000000'" in result.stderr) == (1, True)


def test_a_rotated_token_has_a_successor_that_stands_alone_on_standard_output(shell):
    old = created(shell)

    result = shell.run("token", "rotate", old.split("_")[1], "--overlap", "12h")

    new = result.stdout.strip()
    assert (holder(shell, old).name, holder(shell, new).name, old == new) == ("采编系统", "采编系统", False)
    assert "ends at" in result.stderr


def test_without_an_overlap_the_old_one_opens_nothing_at_once(shell):
    old = created(shell)

    shell.run("token", "rotate", old.split("_")[1], "--overlap", "0")

    assert holder(shell, old) is None


def test_the_list_says_when_a_token_ends_and_which_one_takes_its_place(shell):
    old = created(shell)
    new = shell.run("token", "rotate", old.split("_")[1], "--json")

    rows = {row["id"]: row for row in map(json.loads, shell.run("token", "list", "--json").stdout.splitlines())}

    told = json.loads(new.stdout)
    assert (rows[told["replaces"]]["successor"], rows[told["replaces"]]["ends_at"]) == (told["id"], told["old_ends_at"])
    assert told["id"] in shell.run("token", "list").stdout.replace("\n", "")


@pytest.mark.parametrize("overlap", ["week", "7", "-1d", "91d", "7d7d"])
def test_an_overlap_that_is_no_time_is_refused(shell, overlap):
    assert shell.run("token", "rotate", created(shell).split("_")[1], f"--overlap={overlap}").exit_code != 0


def test_rotating_a_token_that_is_not_there_is_an_error(shell):
    result = shell.run("token", "rotate", "0000000000000000")

    assert (result.exit_code, "there is no token '0000000000000000'" in result.stderr) == (1, True)
