"""The snapshot in force. Readers ask for it each time; a switch replaces it whole."""

from routing.directory import Directory, PostDetails, build_directory
from routing.domain import Snapshot
from routing.metrics import RoutingMetrics
from routing.search import SearchIndex


class Live:
    def __init__(self, snapshot: Snapshot, metrics: RoutingMetrics, *, dev_phones: bool) -> None:
        self._metrics = metrics
        self._dev_phones = dev_phones
        self._details: dict[str, PostDetails] = {}
        self._snapshot = snapshot
        self._directory = Directory()
        self._search = SearchIndex(())
        self._set(snapshot)

    @property
    def snapshot(self) -> Snapshot:
        return self._snapshot

    @property
    def directory(self) -> Directory:
        return self._directory

    @property
    def search(self) -> SearchIndex:
        return self._search

    @property
    def details(self) -> dict[str, PostDetails]:
        """What was imported about posts."""
        return self._details

    def current(self) -> Snapshot:
        return self._snapshot

    def switch(self, snapshot: Snapshot) -> None:
        """From the next read on, this version decides. A batch under way ends with the one it began with."""
        self._metrics.boundary_version.labels(self._snapshot.version).set(0)
        self._set(snapshot)

    def update_posts(self, details: dict[str, PostDetails]) -> None:
        self._details = details
        self._directory = build_directory(self._snapshot, details, dev_phones=self._dev_phones)

    def _set(self, snapshot: Snapshot) -> None:
        self._directory = build_directory(snapshot, self._details, dev_phones=self._dev_phones)
        self._search = SearchIndex(snapshot.dataset.stations)
        self._snapshot = snapshot
        self._metrics.boundary_version.labels(snapshot.version).set(1)
