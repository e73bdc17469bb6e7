"""The snapshot in force, with what is derived from it. Readers ask for it each time; a switch replaces it whole."""

import gc
from collections.abc import Mapping
from dataclasses import dataclass

from routing.directory import Directory, PostDetails, build_directory
from routing.domain import Snapshot
from routing.metrics import RoutingMetrics
from routing.search import SearchIndex


@dataclass(frozen=True, slots=True)
class Prepared:
    """A version ready to be put in force. To make one takes a moment of processor: do it in a thread."""

    snapshot: Snapshot
    directory: Directory
    search: SearchIndex
    details: Mapping[str, PostDetails]


class Live:
    def __init__(self, snapshot: Snapshot, metrics: RoutingMetrics, *, dev_phones: bool) -> None:
        self._metrics = metrics
        self._dev_phones = dev_phones
        self._now = self.prepare(snapshot, {})
        self._metrics.boundary_version.labels(snapshot.version).set(1)

    @property
    def snapshot(self) -> Snapshot:
        return self._now.snapshot

    @property
    def directory(self) -> Directory:
        return self._now.directory

    @property
    def search(self) -> SearchIndex:
        return self._now.search

    @property
    def details(self) -> Mapping[str, PostDetails]:
        """What was imported about posts."""
        return self._now.details

    def current(self) -> Snapshot:
        return self._now.snapshot

    def prepare(self, snapshot: Snapshot, details: Mapping[str, PostDetails]) -> Prepared:
        """All that a switch needs. Changes nothing, and may run in any thread."""
        directory = build_directory(snapshot, details, dev_phones=self._dev_phones)
        return Prepared(snapshot, directory, SearchIndex.of_version(snapshot.dataset), details)

    def prepare_posts(self, details: Mapping[str, PostDetails]) -> Prepared:
        """The version in force with other details of its posts."""
        now = self._now
        directory = build_directory(now.snapshot, details, dev_phones=self._dev_phones)
        return Prepared(now.snapshot, directory, now.search, details)

    def switch(self, prepared: Prepared) -> None:
        """From the next read on, this decides. A batch under way ends with the version it began with."""
        self._metrics.boundary_version.labels(self._now.snapshot.version).set(0)
        self._now = prepared
        # The new version is as long-lived as the first; the old one goes with its last reader, collector or not.
        gc.freeze()
        self._metrics.boundary_version.labels(prepared.snapshot.version).set(1)

    def show_unusable(self, *, unusable: bool) -> None:
        """Whether the version that should be in force can't be used, so that this one decides in its place."""
        self._metrics.version_unusable.set(unusable)
