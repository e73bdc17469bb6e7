"""Python's collector of reference cycles, for processes whose data lives long."""

import gc
from typing import Final

# Objects that came and stayed: several batches' worth, or some hundred requests in flight.
COLLECT_AFTER: Final = 50_000


def spare_the_collector() -> None:
    """Take what is there for good out of its sight, and let it look at the rest more rarely.

    To look through a service's classes, schemas and reference data is a pause of some 50 ms each time; what a request
    or a batch makes is gone by its end without it, yet at the usual 700 objects it goes through each several times.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(COLLECT_AFTER, 20, 20)
