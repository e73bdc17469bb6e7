"""Runs monitors of the deadline workload as processes and measures them from outside, as the peers' driver does."""

import asyncio
import json
import os
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from aiokafka import AIOKafkaConsumer, TopicPartition

from bench.report import percentile
from bench.sla_workload import PARTITIONS, Topics, filed, now_ms
from janseva_local.servers import KafkaServer

LEAD_MS: Final = 15_000
MAX_WAIT_S: Final = 45.0
CLOCK_TICKS: Final = os.sysconf("SC_CLK_TCK")
OURS: Final = ("-m", "bench.sla_adapter")
FAUST_FLOOR: Final = ("-m", "bench.sla_floors", "faust")
RAW_FLOOR: Final = ("-m", "bench.sla_floors", "raw")


# By topic and partition.
Offsets = dict[tuple[str, int], int]


def setting(name: str, default: float) -> float:
    """A size of the benchmarks, from the environment: SLA_BENCH_<NAME>."""
    return float(os.environ.get(f"SLA_BENCH_{name}", default))


@asynccontextmanager
async def kafka() -> AsyncIterator[str]:
    """KAFKA_BOOTSTRAP's broker, or one of our own that is gone afterwards."""
    given = os.environ.get("KAFKA_BOOTSTRAP")
    if given:
        yield given
        return
    with tempfile.TemporaryDirectory(prefix="janseva-bench-") as folder:
        server = KafkaServer(Path(folder))
        await server.start()
        try:
            yield server.bootstrap
        finally:
            await server.stop()


@dataclass(slots=True)
class Monitor:
    """One process under measurement. ``command`` follows the interpreter; STATS is where it reports."""

    topics: Topics
    folder: Path
    command: tuple[str, ...] = OURS
    instance: int = 0
    env: dict[str, str] = field(default_factory=dict)
    process: asyncio.subprocess.Process | None = None
    started_ms: int = 0
    _starts: int = 0

    @property
    def state_dir(self) -> Path:
        return self.folder / f"state-{self.instance}"

    @property
    def _stats(self) -> Path:
        return self.folder / f"stats-{self.instance}-{self._starts}"

    async def start(self, expect: int = 0) -> None:
        self._starts += 1
        env = {
            **os.environ,
            "BOOTSTRAP": self.topics.bootstrap,
            "CASES": self.topics.cases,
            "BREACHES": self.topics.breaches,
            "APP_ID": self.topics.run_id,
            "INSTANCE": str(self.instance),
            "STATE_DIR": str(self.state_dir),
            "STATS": str(self._stats),
            "EXPECT": str(expect),
            "TICK_MS": "100",
            **self.env,
        }
        self.started_ms = now_ms()
        with (self.folder / f"log-{self.instance}").open("ab") as log:
            self.process = await asyncio.create_subprocess_exec(
                sys.executable, *self.command, env=env, stdout=log, stderr=log
            )

    def stats(self) -> dict[str, Any]:
        try:
            lines = self._stats.read_bytes().split(b"\n")
            found: dict[str, Any] = json.loads(lines[-2])
        except (OSError, IndexError, ValueError):
            return {"processed": 0, "ready": False, "assigned": 0, "parts": {}, "done_ms": 0}
        return found

    async def until(self, what: Callable[[dict[str, Any]], bool], within: float = 600) -> dict[str, Any]:
        deadline = time.monotonic() + within
        while True:
            stats = self.stats()
            if what(stats):
                return stats
            assert self.process is not None
            if self.process.returncode is not None or time.monotonic() > deadline:
                log = (self.folder / f"log-{self.instance}").read_text(errors="replace")[-3000:]
                raise RuntimeError(f"the monitor did not get there; its last stats: {stats}\n{log}")
            await asyncio.sleep(0.1)

    async def ready(self, partitions: int = PARTITIONS) -> None:
        await self.until(lambda stats: stats["ready"] and stats["assigned"] == partitions, within=120)

    def rss_mb(self) -> int:
        return _kilobytes(self._pid, "VmRSS") // 1024

    def peak_mb(self) -> int:
        return _kilobytes(self._pid, "VmHWM") // 1024

    def cpu_s(self) -> float:
        fields = Path(f"/proc/{self._pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / CLOCK_TICKS

    def wipe(self) -> None:
        shutil.rmtree(self.state_dir, ignore_errors=True)

    async def kill(self) -> None:
        if self.process is not None and self.process.returncode is None:
            self.process.send_signal(signal.SIGKILL)
            await self.process.wait()

    @property
    def _pid(self) -> int:
        assert self.process is not None
        return self.process.pid


def _kilobytes(pid: int, name: str) -> int:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return int(next(line.split()[1] for line in lines if line.startswith(f"{name}:")))


@asynccontextmanager
async def monitor(
    topics: Topics, *, command: tuple[str, ...] = OURS, instance: int = 0, **env: str
) -> AsyncIterator[Monitor]:
    with tempfile.TemporaryDirectory(prefix="janseva-bench-") as folder:
        one = Monitor(topics, Path(folder), command, instance, env)
        try:
            yield one
        finally:
            await one.kill()


@dataclass(slots=True)
class Lateness:
    """Of the breaches of some deadlines: the broker's time of the first event minus the due time, in ms."""

    expected: int
    late: list[float]
    doubled_in_log: int
    ids: int
    wrong: int

    @property
    def missed(self) -> int:
        return self.expected - len(self.late)

    @property
    def doubled(self) -> int:
        """More than one breach of a deadline, once equal ids are folded."""
        return self.ids - len(self.late)

    def figures(self) -> dict[str, Any]:
        spread = {name: percentile(self.late, share) for name, share in (("p50_ms", 0.5), ("p99_ms", 0.99))}
        counts = {"missed": self.missed, "doubled": self.doubled, "doubled_in_log": self.doubled_in_log}
        return {**spread, "max_ms": max(self.late, default=float("nan")), **counts, "wrong": self.wrong}


async def deadlines(topics: Topics, number: int, spread_s: float, series: str = "D") -> tuple[dict[str, int], int]:
    """File cases that fall due one after the other, from LEAD_MS after now on. Returns due times by case, and T0."""
    base = now_ms() + LEAD_MS
    due = {f"{series}{n:09d}": base + int(n * spread_s * 1000 / number) for n in range(number)}
    now = now_ms()
    await topics.put(filed(case, n, now, at) for n, (case, at) in enumerate(due.items()))
    return due, base


async def breaches(topics: Topics, due: dict[str, int], start: Offsets | None = None) -> Lateness:
    """Read what was emitted since the start, until all is there and some time has passed, or nothing more comes."""
    consumer = AIOKafkaConsumer(bootstrap_servers=topics.bootstrap, enable_auto_commit=False)
    await consumer.start()
    first: dict[str, float] = {}
    seen: set[str] = set()
    doubled = wrong = 0
    last = time.monotonic()
    end_s = max(due.values()) / 1000
    try:
        places = [TopicPartition(topics.breaches, n) for n in range(PARTITIONS)]
        consumer.assign(places)
        for place in places:
            consumer.seek(place, (start or {}).get((place.topic, place.partition), 0))
        while True:
            for messages in (await consumer.getmany(timeout_ms=500)).values():
                for message in messages:
                    breach, case = json.loads(message.value), message.key.decode()
                    if due.get(case) != breach["due_at"]:
                        wrong += 1
                        continue
                    doubled += case in first
                    seen.add(breach["breach_id"])
                    first.setdefault(case, message.timestamp - due[case])
                    last = time.monotonic()
            quiet = time.monotonic() - last
            if time.time() > end_s + 3 and (quiet > MAX_WAIT_S or (len(first) == len(due) and quiet > 3)):
                return Lateness(len(due), sorted(first.values()), doubled, len(seen), wrong)
    finally:
        await consumer.stop()
