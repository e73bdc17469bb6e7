"""What the walkers of journeys compare."""


def same(what: str, found: object, expected: object) -> None:
    assert found == expected, f"{what}: {found}, not {expected}"
