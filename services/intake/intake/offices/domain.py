"""What intake knows of the offices of the police: which there are, and whom each answers to."""

from typing import Protocol


class Offices(Protocol):
    def lacks(self, code: str) -> bool:
        """There is no such office. False while that is not known: nobody is turned away because we know too little."""

    def line_of(self, code: str) -> frozenset[str]:
        """The office and all it answers to, as `accused` is written; itself alone while no more is known."""


class NoOffices:
    """Nothing is known."""

    def lacks(self, code: str) -> bool:
        del code
        return False

    def line_of(self, code: str) -> frozenset[str]:
        return frozenset((code.casefold(),))
