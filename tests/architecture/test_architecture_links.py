"""Every link of every page leads somewhere, and a link with a name in the code leads to the file that has it."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LINK = re.compile(r"\[(?P<text>[^\]]*)\]\((?P<target>[^)\s]+)\)")
CODE = re.compile(r"`([A-Za-z_]\w*(?:\.\w+)*)`")
STEPS = "## From a POST to an SMS in five steps"


def pages() -> list[Path]:
    folders = (
        "*.md",
        "docs/**/*.md",
        "schemas/*.md",
        "chassis/*.md",
        "services/*/*.md",
        "web/*.md",
        "deploy/**/*.md",
        "bench/*.md",
    )
    return sorted({path for folder in folders for path in ROOT.glob(folder)})


def broken(page: Path, text: str) -> Iterator[str]:
    """The links of a page to files that are not there, and to files without the name that the link has."""
    for found in LINK.finditer(text):
        target = found["target"].split("#")[0]
        if not target or "://" in target or target.startswith("mailto:"):
            continue
        path = (page.parent / target).resolve()
        if not path.exists():
            yield f"{page.relative_to(ROOT)}: {found['target']} is not there"
        elif (name := CODE.fullmatch(found["text"])) and path.suffix == ".py":
            code = path.read_text(encoding="utf8")
            yield from (
                f"{page.relative_to(ROOT)}: {target} has no {part}"
                for part in re.split(r"\.", name[1])
                if not re.search(rf"\b{part}\b", code)
            )


def test_every_link_leads_somewhere() -> None:
    """In each README, decision, runbook and page."""
    found = pages()
    assert len(found) > 30
    assert [line for page in found for line in broken(page, page.read_text(encoding="utf8"))] == []


def test_a_reader_finds_the_way_from_a_post_to_an_sms() -> None:
    """Five steps, each with a link to the code that takes it."""
    text = (ROOT / "README.md").read_text(encoding="utf8").split(STEPS)[1].split("\n## ")[0]
    steps = re.split(r"^\d\. ", text, flags=re.MULTILINE)[1:]
    assert len(steps) == 5
    assert all(any(one["target"].endswith(".py") for one in LINK.finditer(step)) for step in steps)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("[x](docs/nowhere.md)", "README.md: docs/nowhere.md is not there"),
        ("[x](docs/nowhere.md#part)", "README.md: docs/nowhere.md#part is not there"),
        (
            "[`Outbox.nowhere`](chassis/chassis/outbox/publisher.py)",
            "README.md: chassis/chassis/outbox/publisher.py has no nowhere",
        ),
        ("[`Outbox`](chassis/chassis/outbox/publisher.py) [a](https://example.org/x) [b](#here)", ""),
    ],
)
def test_a_broken_link_is_found(text: str, line: str) -> None:
    """A missing file, a missing name; addresses and headings are not followed."""
    assert list(broken(ROOT / "README.md", text)) == ([line] if line else [])
