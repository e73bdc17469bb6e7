"""docs/frontend.md leads from nothing to a tracked complaint: its blocks run as written on the running suite."""

import asyncio
import json
import os
import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from janseva_local.stack import Stack
from tests.texts.readable import DEVANAGARI

ROOT = Path(__file__).resolve().parents[2]
TEXT = (ROOT / "docs" / "frontend.md").read_text(encoding="utf8")
BLOCKS = re.findall(r"^```bash\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)
BETWEEN = "=== next block ==="


async def outputs(blocks: list[str], surroundings: dict[str, str]) -> list[str]:
    """What each block printed, all run by one shell; AssertionError for a command that failed."""
    script = "\n".join(["set -euo pipefail", *(f"{block}\necho; echo '{BETWEEN}'" for block in blocks)])
    process = await asyncio.create_subprocess_exec(
        "bash",
        "-c",
        script,
        env={"PATH": os.environ["PATH"], **surroundings},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        printed, errors = await asyncio.wait_for(process.communicate(), 90)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    assert process.returncode == 0, f"{printed.decode()}\n{errors.decode()}"
    return [part.strip() for part in printed.decode().split(BETWEEN)][:-1]


def json_of(output: str) -> Any:
    return json.loads(output)


@pytest.mark.skipif(shutil.which("curl") is None, reason="the guide is written for curl")
async def test_e2e_the_guide_for_frontends_works_as_written(stack: Stack) -> None:
    """Form, login, filing, tracking by token, ETag and stream, a refusal in Hindi and an emergency."""
    surroundings = {"INTAKE": stack.urls["intake"], "SINK": stack.urls["provider"], "PHONE": "9812300418"}
    answers = await outputs(BLOCKS, surroundings)
    form, status, unchanged, stream, refused, emergency, handed, tip = [output for output in answers if output]
    questions = json_of(form)["attributes"]["properties"].values()
    assert all(DEVANAGARI.search(question["title"]) for question in questions)
    seen = json_of(status)
    assert (seen["status"], bool(seen["station"]["code"])) == ("assigned", True)
    assert all(DEVANAGARI.search(item["text"]) for item in seen["timeline"])
    assert unchanged == "304"
    assert seen["tracking_number"] in stream
    assert stream.startswith(("id:", "event:", "data:", "retry:", ":"))
    (message,) = json_of(tip)["items"]
    assert (message["by"], message["text"]) == ("citizen", "गाड़ी रात दस बजे आती है")
    problem = json_of(refused)
    assert DEVANAGARI.search(problem["title"])
    assert problem["code"]
    assert json_of(emergency)["lane"] == "emergency"
    assert json_of(handed)["lane"] == "emergency"
    assert json_of(handed)["case_id"] != json_of(emergency)["case_id"]


async def test_e2e_a_block_that_fails_is_found() -> None:
    """A call that is refused by the shell ends the run, and the blocks before it are kept apart."""
    assert await outputs(["X=1", 'echo "$X"'], {}) == ["", "1"]
    with pytest.raises(AssertionError):
        await outputs(["echo begun", 'echo "$NOWHERE"'], {})
