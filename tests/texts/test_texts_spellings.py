"""Hindi is written one way: the glossary's word for each term, and its spelling, in everything that people read."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from chassis.settings import load_yaml

ROOT = Path(__file__).resolve().parents[2]
GLOSSARY = ROOT / "docs/glossary.md"
FOLDERS = ("chassis/chassis", "schemas/event_schemas", "services")
# Words by which people search, or by which danger is recognised: there every spelling is wanted.
READ_FROM_PEOPLE = {
    "services/intake/intake/filing/reading/kinds.py",
    "services/routing/routing/search.py",
    "chassis/chassis/sounds.py",
    "chassis/chassis/importing/cells.py",
    "services/intake/intake/filing/notices.py",
    "services/intake/intake/filing/redaction.py",
}
DEVANAGARI = re.compile(r"[\u0900-\u097f]")
# (what nobody writes here, what is written instead)
FORBIDDEN = [
    (r"[क-ह]़(?<![डढ]़)|[\u0958-\u095b\u095e]", "no nukta but in ड़ and ढ़: फोन, दस्तावेज, जिला, कागज, जरूरत"),
    (r"प्रमाण-पत्र", "प्रमाण पत्र"),
    (r"जांच|पहुंच|संभाल|मांग|कहां|यहां|वहां", "चंद्रबिंदु: जाँच, पहुँच, सँभाल, माँग, कहाँ"),
    (r"विवेचना|अन्वेषण", "अनुसंधान"),
    (r"थाना प्रभारी|थाना अध्यक्ष", "थानाध्यक्ष"),
    (r"(?<!पद)अधिकारि?[ीय]", "पदाधिकारी"),
    (r"वरिष्ठ (?!नागरिक)", "वरीय, or ऊपर के"),
    (r"किराएदार", "किरायेदार"),
    (r"एम्बुलेंस", "एंबुलेंस"),
    (r"दमकल", "अग्निशमन"),
    (r"ई-एफआईआर", "ई-प्राथमिकी"),
    (r"परिवादी|फरियादी|वादी ", "शिकायतकर्ता"),
    (r"मुखबिर|लावारिस|नौकर(?!ी)|तहसील|उपखंड", "a word that is never used of a citizen or place"),
    (r"ट्रैकिंग", "पावती संख्या"),
    (r"वेरिफिकेशन", "सत्यापन"),
    (r"पुलिस स्टेशन", "थाना"),
    (r"रद्द", "निरस्त"),
    (r"सुपुर्दगी|निष्पादित", "what was decided, in plain words"),
]


def hindi_lines() -> Iterator[tuple[str, int, str]]:
    for folder in FOLDERS:
        for path in sorted((ROOT / folder).rglob("*")):
            name = str(path.relative_to(ROOT))
            if path.suffix not in {".py", ".yaml", ".html", ".typ", ".json"} or name in READ_FROM_PEOPLE:
                continue
            for number, line in enumerate(path.read_text(encoding="utf8").splitlines(), 1):
                if DEVANAGARI.search(line):
                    yield name, number, line


def faults(line: str) -> list[str]:
    return [f"{found.group()} -> {instead}" for wrong, instead in FORBIDDEN if (found := re.search(wrong, line))]


def test_each_term_has_one_spelling() -> None:
    """No text of any service writes a term of the glossary in another way."""
    found = [f"{name}:{number}: {fault}" for name, number, line in hindi_lines() for fault in faults(line)]
    assert not found, "\n".join(found)


@pytest.mark.parametrize("line", ["फ़ोन", "ज़िला", "चरित्र प्रमाण-पत्र", "वरिष्ठ अधिकारी", "विवेचना", "जांच", "दस्तावेज़"])
def test_a_forbidden_spelling_is_found(line: str) -> None:
    """The check can fail: with a nukta of its own letter as with one behind its letter."""
    assert faults(line)


@pytest.mark.parametrize("line", ["वरिष्ठ नागरिक", "पुलिस पदाधिकारी", "गाड़ी", "पढ़ें", "प्रमाण पत्र", "नौकरी", "फोन"])
def test_right_spellings_pass(line: str) -> None:
    assert faults(line) == []


def rows() -> list[list[str]]:
    """The glossary's rows: English, Hindi or nothing, the sentence, the names in the code."""
    cells = [line.split("|")[1:-1] for line in GLOSSARY.read_text(encoding="utf8").splitlines() if line[:1] == "|"]
    return [[cell.strip() for cell in row] for row in cells if "English" not in row[0] and "---" not in row[0]]


def glossary() -> dict[str, tuple[str, ...]]:
    """The Hindi words for each English term of the page that has some, longer terms first."""
    terms = {english: tuple(row[1].split(" / ")) for row in rows() if row[1] for english in row[0].split(" / ")}
    return dict(sorted(terms.items(), key=lambda term: -len(term[0])))


def bilingual(value: Any) -> Iterator[tuple[str, str]]:
    """Every pair of a Hindi and an English text in a data file."""
    if isinstance(value, Mapping):
        hi, en = value.get("hi"), value.get("en")
        if isinstance(hi, str) and isinstance(en, str):
            yield hi, en
    members = value.values() if isinstance(value, Mapping) else value if isinstance(value, list) else ()
    for member in members:
        yield from bilingual(member)


def strangers(hi: str, en: str, terms: Mapping[str, tuple[str, ...]]) -> Iterator[str]:
    """The terms of the English text for which the Hindi one has another word. Hindi may inflect the last vowel."""
    left = re.sub(r"{[^}]*}", "", en)
    for english, hindi in terms.items():
        named = re.compile(rf"(?<![\w-]){re.escape(english)}s?(?![\w-])", re.IGNORECASE)
        if not named.search(left):
            continue
        left = named.sub("", left)
        if not any(re.sub("[ाी]$", "", form) in hi for form in hindi):
            yield english


def all_pairs() -> list[tuple[str, str, str]]:
    files = [path for folder in FOLDERS for path in sorted((ROOT / folder).rglob("*.yaml"))]
    return [(str(path.relative_to(ROOT)), hi, en) for path in files for hi, en in bilingual(load_yaml(path))]


def test_the_glossary_names_each_term_once() -> None:
    """One row a term, four cells a row, one sentence, and its Hindi is spelt as everywhere."""
    names = [name for row in rows() for name in row[0].split(" / ")]
    assert len(names) > 50
    assert sorted(names) == sorted(set(names))
    assert [row for row in rows() if len(row) != 4 or not row[2].endswith(".")] == []
    assert [row[1] for row in rows() if faults(row[1])] == []


def test_the_code_has_the_glossarys_names() -> None:
    """Each name of the last column stands in the code: a rename is a rename of the page too."""
    files = [path for folder in FOLDERS for path in (ROOT / folder).rglob("*") if path.is_file()]
    code = "\n".join(path.read_text(encoding="utf8") for path in files if path.suffix in {".py", ".yaml"})
    named = [name for row in rows() for name in re.findall("`([^`]+)`", row[3])]
    assert len(named) > 50
    assert [name for name in named if not all(part in code for part in re.split(r"<[^>]*>:?|:<[^>]*>|\.", name))] == []


def test_each_text_uses_the_glossarys_hindi() -> None:
    """Where the English text has a term, the Hindi one has the glossary's word for it."""
    terms, pairs = glossary(), all_pairs()
    assert len(terms) > 35
    assert len(pairs) > 900
    wrong = [f"{name}: {term}: {en!r} / {hi!r}" for name, hi, en in pairs for term in strangers(hi, en, terms)]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize(
    ("hi", "en", "found"),
    [
        ("पुलिस चौकी पर आएँ", "Come to the police station", ["police station"]),
        ("कदमकुआँ थाने में", "at the police station", []),
        ("मुकदमे की जाँच", "The preliminary enquiry", ["preliminary enquiry"]),
        ("एफआईआर दर्ज हुई", "An FIR was registered", ["FIR"]),
        ("{certificate} जारी हुआ", "The {certificate} was issued", []),
    ],
)
def test_another_term_than_the_glossarys_is_found(hi: str, en: str, found: list[str]) -> None:
    """Inflected words pass, other words do not, and a longer term is not taken for the shorter one in it."""
    assert list(strangers(hi, en, glossary())) == found
