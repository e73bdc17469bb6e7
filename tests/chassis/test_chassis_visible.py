import pytest

from chassis.visible import is_blank


@pytest.mark.parametrize(
    "text", ["", " ", "\u200d\u200c", "\u3164", "\u2800\u115f", "\ufeff\u00a0\u202e", "\u0301", "\u034f", "\U000e0041"]
)
def test_a_text_that_shows_nothing_is_blank(text: str) -> None:
    """Joiners, fillers, marks without a letter, tags: as good as empty."""
    assert is_blank(text)


@pytest.mark.parametrize("text", ["R", "र", " ᱥ\u200d", "𑂃", "-", "9", "😀", "王"])
def test_a_letter_digit_sign_or_symbol_shows(text: str) -> None:
    """Whatever the script."""
    assert not is_blank(text)
