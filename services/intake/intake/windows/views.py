"""What officers are shown of a hearing window: pure."""

from collections.abc import Mapping
from typing import Any

from chassis.http.problems import Language
from chassis.sentences import CodeNames
from intake.windows.domain import Window


def desk_window(window: Window, code_names: CodeNames, language: Language) -> Mapping[str, Any]:
    return {
        "window_id": window.window_id,
        "officer_post": window.officer_post,
        "place": window.place,
        "kind": window.kind,
        "kind_text": code_names.name("window_kinds", window.kind, language),
        "circle": window.circle,
        "starts_at": window.starts_at,
        "ends_at": window.ends_at,
        "modes": [*window.modes],
        "modes_text": ", ".join(code_names.name("hearing_modes", mode, language) for mode in window.modes),
        "slot_minutes": window.slot_minutes,
        "video_url": window.video_url,
        "live_url": window.live_url,
        "state": window.state.value,
        "state_text": code_names.name("window_states", window.state.value, language),
        "opened_at": window.opened_at,
        "closed_at": window.closed_at,
        "late": window.late,
        "short": window.short,
    }
