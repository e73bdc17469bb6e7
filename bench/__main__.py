"""`python -m bench [NAME ...]`: the benchmarks, each a table and a JSON line; status 1 if a target is missed."""

import argparse
import asyncio
import sys
from collections.abc import Callable, Coroutine

from bench import (
    end_to_end,
    enumeration,
    evidence,
    inbox,
    intake,
    registers,
    routing_accuracy,
    routing_speed,
    routing_swap,
    routing_topic,
    sla_failover,
    sla_lanes,
    sla_million,
    sla_proof,
    sla_store,
    sla_throughput,
    status,
)

BENCHMARKS: dict[str, Callable[[], Coroutine[None, None, bool]]] = {
    "intake": intake.run,
    "largest-form": intake.run_largest,
    "status": status.run,
    "enumeration-time": enumeration.run,
    "end-to-end": end_to_end.run,
    "evidence": evidence.run,
    "inbox": inbox.run,
    "registers": registers.run,
    "routing-accuracy": routing_accuracy.run,
    "routing-speed": routing_speed.run,
    "routing-swap": routing_swap.run,
    "routing-topic": routing_topic.run,
    "sla-throughput": sla_throughput.run,
    "sla-million": sla_million.run,
    "sla-failover": sla_failover.run,
    "sla-lanes": sla_lanes.run,
    "sla-proof": sla_proof.run,
    "sla-store": sla_store.run,
}


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument(
        "names",
        nargs="*",
        metavar="NAME",
        help=f"one of: {', '.join(BENCHMARKS)}; or a family: routing, sla (default: all)",
    )
    asked = parser.parse_args().names or list(BENCHMARKS)
    for name in asked:
        if not _named(name):
            parser.error(f"no benchmark {name!r}; there are {', '.join(BENCHMARKS)}")
    missed = [name for one in asked for name in _named(one) if not asyncio.run(BENCHMARKS[name]())]
    if missed:
        print(f"target missed: {', '.join(missed)}", file=sys.stderr)
    return 1 if missed else 0


def _named(name: str) -> list[str]:
    """The benchmark of that name, or the whole family."""
    return [known for known in BENCHMARKS if known == name or known.startswith(f"{name}-")]


if __name__ == "__main__":
    sys.exit(main())
