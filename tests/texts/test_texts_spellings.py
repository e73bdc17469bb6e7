"""Hindi is written one way: the glossary's spelling of each term, in everything that people read."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = ("chassis/chassis", "services")
# Words by which people search, or by which danger is recognised: there every spelling is wanted.
READ_FROM_PEOPLE = {
    "services/intake/intake/filing/reading/kinds.py",
    "services/routing/routing/search.py",
    "services/routing/routing/sounds.py",
    "services/routing/routing/importing/cells.py",
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
