"""sla-monitor's commands without their servers or with a wrong setting: one sentence, a status, no traceback."""

import asyncio
import os
import sys

import pytest

from janseva_local.ports import free_port


async def run(*command: str, **environment: str) -> tuple[int | None, str, str]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "sla_monitor", *command),
        env=os.environ | environment,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await process.communicate()
    return process.returncode, out.decode(), err.decode()


@pytest.mark.parametrize(
    ("command", "setting"),
    [
        (("audit", "--log-only"), "KAFKA_BOOTSTRAP"),
        (("lost-events", "--lane", "routine"), "KAFKA_BOOTSTRAP"),
        (("lost-events", "--lane", "routine", "--history"), "MONGO_URI"),
    ],
    ids=["audit", "lost-events", "history"],
)
async def test_a_server_that_is_away_is_named_by_its_setting(command: tuple[str, ...], setting: str) -> None:
    """Status 1; nothing of the client's own log beside the sentence."""
    mongo_uri = f"mongodb://127.0.0.1:{free_port()}/?serverSelectionTimeoutMS=300"
    status, out, err = await run(*command, KAFKA_BOOTSTRAP=f"127.0.0.1:{free_port()}", MONGO_URI=mongo_uri)
    assert (status, out, err.count("\n")) == (1, "", 1), err
    assert err.startswith("not done: ")
    assert setting in err


@pytest.mark.parametrize("command", [("audit",), ("lost-events", "--lane", "routine")], ids=["audit", "lost-events"])
async def test_a_wrong_setting_is_named_and_its_value_is_not(command: tuple[str, ...]) -> None:
    """Status 2, as a service that does not start."""
    status, out, err = await run(*command, HTTP_PORT="8o8o")
    assert (status, out, err.count("\n")) == (2, "", 1), err
    assert err.startswith("not done: HTTP_PORT: ")
    assert "8o8o" not in err


async def test_policies_that_are_not_there_are_one_sentence_to_every_command() -> None:
    """The worker and the ledger do not start either."""
    for command in (("policies", "check", "/nope.yaml"), ("worker", "--lane", "routine"), ("ledger",)):
        status, out, err = await run(*command, POLICIES_FILE="/nope.yaml")
        assert (status, out) == (1 if command[0] == "policies" else 2, "")
        assert err.splitlines()[-1].startswith("/nope.yaml: ")
        assert "Traceback" not in err
