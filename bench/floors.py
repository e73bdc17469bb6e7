"""An intake benchmark beside its floor: the bare handlers as a process of their own, and the table of both."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import bson
from pymongo import AsyncMongoClient

from bench.load import Outcome
from bench.report import median, percentile, show
from janseva_local.ports import free_port
from janseva_local.process import ChildProcess


@asynccontextmanager
async def floor(mongo_uri: str, folder: Path, case: Mapping[str, Any]) -> AsyncIterator[str]:
    """The address of the bare handlers' complaints; `case` says which of intake's documents they insert."""
    document = folder / "case.bson"
    client: AsyncMongoClient[dict[str, Any]] = AsyncMongoClient(mongo_uri)
    found = await client["janseva_intake"]["cases"].find_one(case)
    await client.close()
    assert found is not None
    document.write_bytes(bson.encode(found))
    settings = {"MONGO_URI": mongo_uri, "FLOOR_DOCUMENT": str(document)}
    async with bare_handlers("bench.floor_app:create_app", folder, **settings) as url:
        yield f"{url}/v1/complaints"


@asynccontextmanager
async def bare_handlers(factory: str, folder: Path, **settings: str) -> AsyncIterator[str]:
    """An app's process of its own, and its address."""
    port = free_port()
    command = [sys.executable, "-m", "uvicorn", "--factory", factory, "--port", str(port), "--no-access-log"]
    env = {**os.environ, **settings}
    process = ChildProcess("floor", [*command, "--log-level", "warning"], log=folder / "floor.log", env=env)
    process.spawn()
    try:
        await until_listening(port)
        yield f"http://127.0.0.1:{port}"
    finally:
        await process.stop()


async def until_listening(port: int, within: float = 60.0) -> None:
    """TimeoutError if nothing accepts connections there in time."""
    async with asyncio.timeout(within):
        while True:
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
            except ConnectionError:
                await asyncio.sleep(0.1)
            else:
                writer.close()
                return


def report(
    title: str, names: tuple[str, str], pairs: list[tuple[Outcome, Outcome]], target: float, **figures: object
) -> bool:
    """Shows the rounds of (floor, intake); True if the median of their ratios reaches the target and none failed."""
    rates, rows = [], []
    for place, name in enumerate(names):
        runs = [pair[place] for pair in pairs]
        latencies = [latency for run in runs for latency in run.latencies_ms]
        rates.append(median([run.per_second for run in runs]))
        others = sum(run.others.total() for run in runs)
        rows.append([name, rates[-1], percentile(latencies, 0.5), percentile(latencies, 0.99), others])
    ratios = [ours.per_second / bare.per_second for bare, ours in pairs]
    ratio = median(ratios)
    refused = sum(ours.others.total() for _, ours in pairs)
    rows.append([f"ratio (target {target})", ratio, "", "", ""])
    show(
        f"{title}, median of {len(pairs)} rounds",
        ["", "per second", "p50 ms", "p99 ms", "failed"],
        rows,
        ratio=round(ratio, 3),
        ratios=[round(value, 3) for value in ratios],
        target=target,
        floor_per_s=round(rates[0]),
        intake_per_s=round(rates[1]),
        others=[dict(ours.others) for _, ours in pairs],
        **figures,
    )
    return ratio >= target and refused == 0
