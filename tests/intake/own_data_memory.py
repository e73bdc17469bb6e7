"""Requests to erase in memory, and which SMS went to whom."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from chassis.http.problems import Problem
from intake.own_data.problems import OWNER_UNREACHED
from intake.own_data.store import OPEN, Erasure, ErasureState


class MemoryErasures:
    def __init__(self) -> None:
        self.kept: dict[str, Erasure] = {}

    async def ask(self, erasure: Erasure) -> Erasure:
        known = [one for one in self.kept.values() if one.holder == erasure.holder and one.state in OPEN]
        if known:
            return known[0]
        self.kept[erasure.erasure_id] = erasure
        return erasure

    async def of(self, holder: str) -> Erasure | None:
        own = sorted(key for key, one in self.kept.items() if one.holder == holder)
        return self.kept[own[-1]] if own else None

    async def by_id(self, erasure_id: str) -> Erasure | None:
        return self.kept.get(erasure_id)

    async def change(self, before: Erasure, after: Erasure) -> bool:
        if self.kept[before.erasure_id].version != before.version:
            return False
        self.kept[before.erasure_id] = replace(after, version=before.version + 1)
        return True

    async def in_state(self, state: ErasureState) -> tuple[Erasure, ...]:
        return tuple(one for _, one in sorted(self.kept.items()) if one.state is state)


class KeptMessages:
    """`texts`: phone and template of each SMS; `discreet`: of which. `away`: the notifier does not answer."""

    def __init__(self) -> None:
        self.discreet: list[str] = []
        self.texts: list[tuple[str, str]] = []
        self.away = False

    async def send(
        self, phone: str, template: str, language: str, variables: Mapping[str, str], *, discreet: bool
    ) -> None:
        del language, variables
        if self.away:
            raise Problem(OWNER_UNREACHED)
        self.texts.append((phone, template))
        self.discreet += [template] if discreet else []

    async def sent(self, case_id: str) -> tuple[Mapping[str, Any], ...]:
        del case_id
        fields = {"template": "received", "channel": "sms", "audience": "citizen", "language": "hi"}
        return ({**fields, "state": "accepted", "created_at": "2026-11-22T06:30:00Z", "settled_at": None},)


class KeptAccounts:
    def __init__(self) -> None:
        self.forgotten: list[str] = []

    async def forget(self, subject: str, at: datetime) -> None:
        del at
        self.forgotten.append(subject)
