"""Follows the log and the provider while the demo runs: the live table's counts, and the evidence at the end."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

import httpx

from event_schemas import CertificateIssued, SLABreached, SLAClockStopped
from janseva_local.demo.decisions import decided
from janseva_local.demo.evidence import Evidence, Gatherer, Seen, marks, read_events
from janseva_local.demo.findings import distinct
from janseva_local.demo.tally import Tally


class Watcher:
    def __init__(self, bootstrap: str, provider: str, http: httpx.AsyncClient, since: datetime, tally: Tally) -> None:
        self._bootstrap = bootstrap
        self._provider = provider
        self._http = http
        self._since = since
        self._tally = tally
        self._gatherer: Gatherer | None = None
        self._earlier: Sequence[Seen] = ()

    async def begin(self) -> None:
        """Messages about what happened before may still be on their way: they are no part of the run."""
        start = await marks(self._bootstrap)
        self._earlier, _ = await read_events(self._bootstrap, {}, start)
        self._gatherer = Gatherer(self._bootstrap, start, self._provider, self._http, self._since)

    async def look(self) -> Evidence:
        """Everything since the beginning, and the table's counts brought up to it."""
        assert self._gatherer is not None, "begin comes first"
        evidence = replace(await self._gatherer.look(), earlier=self._earlier)
        counts = self._tally.counts
        ended: Counter[str] = Counter()
        breached: set[tuple[str, str]] = set()
        for seen in distinct(evidence.events):
            data = seen.envelope.data
            if isinstance(data, SLAClockStopped) and str(data.state) != "breached":
                ended[str(data.state)] += 1
            elif isinstance(data, SLABreached):
                breached.add((data.case_id, data.clock_id))
            elif isinstance(data, CertificateIssued):
                ended["certificates"] += 1
        counts["met"], counts["cancelled"] = ended["met"], ended["cancelled"]
        counts["breached"], counts["certificates"] = len(breached), ended["certificates"]
        counts["notified"] = len(evidence.messages)
        why = decided(evidence.events)
        self._tally.reasons, self._tally.doubts = why.reasons, why.doubts
        counts["acknowledged"] = counts["acknowledge"]
        return evidence
