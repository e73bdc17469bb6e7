"""Where the clocks could live, in memory or in RocksDB: a million entries of the product's own form.

RocksDB comes with `uv pip install rocksdict==0.3.29`; without it there are figures of the memory alone.
"""

import asyncio
import gc
import importlib.util
import json
import re
import resource
import secrets
import sys
import tempfile
import time
from binascii import b2a_base64
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any, Final

from bench.report import show
from bench.sla_driver import setting
from chassis.settings import load_yaml
from event_schemas import ComplaintFiled, Envelope, ids
from event_schemas.policies import DEFAULT_PATH, load
from sla_monitor.domain import engine, record_codec

BATCH: Final = 500
EVENT_ID: Final = re.compile(rb"(?<=\")([A-Za-z0-9+/]{22})(?=\")")
STEP_MS: Final = 1000
# By name: what the figure is; lower is better in each.
FIGURES: Final = {
    "write_us": "write, in batches of 500, µs an entry",
    "read_us": "read, one here and one there, µs",
    "scan_us": "look through all after a restart, µs an entry",
    "back_s": "back after a restart, s (memory: sla-million tells it)",
    "rss_mb": "resident memory more than before, MB",
    "disk_mb": "on disk, MB",
}


async def run() -> bool:
    """True always: it is here to decide by, and has no target."""
    number = int(setting("CLOCKS", 1_000_000))
    kinds = ["memory", *(["rocksdb"] if importlib.util.find_spec("rocksdict") else [])]
    found = {kind: await _measured(kind, number) for kind in kinds}
    floor = found["memory"]
    rows = [
        (text, *(found[kind].get(name, "") for kind in kinds), _ratio(found[kinds[-1]].get(name), floor.get(name)))
        for name, text in FIGURES.items()
    ]
    show(f"sla-store, {number:,} clocks", ("", *kinds, "of memory"), rows, clocks=number, **found)
    return True


def _ratio(value: float | None, floor: float | None) -> float | str:
    return value / floor if value is not None and floor else ""


async def _measured(kind: str, number: int) -> dict[str, float]:
    with tempfile.TemporaryDirectory(prefix="janseva-bench-") as folder:
        found: dict[str, float] = {}
        # The second process finds what the first has written.
        for step in ("fill", "again") if kind == "rocksdb" else ("fill",):
            process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "bench.sla_store", kind, step, str(number), folder, stdout=asyncio.subprocess.PIPE
            )
            out, _ = await process.communicate()
            if process.returncode != 0:
                raise RuntimeError(f"{kind} {step} ended with status {process.returncode}")
            found |= json.loads(out)
        return found


def _entries(number: int) -> Iterator[tuple[bytes, bytes]]:
    """The entry of one running inquiry, with a key, times and an event id of its own each time."""
    policies = load(load_yaml(DEFAULT_PATH))
    first = _filed(ids.new_case_id())
    record, _emitted, wake = engine.apply_waking(None, first, policies)
    assert record is not None
    assert wake is not None
    value, filed_ms = record_codec.dump(record, wake), str(round(first.time.timestamp() * 1000)).encode()
    before, _id, behind = EVENT_ID.split(value)
    for n in range(number):
        later = STEP_MS * n
        moved = before.replace(b"%d" % wake, b"%d" % (wake + later), 1)
        moved = moved.replace(filed_ms, b"%d" % (int(filed_ms) + later))
        yield b"c_%026d" % n, b"".join((moved, b2a_base64(secrets.token_bytes(16))[:22], behind))


def _filed(case_id: str) -> Envelope:
    at = datetime.now(UTC).replace(microsecond=0)
    fields: dict[str, Any] = {"case_id": case_id, "occurred_at": at, "case_seq": 1, "lane": "routine", "channel": "web"}
    fields |= {"tracking_number": "JS-26-0000-0000-0", "service_code": "e-complaint", "language": "hi"}
    data = ComplaintFiled.model_validate({**fields, "district": "Araria"})
    return Envelope(ids.new_event_id(at), data.type, "intake", at, case_id, None, data)


def _fill_memory(number: int) -> dict[str, float]:
    """What the worker does: a dict, and a look at each entry's head."""
    table: dict[bytes, bytes] = {}
    before = _rss_mb()
    write = _timed(_entries(number), table.update)
    rss = _rss_mb() - before
    keys = list(islice(table, 0, None, 7))
    began = time.perf_counter()
    for key in keys:
        table[key]
    read = time.perf_counter() - began
    began = time.perf_counter()
    for value in table.values():
        record_codec.head_of(value)
    scan = time.perf_counter() - began
    return {
        "write_us": write / number * 1e6,
        "read_us": read / len(keys) * 1e6,
        "scan_us": scan / number * 1e6,
        "rss_mb": rss,
    }


def _fill_rocksdb(number: int, folder: Path) -> dict[str, float]:
    from rocksdict import Options, Rdict, WriteBatch  # noqa: PLC0415  only this measurement needs it

    before, database = _rss_mb(), Rdict(str(folder / "clocks"), Options(raw_mode=True))

    def put(batch: list[tuple[bytes, bytes]]) -> None:
        together = WriteBatch(raw_mode=True)
        for key, value in batch:
            together.put(key, value)
        database.write(together)

    write = _timed(_entries(number), put)
    keys = [b"c_%026d" % n for n in range(0, number, 7)]
    began = time.perf_counter()
    for key in keys:
        database[key]
    read = time.perf_counter() - began
    rss = _rss_mb() - before
    database.close()
    disk = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file()) / 2**20
    return {"write_us": write / number * 1e6, "read_us": read / len(keys) * 1e6, "rss_mb": rss, "disk_mb": disk}


def _rocksdb_again(number: int, folder: Path) -> dict[str, float]:
    """Open what is there, and look at each head: deadlines and counts are rebuilt from them."""
    from rocksdict import Options, Rdict  # noqa: PLC0415

    began = time.perf_counter()
    database = Rdict(str(folder / "clocks"), Options(raw_mode=True))
    found = 0
    for value in database.values():
        record_codec.head_of(value)
        found += 1
    seconds = time.perf_counter() - began
    database.close()
    if found != number:
        raise RuntimeError(f"{found} of {number} entries are back")
    return {"scan_us": seconds / number * 1e6, "back_s": seconds}


def _timed(entries: Iterator[tuple[bytes, bytes]], put: Callable[[list[tuple[bytes, bytes]]], object]) -> float:
    """Seconds of the writing alone."""
    spent = 0.0
    while batch := list(islice(entries, BATCH)):
        began = time.perf_counter()
        put(batch)
        spent += time.perf_counter() - began
    return spent


def _rss_mb() -> float:
    gc.collect()
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 2**20


def main() -> int:
    kind, step, number, folder = sys.argv[1], sys.argv[2], int(sys.argv[3]), Path(sys.argv[4])
    if kind == "memory":
        found = _fill_memory(number)
    else:
        found = (_fill_rocksdb if step == "fill" else _rocksdb_again)(number, folder)
    print(json.dumps(found))
    return 0


if __name__ == "__main__":
    sys.exit(main())
