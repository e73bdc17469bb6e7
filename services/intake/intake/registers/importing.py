"""A CSV becomes entries of a register; each row that can't is reported, with where it stands and why."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, Final

from chassis.clock import Clock
from chassis.http.problems import FieldError
from chassis.importing.cells import clean_code, yes_or_no
from chassis.importing.dates import UnreadableDate, read_day
from chassis.importing.report import Report
from chassis.importing.spelt import fault_of, tidy
from chassis.importing.table import Columns, Row, read_table
from event_schemas.times import whole_ms
from intake.offices.domain import NoOffices, Offices
from intake.registers import domain
from intake.registers.domain import ADDED, Draft
from intake.registers.kinds import Registers
from intake.registers.model import Change, Entry, Kind, Source
from intake.registers.photos import MOST_BYTES, NotAPicture, Photos
from intake.registers.store import EntryStore

# Columns of every register besides its own fields.
SHARED: Final = ("station", "district", "since", "ends_on", "source", "source_number", "source_date", "photo")
NEEDED: Final = ("district", "since", "source", "source_date")
BATCH: Final = 1_000
LONGEST_CELL: Final = 2_000
BY: Final = "import"


@dataclass(frozen=True, slots=True)
class Imported:
    """How many rows there were, and how many became entries, or would have."""

    rows: int
    accepted: int


@dataclass(slots=True)
class RegisterImport:
    """`by_post` answers for the entries. With `dry` nothing is written. `photos` is None where none can be kept."""

    registers: Registers
    kind: Kind
    entries: EntryStore
    clock: Clock
    report: Report
    by_post: str
    photos: Photos | None = None
    dry: bool = False
    offices: Offices = field(default_factory=NoOffices)
    progress: Callable[[int, int], None] = lambda _done, _of: None
    _seen: dict[str, str] = field(default_factory=dict)

    async def run(self, path: Path) -> Imported:
        """ImportRefused for a file that is no table of this register."""
        rows = await asyncio.to_thread(read_table, path, columns_of(self.kind), needed_of(self.kind), self.report)
        accepted = 0
        async for batch in self._batches(rows, path.parent):
            known = frozenset() if self.dry else await self.entries.add_all([entry for _, entry in batch])
            for where, entry in batch:
                if entry.entry_id in known:
                    self.report.reject("already_there", where, "an entry of this office, paper and name is in force")
                    if entry.photo is not None and self.photos is not None:
                        await self.photos.remove(entry.photo)
            accepted += len(batch) - len(known)
        self.report.figures |= {"rows": len(rows), "entries accepted": accepted}
        return Imported(len(rows), accepted)

    async def _batches(self, rows: list[tuple[str, Row]], folder: Path) -> AsyncIterator[list[tuple[str, Entry]]]:
        batch: list[tuple[str, Entry]] = []
        for count, (where, row) in enumerate(rows, start=1):
            entry = self._entry(where, row)
            if entry is not None and row["photo"]:
                entry = await self._with_photo(where, row["photo"], folder, entry)
            if entry is not None:
                batch.append((where, entry))
            if len(batch) >= BATCH:
                yield batch
                batch = []
            if count % BATCH == 0:
                self.progress(count, len(rows))
                await asyncio.sleep(0)
        if batch:
            yield batch

    def _entry(self, where: str, row: Row) -> Entry | None:
        """The entry of a row; None, and reported, if it can't be one."""
        now = whole_ms(self.clock.now())
        draft = self._draft(where, row)
        if draft is None:
            return None
        if draft.station is not None and self.offices.lacks(draft.station):
            self.report.reject("unknown_station", where, f"station: {draft.station} is not in the directory of offices")
            return None
        faults = domain.faults_of(self.registers, self.kind, draft, now)
        if faults:
            code = "never_published" if domain.is_forbidden(self.kind, faults) else _code_of(faults)
            self.report.reject(code, where, "; ".join(f"{one.pointer} {one.message_en}" for one in faults[:5]))
            return None
        entry = domain.new_entry(self.kind, draft, now, Change(now, ADDED, self.by_post, BY))
        first = self._seen.setdefault(entry.fingerprint, where)
        if first != where:
            self.report.reject("duplicate", where, f"the same as {first}")
            return None
        return entry

    def _draft(self, where: str, row: Row) -> Draft | None:
        long = [name for name, cell in row.items() if len(cell) > LONGEST_CELL]
        if long:
            self.report.reject("too_long", where, f"{', '.join(long)}: over {LONGEST_CELL} characters")
            return None
        lost = [f"{name}: {fault}" for name, cell in row.items() if cell and (fault := _lost(self.kind, name, cell))]
        if lost:
            self.report.reject("broken_text", where, "; ".join(lost[:3]))
            return None
        missing = [name for name in NEEDED if not row[name]]
        if missing:
            self.report.reject("missing_value", where, ", ".join(missing))
            return None
        days: dict[str, date | None] = {}
        for name in ("since", "ends_on", "source_date"):
            try:
                days[name] = read_day(row[name])
            except UnreadableDate as why:
                self.report.reject("unreadable_date", where, f"{name}: {row[name][:40]}: {why}")
                return None
        station = clean_code(row["station"]) if row["station"] else None
        if row["station"] and station is None:
            self.report.reject("unusable_code", where, f"station: {row['station'][:40]}")
            return None
        since, dated = days["since"], days["source_date"]
        assert since is not None
        assert dated is not None
        return Draft(
            station=station,
            district=tidy(row["district"]),
            since=since,
            source=Source(row["source"], dated, tidy(row["source_number"]) or None),
            attributes=domain.spelled(self.kind, attributes_of(self.kind, row)),
            ends_on=days["ends_on"],
        )

    async def _with_photo(self, where: str, name: str, folder: Path, entry: Entry) -> Entry | None:
        """The entry with the file of this name beside the table. None, and reported, for what is no picture there."""
        path = folder / name
        if self.kind.photo is None or Path(name).name != name or name.startswith("."):
            self.report.reject(
                "photo_not_usable", where, f"{name[:60]}: a file's name beside the table, in such a register"
            )
            return None
        if self.photos is None:
            return entry
        try:
            content = await asyncio.to_thread(_content, path)
            photo = await self.photos.keep(entry.entry_id, content, dry=self.dry)
        except (OSError, ValueError):
            self.report.reject("photo_missing", where, f"{name[:60]}: there is no such file beside the table")
            return None
        except NotAPicture:
            self.report.reject("photo_not_a_picture", where, f"{name[:60]}: JPEG, PNG or WebP of 5 MB at most")
            return None
        return domain.with_photo(entry, photo, Change(entry.history[0].at, domain.PHOTO, self.by_post, BY))


def _content(path: Path) -> bytes:
    """A plain file's bytes, if there are not too many. NotAPicture, OSError."""
    if path.is_symlink() or path.stat().st_size > MOST_BYTES:
        raise NotAPicture
    return path.read_bytes()


def columns_of(kind: Kind) -> Columns:
    """A register's own fields and those that every entry has, by their names."""
    return {name: (name.replace("-", "_"),) for name in (*SHARED, *kind.fields)}


def needed_of(kind: Kind) -> tuple[str, ...]:
    return (*NEEDED, *kind.attributes.get("required", ()))


def attributes_of(kind: Kind, row: Row) -> Mapping[str, Any]:
    """The cells as the register's questions want them; one that can't be read so stays a text, and is refused."""
    read: dict[str, Any] = {}
    for name, question in kind.fields.items():
        cell = tidy(row[name])
        if cell:
            read[name] = _READERS.get(str(question.get("type")), _as_it_is)(cell)
    return read


def _lost(kind: Kind, name: str, cell: str) -> str | None:
    """What shows that a name's letters were lost on their way; of other texts, that they were read wrongly."""
    fault = fault_of(cell)
    names = {field for field, question in kind.fields.items() if question.get("x-search") == "name"} | {"district"}
    return fault if fault and (name in names or "encoding" in fault) else None


def _code_of(faults: list[FieldError]) -> str:
    own = [one.code for one in faults if one.code not in ("attribute", "blank", "missing")]
    return own[0] if own else "invalid_value"


def _as_number(cell: str) -> Any:
    digits = clean_code(cell) or cell
    return int(digits) if digits.isascii() and digits.isdecimal() and len(digits) <= 12 else cell


def _as_yes_or_no(cell: str) -> Any:
    answer = yes_or_no(cell)
    return cell if answer is None else answer


def _as_it_is(cell: str) -> Any:
    return cell


_READERS: Final[Mapping[str, Callable[[str], Any]]] = {"integer": _as_number, "boolean": _as_yes_or_no}
