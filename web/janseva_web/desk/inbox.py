"""GET /desk: the inbox by what is due next, as its address asks for it; POST /desk/acknowledge: many at once."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final, Self
from urllib.parse import urlencode

from fastapi import APIRouter
from starlette.responses import Response

from chassis.sentences import CodeNames
from janseva_web.desk.officers import DESK, EXPLAINED, for_officers, named_officer
from janseva_web.languages import PageLanguage
from janseva_web.pages import FieldFault, Pages, new_router
from janseva_web.suite.client import Asker, Refused
from janseva_web.suite.desk import Acknowledged, Desk, DeskCounts, DeskItem, DeskPage
from janseva_web.suite.services import Catalogue
from janseva_web.visit import OFFICER, Visit

PAGE: Final = 50
MOST_AT_ONCE: Final = 100
ALL: Final = "all"
ENDED: Final = frozenset({"closed", "withdrawn"})
# An acknowledgement is what is due of these.
WAITING: Final = frozenset({"assigned", "reopened"})
# So many days ago it was filed, or more.
AGES: Final = (1, 3, 7, 15, 30, 60)
# What of the page is asked for, and its template.
TEMPLATES: Final[Mapping[str, str]] = {"part": "desk_inbox_part.html", "print": "desk_inbox_print.html"}
CODE: Final = re.compile(r"[0-9A-Za-z_-]{1,60}")


@dataclass(frozen=True, slots=True)
class Asked:
    """What the officer looks for, as it stands in the page's address; empty leaves that choice open."""

    q: str = ""
    status: str = ""
    service: str = ""
    age: str = ""
    station: str = ""
    overdue: str = ""
    mine: str = ""
    sort: str = ""
    after: str = ""

    @classmethod
    def of(cls, visit: Visit) -> Self:
        """A choice that no list of ours offers is none."""

        def code(name: str) -> str:
            given = visit.query(name, 60)
            return given if CODE.fullmatch(given) else ""

        age = visit.query("age", 3)
        return cls(
            q=visit.query("q", 60),
            status=code("status"),
            service=code("service"),
            age=age if age in map(str, AGES) else "",
            station=code("station"),
            overdue="yes" if visit.query("overdue") else "",
            mine="yes" if visit.query("mine") else "",
            sort="newest" if visit.query("sort") == "newest" else "",
            after=visit.query("after", 300),
        )

    def query(self, now: datetime) -> dict[str, str]:
        """As the inbox's call takes it. A number is looked for among all cases, whatever else was chosen."""
        call = {"limit": str(PAGE), "sort": self.sort or "remaining"}
        if self.q:
            return {**call, "q": self.q}
        # Ended cases are asked for; they never come by themselves.
        state = {"open": "true"} if not self.status else {} if self.status == ALL else {"status": self.status}
        until = (now - timedelta(days=int(self.age))).isoformat(timespec="seconds") if self.age else ""
        given = {"service": self.service, "until": until, "station": self.station, "cursor": self.after}
        flags = {name: "true" for name in ("overdue", "mine") if getattr(self, name)}
        return {**call, **state, **flags, **{name: text for name, text in given.items() if text}}

    def address(self, **other: str) -> str:
        """The page's address with these choices, from the list's beginning."""
        chosen = replace(self, **{"after": "", **other})
        given = {name: getattr(chosen, name) for name in chosen.__slots__ if getattr(chosen, name)}
        return f"{DESK}?{urlencode(given)}" if given else DESK

    @property
    def part(self) -> str:
        """Where a script fetches this very list anew."""
        return self._as("part")

    @property
    def paper(self) -> str:
        """This very list, made for paper."""
        return self._as("print")

    def _as(self, form: str) -> str:
        place = self.address(after=self.after)
        return f"{place}{'&' if '?' in place else '?'}{form}=1"

    @property
    def is_narrowed(self) -> bool:
        return any((self.status, self.service, self.age, self.station, self.overdue, self.mine, self.sort))


@dataclass(frozen=True, slots=True)
class Count:
    """How many, and the address of their list."""

    text: str
    number: int
    href: str
    here: bool


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """What became of one of the chosen cases; `why` it was not acknowledged, empty if it was."""

    number: str
    why: str


def emergencies_first(items: Sequence[DeskItem]) -> list[DeskItem]:
    """Of a page that comes by what is due next: a call for help that runs stands before it all."""
    return sorted(items, key=lambda item: item.lane != "emergency" or item.status in ENDED)


def inbox_router(pages: Pages, desk: Desk, catalogue: Catalogue, names: CodeNames) -> APIRouter:
    router, rooms = new_router(), _Inbox(pages, desk, catalogue, names)
    pages.get(router, DESK)(for_officers(pages, rooms.listed))
    pages.post(router, f"{DESK}/acknowledge")(for_officers(pages, rooms.acknowledge))
    return router


@dataclass(frozen=True, slots=True)
class _Inbox:
    pages: Pages
    desk: Desk
    catalogue: Catalogue
    names: CodeNames

    async def listed(self, visit: Visit, asker: Asker) -> Response:
        return await self._show(visit, asker)

    async def acknowledge(self, visit: Visit, asker: Asker) -> Response:
        """Each by itself: one that is refused keeps no other back, and the page says of each what became of it."""
        chosen = dict(_chosen(visit))
        if not chosen:
            nothing = FieldFault("", visit.language.text("inbox.none_chosen"))
            return await self._show(visit, asker, faults=[nothing])
        done = await self.desk.acknowledge(list(chosen), asker)
        return await self._show(visit, asker, outcomes=_outcomes(chosen, done))

    async def _show(
        self, visit: Visit, asker: Asker, *, faults: Sequence[FieldFault] = (), outcomes: Sequence[Acknowledgement] = ()
    ) -> Response:
        asked = Asked.of(visit)
        page, refusal = await self._page(visit, asked, asker)
        counts = await self.desk.counts({"station": asked.station} if asked.station else {}, asker)
        language = visit.language
        return self.pages.page(
            visit,
            next((name for form, name in TEMPLATES.items() if visit.query(form)), "desk_inbox.html"),
            status=422 if faults or refusal else 200,
            faults=[*faults, *refusal],
            officer=visit.cookie(OFFICER),
            who=named_officer(visit),
            back=asked.address(),
            asked=asked,
            items=emergencies_first(page.items) if not asked.sort else page.items,
            following=asked.address(after=page.next_cursor) if page.next_cursor else "",
            counts=list(self._counts(asked, counts, language)),
            states=[("", language.text("inbox.open")), *self._states(language), (ALL, language.text("inbox.all"))],
            services=[(one.code, language.of(one.names)) for one in await self.catalogue.all(visit.asker())],
            ages=[(str(days), language.plural("inbox.age", days)) for days in AGES],
            waiting=WAITING,
            outcomes=outcomes,
        )

    async def _page(self, visit: Visit, asked: Asked, asker: Asker) -> tuple[DeskPage, list[FieldFault]]:
        """What was mistyped is explained at its field, above the whole list."""
        try:
            return await self.desk.inbox(asked.query(visit.now), asker), []
        except Refused as refused:
            if refused.status not in EXPLAINED:
                raise
            field = "q" if asked.q else "status"
            faults = [FieldFault(field, refused.detail or refused.title)]
            return await self.desk.inbox(Asked().query(visit.now), asker), faults

    def _counts(self, asked: Asked, counts: DeskCounts, language: PageLanguage) -> Iterator[Count]:
        whole = Asked(station=asked.station)

        def count(text: str, number: int, wanted: Asked) -> Count:
            return Count(text, number, wanted.address(), here=wanted == replace(asked, after=""))

        yield count(language.text("inbox.open"), counts.open, whole)
        yield count(language.text("inbox.overdue"), counts.overdue, replace(whole, overdue="yes"))
        yield count(language.text("inbox.mine"), counts.mine, replace(whole, mine="yes"))
        for state, text in self._states(language):
            if counts.by_status.get(state):
                yield count(text, counts.by_status[state], replace(whole, status=state))

    def _states(self, language: PageLanguage) -> list[tuple[str, str]]:
        known = self.names.names("case_states")
        return [(state, name.in_(language.filed)) for state, name in known.items() if state != "default"]


def _chosen(visit: Visit) -> Iterator[tuple[str, str]]:
    """The id of each case whose box was ticked, and the number that its line showed."""
    for value in visit.form.getlist("cases")[:MOST_AT_ONCE]:
        case_id, _, number = str(value)[:120].partition(" ")
        if case_id:
            yield case_id, number or case_id


def _outcomes(chosen: Mapping[str, str], done: Acknowledged) -> list[Acknowledgement]:
    return [Acknowledgement(chosen.get(one.case_id, one.case_id), one.detail or "") for one in done.items]
