"""What the peers did on the same workload, as recorded once beside the project; run again with ANCHORS=1."""

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from janseva_local.folder import ROOT

ANCHORS: Final = ROOT.parent / "shared" / "anchors"
RECORDED: Final = ANCHORS / "results-2026-11-22.jsonl"
NAMES: Final = {
    "a-rocksdb": "Kafka Streams, RocksDB",
    "a-memory": "Kafka Streams, memory",
    "b": "Quix Streams",
    "c": "plain aiokafka loop",
}


def _again(test: str) -> Path:
    """Measure the peers now; needs what the anchors' `run.sh setup` installs, and a broker at BOOTSTRAP."""
    results = ROOT / ".data" / "anchors-now.jsonl"
    results.parent.mkdir(parents=True, exist_ok=True)
    results.unlink(missing_ok=True)
    for peer in NAMES:
        subprocess.run([ANCHORS / "run.sh", peer, test], env={**os.environ, "RESULTS": str(results)}, check=True)
    return results


def figures(anchor_test: str, wanted: Callable[[dict[str, Any]], bool]) -> tuple[str, list[dict[str, Any]]]:
    """(when measured, the last matching result of each peer); empty if the anchors aren't there."""
    if os.environ.get("ANCHORS") == "1":
        when, path = "now", _again(anchor_test)
    elif RECORDED.exists():
        when, path = f"recorded {RECORDED.stem.removeprefix('results-')}, an idle machine", RECORDED
    else:
        return "", []
    found: dict[str, dict[str, Any]] = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        result = json.loads(line)
        if result["impl"] in NAMES and wanted(result):
            found[result["impl"]] = result
    return when, [{**result, "name": f"{NAMES[impl]} ({when})"} for impl, result in sorted(found.items())]
