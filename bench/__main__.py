"""`python -m bench [NAME ...]`: the benchmarks, each a table and a JSON line; status 1 if a target is missed."""

import argparse
import asyncio
import sys
from collections.abc import Callable, Coroutine

from bench import (
    end_to_end,
    intake,
    routing_accuracy,
    routing_speed,
    routing_swap,
    routing_topic,
    sla_failover,
    sla_lanes,
    sla_million,
    sla_throughput,
)

BENCHMARKS: dict[str, Callable[[], Coroutine[None, None, bool]]] = {
    "intake": intake.run,
    "end-to-end": end_to_end.run,
    "routing-accuracy": routing_accuracy.run,
    "routing-speed": routing_speed.run,
    "routing-swap": routing_swap.run,
    "routing-topic": routing_topic.run,
    "sla-throughput": sla_throughput.run,
    "sla-million": sla_million.run,
    "sla-failover": sla_failover.run,
    "sla-lanes": sla_lanes.run,
}


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"one of: {', '.join(BENCHMARKS)} (default: all)")
    names = parser.parse_args().names or list(BENCHMARKS)
    unknown = [name for name in names if name not in BENCHMARKS]
    if unknown:
        parser.error(f"no benchmark {unknown[0]!r}; there are {', '.join(BENCHMARKS)}")
    missed = [name for name in names if not asyncio.run(BENCHMARKS[name]())]
    if missed:
        print(f"target missed: {', '.join(missed)}", file=sys.stderr)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
