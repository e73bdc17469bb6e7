"""The picture of docs/architecture.md is drawn from the code, so that it can't lie."""

from dataclasses import replace

import pytest
from deploy.architecture import generate

from event_schemas.topics import TOPICS

CONTRACTS = generate.contracts_of_imports()


def lines(**changed: object) -> list[str]:
    first, *rest = TOPICS
    return list(generate.generated([replace(first, **changed), *rest], CONTRACTS))  # type: ignore[arg-type]


def test_the_page_is_what_the_code_makes() -> None:
    """The page that is there is the page that would be written."""
    text = generate.PAGE.read_text(encoding="utf8")
    assert generate.page(text) == text


@pytest.mark.parametrize(
    ("changed", "line"),
    [
        ({"name": "cases.urgent"}, '  topic_cases_urgent[/"cases.urgent<br/>cases.routine"/]'),
        ({"consumers": ("portal",)}, "  topic_cases_emergency --> portal"),
        ({"producers": ("sla-ledger",)}, "  sla_ledger --> topic_cases_emergency"),
    ],
)
def test_a_changed_registry_is_another_picture(changed: dict[str, object], line: str) -> None:
    """A topic's new name, consumer or producer shows, each in its line."""
    assert line in lines(**changed)
    assert line not in lines()


def test_dead_letters_are_not_drawn() -> None:
    """A sentence of the page says what each topic's are called."""
    assert not any(".dlq" in line for line in lines())
    assert "`<topic>.dlq`" in generate.PAGE.read_text(encoding="utf8")


def test_rooms_are_those_of_the_importcontracts() -> None:
    """A room that is moved or added in a contract is shown; a package without one shows its folders."""
    moved = [{"containers": ["intake"], "layers": ["__main__", "app", "portal | case"], "name": "x"}]
    assert generate.rooms_of("intake", moved) == ["app", "portal · case"]
    assert "case" in " ".join(generate.rooms_of("intake", CONTRACTS))
    assert "store" in generate.rooms_of("routing", [])[0].split(" · ")


def test_a_page_without_its_marks_is_refused() -> None:
    """What is written by hand around the picture is never overwritten."""
    with pytest.raises(ValueError, match="unpack"):
        generate.page("# How Janseva is built\n")
    kept = generate.page(f"before\n{generate.BEGIN}\nold\n{generate.END}\nafter\n")
    assert kept.startswith("before\n")
    assert kept.endswith("\nafter\n")
    assert "old" not in kept.splitlines()
