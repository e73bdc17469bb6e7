"""What every route of every service does with a query it does not know, and where dear work may stand in the code."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from deploy.k8s.tools.services import PROGRAMS

from chassis.http.known_query import ANY_QUERY
from tests.architecture.apps import app_of
from tests.architecture.test_architecture_routes import _flat

ROOT = Path(__file__).resolve().parents[2]
PRODUCT = ("schemas", "chassis", "services", "web")
# (module, call): why it stands there. Everything else takes the bounded form that the second line names.
ALLOWED = {
    ("chassis/chassis/bounds.py", "unicodedata.normalize"): "the bounded form itself",
    ("schemas/event_schemas/times.py", "datetime.fromisoformat"): "the bounded form itself",
    ("schemas/event_schemas/districts.py", "unicodedata.normalize"): "measured in the line before",
    ("services/routing/routing/naming/accuracy.py", "unicodedata.normalize"): "names of the shipped lists",
    ("services/routing/routing/naming/speller.py", "unicodedata.normalize"): "names of files, 200 characters at most",
    ("chassis/chassis/dead_letters/selection.py", "datetime.fromisoformat"): "an operator's own command line",
    ("services/routing/routing/given.py", "datetime.fromisoformat"): "an operator's own command line",
    ("chassis/chassis/importing/dates.py", "datetime.fromisoformat"): "a file's text, measured before",
    ("tests/in_memory_broker.py", "datetime.fromisoformat"): "tests' own times",
    ("services/certificate/certificate/showing.py", "datetime.fromisoformat"): "says of a bad time that it is bad",
    ("services/intake/intake/phones.py", "phonenumbers.parse"): "measured in the line before",
}
INSTEAD = {
    "unicodedata.normalize": "chassis.bounds.normalized",
    "datetime.fromisoformat": "event_schemas.times.read_time",
    "phonenumbers.parse": "intake.phones.parse_phone",
}


@pytest.mark.parametrize("program", PROGRAMS)
async def test_every_route_refuses_a_parameter_that_it_does_not_know(program: str) -> None:
    """By name, before anything else is looked at; but for emergencies, which look themselves and refuse none."""
    app = app_of(program)
    asked = 0
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as http:
        for route in _flat(app.routes):
            if ANY_QUERY.items() <= (route.openapi_extra or {}).items():
                continue
            path = re.sub(r"\{[^}]*\}", "x-1-2-3", route.path)
            for method in sorted(route.methods - {"HEAD"}):
                answer = await http.request(method, f"{path}?nonsense=1")
                assert (answer.status_code, answer.json()["code"]) == (422, "unknown_parameter"), (method, path)
                assert [error["parameter"] for error in answer.json()["errors"]] == ["query.nonsense"]
                asked += 1
    assert asked >= 3


def test_only_emergencies_look_at_their_query_themselves() -> None:
    lenient = [
        (program, route.path)
        for program in PROGRAMS
        for route in _flat(app_of(program).routes)
        if ANY_QUERY.items() <= (route.openapi_extra or {}).items()
    ]
    assert lenient == [
        ("intake", "/v1/complaints"),
        ("intake", "/v1/emergencies"),
        ("intake", "/v1/complaints/{tracking_number}/emergency"),
    ]


def dear_calls(text: str) -> Iterator[tuple[int, str]]:
    """Calls of library functions that cost more than their input is long, or raise for it what nobody expects."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            name = f"{ast.unparse(node.func.value).rpartition('.')[2]}.{node.func.attr}"
            if name in INSTEAD:
                yield node.lineno, name


def test_dear_work_stands_behind_a_measure() -> None:
    found = []
    for folder in PRODUCT:
        for path in sorted((ROOT / folder).rglob("*.py")):
            relative = str(path.relative_to(ROOT))
            for line, name in dear_calls(path.read_text(encoding="utf8")) if ".venv" not in path.parts else ():
                if (relative, name) not in ALLOWED:
                    found.append(f"{relative}:{line}: {name}; use {INSTEAD[name]}")
    assert found == []


def test_a_dear_call_is_found() -> None:
    assert [*dear_calls("import unicodedata\nx = unicodedata.normalize('NFC', y)\n")] == [(2, "unicodedata.normalize")]
