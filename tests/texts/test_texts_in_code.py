"""What stands in Python and HTML for people to read is Hindi in Devanagari and English in Latin letters."""

import ast
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest

from chassis.bilingual import Bilingual
from tests.texts.readable import DEVANAGARI, LATIN, PLACEHOLDER, faults_of

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = ("chassis/chassis", "schemas/event_schemas", "services", "web", "deploy/local/janseva_local")
FILES = sorted(path for folder in FOLDERS for path in (ROOT / folder).rglob("*.py"))
PAGES = sorted(path for folder in FOLDERS for path in (ROOT / folder).rglob("*.html"))
# What people may write, in any letters, to be recognised: nobody reads it.
RECOGNISED = ("intake/filing/reading/", "chassis/sounds.py", "chassis/importing/", "routing/importing/")
# The link to a page's other language is written in that language.
OTHER_LANGUAGE = {"English", "हिन्दी"}
# Both languages beside each other on a paper, and examples in a description.
BESIDE = re.compile(r" / |`[^`]*`")


def text_of(node: ast.expr) -> str | None:
    """A string as written, values as `{x}`; None for what is no string."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join("{x}" if isinstance(part, ast.FormattedValue) else text_of(part) or "" for part in node.values)
    return None


def strings_in(node: ast.AST) -> Iterator[str]:
    """Every string but docstrings; one with values in it once, as a whole."""
    if isinstance(node, ast.expr) and (text := text_of(node)) is not None:
        yield text
        return
    for child in ast.iter_child_nodes(node):
        if not (isinstance(child, ast.Expr) and text_of(child.value) is not None):
            yield from strings_in(child)


def pairs_in(tree: ast.AST) -> Iterator[Bilingual]:
    """Every `hi=` with its `en=`, unless a side is nothing but values."""
    for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
        given = {one.arg: text_of(one.value) for one in call.keywords}
        hindi, english = given.get("hi"), given.get("en")
        written = all(text and re.search(r"[^\W\d_]", PLACEHOLDER.sub("", text)) for text in (hindi, english))
        if hindi and english and written and hindi not in OTHER_LANGUAGE:
            yield Bilingual(hi=hindi, en=english)


def mixed(text: str) -> bool:
    """One sentence in both scripts."""
    parts = (PLACEHOLDER.sub("", part) for part in BESIDE.split(text))
    return any(DEVANAGARI.search(part) and LATIN.search(part) for part in parts)


def faults_in(source: str) -> Iterator[str]:
    tree = ast.parse(source)
    yield from (fault for pair in pairs_in(tree) for fault in faults_of(pair))
    yield from (f"two scripts: {text!r}" for text in strings_in(tree) if mixed(text))


class TextOf(HTMLParser):
    """The pieces of text that a page shows."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self._hidden, self.pieces = 0, list[str]()
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._hidden += tag in ("style", "script")
        self.pieces += [value for name, value in attrs if name in ("title", "alt", "aria-label") and value]

    def handle_endtag(self, tag: str) -> None:
        self._hidden -= tag in ("style", "script")

    def handle_data(self, data: str) -> None:
        self.pieces += [data] if not self._hidden else []


def test_no_text_in_python_mixes_scripts() -> None:
    """Neither `QR कोड` nor a Hindi side that was left in English."""
    faults = {
        f"{path.relative_to(ROOT)}: {fault}"
        for path in FILES
        if not any(part in path.as_posix() for part in RECOGNISED)
        for fault in faults_in(path.read_text(encoding="utf8"))
    }
    assert faults == set()


def test_no_page_mixes_scripts() -> None:
    assert PAGES
    found = [text for path in PAGES for text in TextOf(path.read_text(encoding="utf8")).pieces if mixed(text)]
    assert found == []


@pytest.mark.parametrize(
    "source",
    [
        'HELP = "QR कोड दिखाएँ"',
        'HELP = f"{number} का QR कोड"',
        'show("Scan the कोड")',
        'HELP = Text(hi="Scan", en="Scan")',
        'HELP = Text(hi="देखें", en="awaiting_documents")',
    ],
)
def test_a_text_in_two_scripts_is_found(source: str) -> None:
    assert list(faults_in(source))


@pytest.mark.parametrize(
    "source", ['MASK = "हटाया गया / removed"', 'AT = f"{at:%H:%M} बजे"', '"""The word `थाना`, or थाना."""', "X = 1"]
)
def test_what_is_in_order_is_no_fault(source: str) -> None:
    assert list(faults_in(source)) == []


def test_a_page_in_two_scripts_is_found() -> None:
    assert [mixed(text) for text in TextOf("<style>x कोड</style><p title='QR कोड'>कोड</p>").pieces] == [True, False]
