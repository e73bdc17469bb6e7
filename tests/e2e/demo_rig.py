"""Runs the demo as a user does, in a data folder of the test's own."""

import asyncio
import os
import sys
from dataclasses import dataclass
from pathlib import Path

from janseva_local.folder import ROOT


@dataclass(frozen=True, slots=True)
class DemoRun:
    status: int
    output: str
    folder: Path


async def run_demo(folder: Path, *arguments: str, within_s: float = 200.0) -> DemoRun:
    """`make demo` with these arguments; it starts a suite of its own on free ports and stops it again."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "janseva_local.demo", *arguments),
        cwd=ROOT,
        env={**os.environ, "JANSEVA_DATA": str(folder)},
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        async with asyncio.timeout(within_s):
            output, _ = await process.communicate()
    except TimeoutError:
        process.terminate()
        output, _ = await process.communicate()
        raise AssertionError(f"the demo did not end within {within_s} s:\n{output.decode()[-4000:]}") from None
    assert process.returncode is not None
    return DemoRun(process.returncode, output.decode(), folder)
