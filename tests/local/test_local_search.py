"""The search for what must stand nowhere finds it in every dress."""

import base64
import json
from urllib.parse import quote

import pytest

from janseva_local.demo.search import found_in

SECRET = "निशान-88001"
CLEAR = f"पुल के नीचे {SECRET} बैठते हैं"


@pytest.mark.parametrize(
    "written",
    [
        CLEAR.encode(),
        json.dumps({"text": CLEAR}).encode(),
        quote(CLEAR).encode(),
        *(base64.b64encode(b"x" * shift + CLEAR.encode()) for shift in range(3)),
    ],
    ids=["clear", "json", "url", "base64-0", "base64-1", "base64-2"],
)
def test_a_secret_is_found_however_it_is_written(written: bytes) -> None:
    """And named by its place alone."""
    places = {"topic cases.routine": b"nothing", "log of intake": b"before " + written + b" after"}
    assert found_in(places, ["unknown-99", SECRET]) == ["log of intake"]
    assert found_in({"a": b"nothing"}, [SECRET]) == []
