"""The demo's own data of a day: how often a service is drawn, what answers vary, the templates of one service alone."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from chassis.settings import load_yaml
from janseva_local.demo.journeys import Data

FILE: Final = Path(__file__).with_name("data") / "day.yaml"


class Day(Data):
    """`shares`: by service, against 1 of those not named. `answers`: by service and attribute, what is drawn from.

    `messages`: by event and service, the template the citizen gets in place of the event's own.
    """

    shares: Mapping[str, int] = {}
    answers: Mapping[str, Mapping[str, tuple[Any, ...]]] = {}
    messages: Mapping[str, Mapping[str, str]] = {}


DAY: Final = Day.model_validate(load_yaml(FILE))
