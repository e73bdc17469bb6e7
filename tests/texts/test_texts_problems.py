"""Every problem and every wrong value is explained in Hindi and in English, by data files."""

import ast
import importlib
from collections.abc import Iterator
from operator import attrgetter
from pathlib import Path
from typing import Any, get_args

import pytest
from pydantic_core.core_schema import ErrorType

from chassis.bilingual import Bilingual
from chassis.http import problems, validation
from chassis.http.problems import FieldError, Problem, ProblemType, load_problem_types
from tests.texts.readable import faults_of

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = [
    "chassis/chassis", "services/intake/intake", "services/routing/routing", "services/sla-monitor/sla_monitor",
    "services/notifier/notifier", "services/certificate/certificate",
]  # fmt: skip
FILES = sorted(path for package in PACKAGES for path in (ROOT / package).rglob("problems.yaml"))
# Types of our own, beside pydantic's.
OWN_ERRORS = {
    "default", "blank", "instant", "one_of", "unknown_attribute", "length_at_least", "length_at_most",
    "number_at_least", "number_at_most", "items_at_least", "items_at_most", "repeated",
    "missing_answer", "must_be_true", "hours_incomplete", "hours_too_short",
}  # fmt: skip


def texts_of(kind: ProblemType) -> Iterator[Bilingual]:
    yield from (kind.title, kind.detail, *kind.because.values())


def sources() -> Iterator[tuple[Path, ast.AST]]:
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            yield path, ast.parse(path.read_text(encoding="utf8"))


def calls(name: str) -> Iterator[tuple[Path, ast.Call]]:
    """Each call of a plain name in the services and the chassis."""
    for path, tree in sources():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == name:
                yield path, node


def module_of(path: Path) -> Any:
    package = next(one for one in PACKAGES if path.is_relative_to(ROOT / one))
    parts = path.relative_to((ROOT / package).parent).with_suffix("").parts
    return importlib.import_module(".".join(parts).removesuffix(".__init__"))


def unknown_reasons() -> Iterator[str]:
    """Problem(TYPE, "reason") whose type has no such reason."""
    for path, call in calls("Problem"):
        match call.args:
            case [(ast.Name() | ast.Attribute()) as named, ast.Constant(value=str(reason)), *_]:
                kind = ast.unparse(named)
                if reason not in attrgetter(kind)(module_of(path)).because:
                    yield f"{path.relative_to(ROOT)}:{call.lineno}: {kind} has no reason {reason!r}"


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT).parent))
def test_every_problem_is_explained_in_both_languages(path: Path) -> None:
    """Title, detail and each reason: Hindi in Devanagari without a code, English without one."""
    kinds = load_problem_types(path)
    found = [f"{key}: {fault}" for key, kind in kinds.items() for text in texts_of(kind) for fault in faults_of(text)]
    assert kinds
    assert not found, "\n".join(found)


def test_every_service_explains_its_problems() -> None:
    assert {path.relative_to(ROOT).parts[:2] for path in FILES} == {tuple(Path(one).parts[:2]) for one in PACKAGES}


def test_no_problem_is_made_beside_the_data() -> None:
    """A type made in code would have no detail that this test sees."""
    assert [str(path.relative_to(ROOT)) for path, _ in calls("ProblemType")] == ["chassis/chassis/http/problems.py"]


def test_reasons_that_are_raised_are_reasons_that_are_written() -> None:
    """Otherwise the answer to a refusal would be a crash."""
    assert list(unknown_reasons()) == []


def test_reasons_that_are_written_are_raised() -> None:
    text = "\n".join(ast.unparse(tree) for _, tree in sources())
    reasons = {reason for path in FILES for kind in load_problem_types(path).values() for reason in kind.because}
    assert [reason for reason in sorted(reasons) if f"'{reason}'" not in text] == []


def test_wrong_values_are_explained_in_both_languages() -> None:
    """Each error type that is named is one that pydantic or we raise."""
    found = [f"{key}: {fault}" for key, text in validation.MESSAGES.items() for fault in faults_of(text)]
    assert not found, "\n".join(found)
    assert validation.MESSAGES.keys() <= {*get_args(ErrorType), *OWN_ERRORS}


@pytest.mark.parametrize("kind", sorted({*get_args(ErrorType), "a_type_of_tomorrow"}))
def test_every_error_type_has_a_sentence(kind: str) -> None:
    """A type that nobody foresaw is answered by a general sentence, never by pydantic's own, which may quote."""
    [error] = validation.field_errors([{"type": kind, "loc": ("body", "name"), "msg": "SECRET"}])
    messages = {language: error.to_json(language)["message"] for language in ("hi", "en")}
    assert not list(faults_of(Bilingual(**messages)))
    assert "SECRET" not in str(messages)


def test_messages_of_single_values_are_in_both_languages() -> None:
    """FieldError(code, English, Hindi): wherever they stand as words."""
    found = []
    for path, call in calls("FieldError"):
        match call.args:
            case [_, ast.Constant(value=str(english)), ast.Constant(value=str(hindi)), *_]:
                found += [f"{path.name}:{call.lineno}: {fault}" for fault in faults_of(Bilingual(hi=hindi, en=english))]
    assert not found, "\n".join(found)


def test_details_follow_the_language_with_their_values() -> None:
    """A plain value stands in either; a text in both languages stands in the reader's."""
    reason = Bilingual(hi="{who}: {count} बार", en="{who}, {count} times")
    kind = ProblemType("x", 400, Bilingual(hi="क", en="k"), Bilingual(hi="ख", en="kh"), {"why": reason})
    problem = Problem(kind, "why", {"who": Bilingual(hi="थाना", en="station"), "count": 3})
    assert (problem.to_json("hi")["detail"], problem.to_json("en")["detail"]) == ("थाना: 3 बार", "station, 3 times")
    assert Problem(kind).to_json("hi")["detail"] == "ख"


@pytest.mark.parametrize(
    ("hi", "en"),
    [
        ("", "x"),
        ("police", "police"),
        ("स्थिति in_progress", "x"),
        ("ठीक", "ठीक"),
        ("ठीक", "is in_progress"),
        ("{a}", "x"),
    ],
)
def test_the_check_of_a_text_can_fail(hi: str, en: str) -> None:
    assert list(faults_of(Bilingual(hi=hi, en=en)))


def test_all_fields_of_an_answer_stay() -> None:
    """An answer keeps its members; the detail is always among them."""
    body = Problem(problems.NOT_FOUND, errors=[FieldError("a", "b", "c", "/d")]).to_json("en")
    assert set(body) == {"type", "title", "status", "detail", "code", "errors"}
