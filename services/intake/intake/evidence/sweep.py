"""Removes files that are nobody's: uploads given up, and what a crash left between a file and its case."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

from chassis.clock import Clock
from chassis.repeating import repeat
from chassis.telemetry.logs import get_logger
from intake.case.store import CaseStore
from intake.evidence.store import File, FileStore

SWEEP_EVERY: Final = timedelta(minutes=10)
# Behind its last hour a file is found by nobody, and no request that found it before is still writing its case.
SWEPT_AFTER: Final = timedelta(hours=1)
# By then a case, or a register's entry, lists what was kept for it; an import of a register takes hours at most.
LISTED_WITHIN: Final = timedelta(hours=24)

_log = get_logger(__name__)

# Whether a case, or what else files are kept for, lists the file.
IsListed = Callable[[File], Awaitable[bool]]


def listed_in_case(cases: CaseStore) -> IsListed:
    async def is_listed(file: File) -> bool:
        case = await cases.by_id(file.case_id)
        return case is not None and file.evidence_id in case.evidence

    return is_listed


@dataclass(frozen=True, slots=True)
class Swept:
    """How many were removed: uploads that never became whole or were given up, orphans that were kept and that nothing
    lists, and files of which a crash had left parts alone. `doubted` are orphans found now: they go an hour later.
    """

    uploads: int = 0
    orphans: int = 0
    loose: int = 0
    doubted: int = 0


@dataclass(frozen=True, slots=True)
class EvidenceSweep:
    """`listed`: who may list a file; one that says so is enough."""

    files: FileStore
    listed: Sequence[IsListed]
    clock: Clock

    async def run(self) -> None:
        """Sweep for ever."""

        async def act() -> None:
            swept = await self.sweep()
            if swept != Swept():
                _log.info("evidence_swept", uploads=swept.uploads, orphans=swept.orphans, doubted=swept.doubted)

        await repeat(act, SWEEP_EVERY, _log, "evidence_not_swept")

    async def sweep(self) -> Swept:
        """What has become due since the last sweep; it asks about each kept file once."""
        return await self._expire(await self._doubt(LISTED_WITHIN, dry=False, every=False), dry=False)

    async def sweep_all(self, older_than: timedelta = LISTED_WITHIN, *, dry: bool = False) -> Swept:
        """All that is kept, which takes a look at each file and part there is. With `dry` nothing is changed."""
        swept = await self._expire(await self._doubt(older_than, dry=dry, every=True), dry=dry)
        loose = 0
        async for evidence_id in self.files.loose_parts(self.clock.now() - max(older_than, SWEPT_AFTER)):
            loose += 1
            if not dry:
                await self.files.remove_parts(evidence_id)
        return replace(swept, loose=loose)

    async def _doubt(self, older_than: timedelta, *, dry: bool, every: bool) -> Swept:
        """What nothing lists expires now, and goes with the uploads after their hour: who lists it meanwhile, in a
        request that is under way, finds it still there.
        """
        now, doubted = self.clock.now(), 0
        async for file in self.files.unsettled(now - older_than, every=every):
            if not await self._is_listed(file):
                doubted += 1
                if not dry:
                    await self.files.doubt(file, now)
            elif file.kept_at is not None and not dry:
                await self.files.settle(file)
        return Swept(doubted=doubted)

    async def _expire(self, swept: Swept, *, dry: bool) -> Swept:
        by, uploads, orphans = self.clock.now() - SWEPT_AFTER, 0, 0
        async for file in self.files.expired(by):
            if await self._is_listed(file):
                if not dry:
                    await self.files.settle(file)
            elif dry or await self.files.remove_expired(file, by):
                orphans += file.kept_at is not None
                uploads += file.kept_at is None
        return replace(swept, uploads=uploads, orphans=orphans)

    async def _is_listed(self, file: File) -> bool:
        for is_listed in self.listed:
            if await is_listed(file):
                return True
        return False
