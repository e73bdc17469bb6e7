"""Names and prose are in the field's terms: none bears a word of our own that a newcomer would have to learn."""

import ast
import io
import re
import tokenize
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
# Each word, and what to write instead.
INSTEAD_OF = {
    "bookkeeping": "metrics",
    "books": "metrics",
    "bury": "send to the dead-letter topic",
    "buried": "sent to the dead-letter topic",
    "drawer": "bucket",
    "said": "emitted",
    "say": "emit",
    "speak": "emit",
    "speech": "emissions",
    "spoken": "emitted",
    "take": "consume, apply",
    "taken": "consumed, applied; UniqueConflict",
    "tell": "emit",
    "told": "emitted",
    "truth": "derived state",
    "wish": "command request",
    "word": "event, state",
}
# In docstrings and comments, where "a word", "takes" and "says" are plain English.
PRIVATE_IN_PROSE = re.compile(
    r"\b(told|tells?|telling|said|truths?|bookkeeping|books|bury|buried|drawers?|wish|wishes|(take[sn]?|took) in)\b",
    re.IGNORECASE,
)
# The folders that hold all code of ours.
PARTS = (
    "bench",
    "chassis/chassis",
    "cli/janseva_cli",
    "deploy",
    "docs",
    "schemas/event_schemas",
    "services/certificate/certificate",
    "services/intake/intake",
    "services/notifier/notifier",
    "services/routing/routing",
    "services/sla-monitor/sla_monitor",
    "tests",
    "web/janseva_web",
)
# Where such a word means itself: the words of a name or a search, and methods that a library named.
MEANS_ITSELF = {
    "services/certificate/certificate/compose.py": {"does_not_say"},  # a key of a paper's file
    "services/certificate/certificate/kind_rules.py": {"does_not_say"},
    "services/certificate/certificate/kinds.py": {"does_not_say"},
    # The language that somebody speaks.
    "services/intake/intake/identity/api.py": {"spoken_language"},
    "services/intake/intake/identity/bodies.py": {"spoken_language"},
    "services/intake/intake/own_data/shapes.py": {"spoken_language"},
    "services/intake/intake/identity/handlers.py": {"spoken_language"},
    "services/intake/intake/identity/shapes.py": {"spoken_language", "spoken_language_text"},
    "services/routing/routing/build_data.py": {"KEPT_WORDS", "word"},
    "services/routing/routing/domain/nearest.py": {"take"},
    "chassis/chassis/importing/spelt.py": {"LATIN_WORD", "WORD", "word", "words"},
    "services/routing/routing/naming/names.py": {"WORDS", "words"},
    "services/routing/routing/naming/speller.py": {
        "HINDI_WORD",
        "LEAST_WORD",
        "LONG_WORD",
        "WORD",
        "_word",
        "_words",
        "known_words",
        "word",
        "word_pairs",
        "words",
    },
    "services/routing/routing/search.py": {"_words", "word", "words"},
    "services/intake/intake/registers/keys.py": {"WORD"},
    "chassis/chassis/sounds.py": {"WORD", "_within_a_word", "word"},
    "deploy/local/janseva_local/background.py": {"tell"},
    "deploy/local/janseva_local/process.py": {"tell"},
}


def private_names(text: str) -> Iterator[tuple[int, str]]:
    """(line, name) of every identifier that the file defines, imports or uses with a private word in it."""
    for node in ast.walk(ast.parse(text)):
        for name in _names(node):
            if _is_private(name):
                yield getattr(node, "lineno", 0), name


def _names(node: ast.AST) -> Iterator[str]:
    match node:
        case ast.Name():
            yield node.id
        case ast.Attribute():
            yield node.attr
        case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
            yield node.name
        case ast.arg() | ast.keyword():
            yield node.arg or ""
        case ast.alias():
            yield from (node.asname or node.name).split(".")


def _is_private(name: str) -> bool:
    """By whole words: `_take_in` and `TakenSeat` are private, `mistaken` is not; a plural counts as its singular."""
    parts = [part.lower() for part in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+", name)]
    return any(part in INSTEAD_OF or part.removesuffix("s") in INSTEAD_OF for part in parts)


def private_prose(text: str) -> Iterator[tuple[int, str]]:
    """(line, term) of every docstring and comment with a private term; most files have none anywhere."""
    if PRIVATE_IN_PROSE.search(text) is not None:
        for line, prose in prose_of(text):
            if (found := PRIVATE_IN_PROSE.search(prose)) is not None:
                yield line, found[0]


def prose_of(text: str) -> Iterator[tuple[int, str]]:
    """(line, text) of every docstring and comment."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            docstring = ast.get_docstring(node, clean=False)
            if docstring is not None:
                yield node.body[0].lineno, docstring
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.COMMENT:
            yield token.start[0], token.string


def _files(part: str) -> list[Path]:
    return sorted((ROOT / part).rglob("*.py"))


@pytest.mark.parametrize("part", PARTS)
def test_no_name_is_a_private_term(part: str) -> None:
    """Neither an identifier nor a file; what to write instead stands beside each."""
    files = _files(part)
    assert files
    assert [str(path.relative_to(ROOT)) for path in files if _is_private(path.stem)] == []
    assert [
        f"{path.relative_to(ROOT)}:{line}: {name}"
        for path in files
        for line, name in private_names(path.read_text(encoding="utf8"))
        if name not in MEANS_ITSELF.get(str(path.relative_to(ROOT)), ())
    ] == []


@pytest.mark.parametrize("part", PARTS)
def test_no_docstring_and_no_comment_has_a_private_term(part: str) -> None:
    """Events are emitted, people notified, counts reconciled; what cannot be confused is distinguished."""
    assert [
        f"{path.relative_to(ROOT)}:{line}: {found}"
        for path in _files(part)
        for line, found in private_prose(path.read_text(encoding="utf8"))
    ] == []


@pytest.mark.parametrize("path", sorted(MEANS_ITSELF))
def test_a_name_that_means_itself_is_still_there(path: str) -> None:
    """What nobody writes any more leaves the list."""
    names = {name for _, name in private_names((ROOT / path).read_text(encoding="utf8"))}
    assert MEANS_ITSELF[path] == names


@pytest.mark.parametrize("part", [part for part in PARTS if part.startswith(("services/", "web/"))])
def test_no_class_name_means_two_things(part: str) -> None:
    """In a service a name has one class."""
    names = Counter(
        node.name
        for path in _files(part)
        for node in ast.walk(ast.parse(path.read_text(encoding="utf8")))
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_")
    )
    assert [name for name, number in names.items() if number > 1] == []


def test_every_python_file_is_in_a_part() -> None:
    """A new package or folder is read too."""
    files = {
        str(path.relative_to(ROOT))
        for path in ROOT.rglob("*.py")
        if not any(part.startswith(".") for part in path.relative_to(ROOT).parts)
    }
    assert {file for file in files if not file.startswith(tuple(f"{part}/" for part in PARTS))} == set()


@pytest.mark.parametrize(
    ("planted", "name"),
    [
        ("def tell(x): ...", "tell"),
        ("class ClockTruth: ...", "ClockTruth"),
        ("def f(words): ...", "words"),
        ("clock.said", "said"),
        ("f(patience=1, books=2)", "books"),
        ("from a import take_in as in_", ""),
        ("from a import x as DRAWER_MS", "DRAWER_MS"),
        ("import a.speech", "speech"),
        ("mistaken = tale = wordy = stakes = 1", ""),
        ("x = 'told'  # said", ""),
    ],
)
def test_a_private_term_is_found(planted: str, name: str) -> None:
    """In every kind of identifier, and only as a whole word of one."""
    assert [found for _, found in private_names(planted)] == ([name] if name else [])


@pytest.mark.parametrize(
    ("planted", "found"),
    [
        ('"""A breach is told once."""', True),
        ('def f() -> None:\n    """Takes in what came."""', True),
        ("class A:\n    x = 1  # the books balance", True),
        ("x = 'he said so'", False),
        ('"""What a file says of its own words, and how long it takes; a foretold day."""', False),
    ],
)
def test_a_private_term_in_prose_is_found(planted: str, found: bool) -> None:
    """In docstrings and comments, and no string that is data."""
    assert [True for _ in private_prose(planted)] == [True] * found
