"""What a stranger learns by trying numbers: nothing. Each public call is asked with one that exists and one that does
not; the answers are alike, and so are the questions to the stores and the hashes behind them.
"""

import hashlib
import hmac
import inspect
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import timedelta
from typing import Any, Final

import httpx
import pytest
from deploy.k8s.tools.services import PROGRAMS

from certificate.links import LinkSigner
from chassis.sealing import KeyRing
from event_schemas import ids
from intake.case.numbers import new_tracking_number, receipt_secret
from intake.tips.domain import tip_key
from tests.architecture.answering_apps import Answering, answering
from tests.architecture.described_calls import FORM, Call, calls_of, usual_body
from tests.intake.intake_rig import OTHER_SHO, RAVI, START, bearer

# Identifiers of people's matters: for a stranger each is as if it were nobody's. Those of the query have a rule below.
HIDDEN: Final = frozenset(
    {
        "tracking_number",
        "case_id",
        "evidence_id",
        "certificate_id",
        "case_key",
        "transaction",
        "entry_id",
        "erasure_id",
        "opening_id",
        "notice_id",
    }
)
# Beside them in a path: which register, of a list that everybody may read.
KINDS: Final = frozenset({"register"})
# What is there for everybody to look up, and says of nobody that he is in a case.
PUBLISHED: Final[Mapping[str, str]] = {
    "intake /v1/services/{code}": "the catalogue is public",
    "intake /v1/desk/hearing-windows": "when an office hears people; no person and no case is in it",
    "intake /v1/desk/stations/{code}/stream": "which stations there are is public; who hears of what the matrix walks",
    "intake /v1/registers/": "entries are proclaimed for everybody, or for who has logged in",
    "intake /v1/complaints/{tracking_number}/emergency": "no call for help is refused; without proof it links to none",
    "routing /v1/stations/{code}": "the directory of police stations is public",
    "certificate /v1/verify/{name}": "whether a paper is genuine is what the call is for",
}
# Parameters of a query that name somebody's matter, and where the walk of them stands.
NAMED_IN_A_QUERY: Final[Mapping[str, str]] = {
    "ticket": "drawn with 192 bits, single use; tests/intake/test_intake_status.py",
    "year": "tests/intake/test_intake_fir_online.py: absent and withheld FIRs are one answer and one question",
    "case_id": "officers and services alone",
    "notification_id": "signed by this service",
}
DEPTH: ContextVar[int] = ContextVar("depth", default=0)


def absent(name: str) -> str:
    """A value that could be one and is nobody's."""
    drawn: Mapping[str, Callable[[], str]] = {
        "tracking_number": lambda: str(new_tracking_number(START)),
        "case_id": lambda: str(ids.new_case_id()),
        "case_key": lambda: tip_key(receipt_secret(b"another", "c_1", "k" * 22)).case_key,
    }
    return drawn.get(name, lambda: str(ids.new_event_id()))()


class Asked:
    """What is asked of stores, and hashed, while one call is answered; the same names in the same order are alike."""

    def __init__(self) -> None:
        self.names: list[str] = []

    @contextmanager
    def watching(self, stores: tuple[object, ...], monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
        with monkeypatch.context() as patched:
            for store in stores:
                for name, method in inspect.getmembers(store, inspect.ismethod):
                    if not name.startswith("_"):
                        patched.setattr(store, name, self._noted(f"{type(store).__name__}.{name}", method))
            for owner, name in ((hashlib, "sha256"), (hmac, "compare_digest"), (hmac, "digest"), (hmac, "new")):
                patched.setattr(owner, name, self._noted(name, getattr(owner, name)))
            for name in ("seal", "open"):
                patched.setattr(KeyRing, name, self._noted(name, getattr(KeyRing, name)))
            yield

    def _noted(self, name: str, method: Callable[..., Any]) -> Callable[..., Any]:
        """What a store asks itself is its own affair."""

        def called(*given: Any, **named: Any) -> Any:
            if DEPTH.get() == 0:
                self.names.append(name)
            token = DEPTH.set(DEPTH.get() + 1)
            try:
                answer = method(*given, **named)
            finally:
                DEPTH.reset(token)
            return self._inside(answer) if inspect.iscoroutine(answer) else answer

        return called

    async def _inside(self, answer: Any) -> Any:
        token = DEPTH.set(DEPTH.get() + 1)
        try:
            return await answer
        finally:
            DEPTH.reset(token)


def named_by(call: Call) -> list[str]:
    return [name for name in names_in(call) if name not in KINDS]


def names_in(call: Call) -> list[str]:
    return [part.split("}")[0] for part in call.path.split("{")[1:]]


def published(program: str, call: Call) -> bool:
    return any(f"{program} {call.path}".startswith(path) for path in PUBLISHED)


def walked(program: str) -> list[Call]:
    return [call for call in calls_of(program) if named_by(call) and not published(program, call)]


@pytest.mark.parametrize("program", PROGRAMS)
def test_every_identifier_has_a_rule(program: str) -> None:
    """A new call whose path or query names somebody's matter is walked, or says why it need not be."""
    for call in calls_of(program):
        if not published(program, call):
            assert set(named_by(call)) <= HIDDEN, f"{call} names what no rule knows"
        asked = {name for where, name in call.parameters if where == "query"}
        odd = {name for name in asked if name.endswith(("_id", "number", "ticket", "phone", "receipt"))}
        assert odd <= NAMED_IN_A_QUERY.keys() | {"number"}, f"{call} names what no rule knows in its query"


def test_no_rule_is_stale() -> None:
    """Each published path is a call."""
    known = [f"{program} {call.path}" for program in PROGRAMS for call in calls_of(program)]
    assert [path for path in PUBLISHED if not any(one.startswith(path) for one in known)] == []


def strangers(program: str, call: Call) -> list[dict[str, str]]:
    """Nobody, somebody else, and on a desk an officer of another station."""
    if program != "intake":
        return [{}]
    return [{}, bearer(RAVI), *([bearer(OTHER_SHO)] if "/desk/" in call.path else [])]


async def answer_to(
    http: httpx.AsyncClient, call: Call, names: Mapping[str, str], headers: Mapping[str, str]
) -> httpx.Response:
    path = call.path
    for name, value in names.items():
        path = path.replace(f"{{{name}}}", value)
    content_type = f"{FORM}; boundary=the-end-of-a-part" if call.content_type == FORM else call.content_type
    sent = {"content-type": content_type, "idempotency-key": "k-3f9a1c77e2d84b06", **call.headers, **headers}
    if "/tips/" in call.path:
        sent["x-passphrase"] = "wrong-wrong-wrong"
    return await http.request(call.method, path, content=usual_body(call), headers=sent)


def seen_in(answer: httpx.Response, names: Mapping[str, str]) -> tuple[Any, ...]:
    """All that reaches the stranger, without the value that he sent himself and what each answer has of its own."""
    body = answer.text
    for value in names.values():
        body = body.replace(value, "<given>")
    headers = {name: value for name, value in answer.headers.items() if name not in {"date", "content-length"}}
    return answer.status_code, body, headers, len(body)


@pytest.mark.parametrize("program", PROGRAMS)
async def test_what_exists_and_what_does_not_are_alike(program: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Status, body, headers and size; and behind them the questions to the stores, the hashes and the seals."""
    differing: list[str] = []
    async with answering(program) as (made, http):
        for call in walked(program):
            for headers in strangers(program, call):
                found = [
                    await _asked(made, http, call, {**known_of(made, call), name: value}, headers, monkeypatch)
                    for name in named_by(call)
                    for value in (known_of(made, call)[name], absent(name))
                ]
                differing += [
                    f"{call} by {headers or 'nobody'}: {one} and {other}"
                    for one, other in zip(found[::2], found[1::2], strict=True)
                    if one != other
                ]
    assert differing == []


def known_of(made: Answering, call: Call) -> dict[str, str]:
    return {name: made.known.get(name, absent(name)) for name in names_in(call)}


async def _asked(
    made: Answering,
    http: httpx.AsyncClient,
    call: Call,
    names: Mapping[str, str],
    headers: Mapping[str, str],
    monkeypatch: pytest.MonkeyPatch,
) -> tuple[Any, ...]:
    made.forget()
    asked = Asked()
    with asked.watching(made.stores, monkeypatch):
        answer = await answer_to(http, call, names, headers)
    assert answer.status_code >= 400 or call.method == "OPTIONS", f"{call} lets {headers or 'nobody'} in: {answer.text}"
    return (*seen_in(answer, names), asked.names)


async def test_a_paper_of_a_forged_link_is_refused_before_it_is_looked_for() -> None:
    """The certificate service judges the signature first: a link to a paper that is there says no more."""
    async with answering("certificate") as (made, http):
        signer = LinkSigner("http://test", "another key")
        seen = []
        for name in (made.known["certificate_id"], absent("certificate_id")):
            url = signer.link(name, now=START, lifetime=timedelta(hours=1)).url
            seen.append(seen_in(await http.get(url), {"certificate_id": name}))
    assert seen[0] == seen[1]
    assert seen[0][0] in {401, 403}
