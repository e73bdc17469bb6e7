"""What is filed while a worker is being assigned its partitions is not lost."""

import asyncio
from pathlib import Path

from event_schemas import Envelope, SLAClockStarted
from tests.integration.sla_worker import open_bench
from tests.integration.test_sla_worker import filed

RESTARTS = 4
EVERY_S = 0.02


async def test_sla_nothing_is_lost_while_a_worker_comes_up(kafka_bootstrap: str, tmp_path: Path) -> None:
    """Filings keep coming while the worker is killed and started again, several times: each gets its clock, once."""
    async with open_bench(kafka_bootstrap, tmp_path, target_s=600) as bench:
        cases: list[str] = []
        done = asyncio.Event()

        async def keep_filing() -> None:
            while not done.is_set():
                batch = [filed() for _ in range(4)]
                await bench.put(*batch)
                cases.extend(one.subject for one in batch)
                await asyncio.sleep(EVERY_S)

        filing = asyncio.create_task(keep_filing())
        for _ in range(RESTARTS):
            async with bench.start_worker(SESSION_TIMEOUT_S="6") as worker:
                await worker.ready()
                await asyncio.sleep(1)
                await worker.kill()
        async with bench.start_worker() as worker:
            await worker.ready()
            await asyncio.sleep(1)
            done.set()
            await filing

            def all_started(emitted: list[Envelope]) -> bool:
                return len({one.subject for one in emitted if isinstance(one.data, SLAClockStarted)}) >= len(cases)

            emitted = await bench.wait_for(all_started, 60)
        started = {one.event_id: one.subject for one in emitted if isinstance(one.data, SLAClockStarted)}
        assert sorted(started.values()) == sorted(cases)
