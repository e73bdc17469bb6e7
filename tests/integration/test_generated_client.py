"""A client that openapi-python-client makes of docs/openapi/intake.json files and tracks a complaint on the suite."""

import importlib
import json
import re
import subprocess
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import httpx
import pytest

from janseva_local.demo.citizens import OTP
from janseva_local.stack import Stack
from tests.e2e.waiting import until
from tests.texts.readable import DEVANAGARI

ROOT: Final = Path(__file__).resolve().parents[2]
DOCUMENT: Final = ROOT / "docs" / "openapi" / "intake.json"
CONFIG: Final = ROOT / "docs" / "openapi-python-client.yaml"
PHONE: Final = "+919812300417"


class Generated:
    """The package: its calls by operation id, its models by name."""

    def __init__(self, folder: Path, document: Path = DOCUMENT) -> None:
        self.folder = folder / "generated_intake"
        command = [str(Path(sys.executable).with_name("openapi-python-client")), "generate", "--meta", "none"]
        options = ["--path", str(document), "--config", str(CONFIG), "--output-path", str(self.folder)]
        done = subprocess.run([*command, *options], capture_output=True, text=True, check=False, timeout=120)
        self.printed = done.stdout + done.stderr
        assert done.returncode == 0, self.printed

    @property
    def calls(self) -> dict[str, str]:
        """Module by operation id."""
        files = self.folder.glob("api/*/*.py")
        return {
            path.stem: f"generated_intake.api.{path.parent.name}.{path.stem}"
            for path in files
            if path.stem != "__init__"
        }

    async def ask(self, operation: str, *arguments: str, **options: Any) -> Any:
        """What the generated call made of the answer; AssertionError if the document does not describe it."""
        answer = await importlib.import_module(self.calls[operation]).asyncio_detailed(*arguments, **options)
        return answer.parsed

    def model(self, name: str) -> Any:
        return getattr(importlib.import_module("generated_intake.models"), name)

    def client(self, url: str, token: str | None = None) -> Any:
        """Who is answered what the document does not describe gets an exception."""
        package, strict = importlib.import_module("generated_intake"), {"raise_on_unexpected_status": True}
        if token is None:
            return package.Client(base_url=url, **strict)
        return package.AuthenticatedClient(base_url=url, token=token, **strict)


@pytest.fixture(scope="module")
def generated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Generated]:
    folder = tmp_path_factory.mktemp("client")
    made = Generated(folder)
    sys.path.insert(0, str(folder))
    yield made
    sys.path.remove(str(folder))


def test_the_client_has_every_call_with_every_answer(generated: Generated) -> None:
    """Nothing of the document is beyond the generator: it leaves nothing out, and warns of nothing."""
    document = json.loads(DOCUMENT.read_text(encoding="utf8"))
    operations = {call["operationId"] for calls in document["paths"].values() for call in calls.values()}
    assert not re.search("warning", generated.printed, re.IGNORECASE), generated.printed
    assert operations == generated.calls.keys()


def test_what_the_generator_leaves_out_is_reported(tmp_path: Path) -> None:
    """A header that is a constant is beyond it: its call would be missing."""
    document = json.loads(DOCUMENT.read_text(encoding="utf8"))
    constant = {"name": "X-Odd", "in": "header", "schema": {"type": "string", "const": "1"}}
    document["paths"]["/v1/services"]["get"]["parameters"] = [constant]
    (tmp_path / "odd.json").write_text(json.dumps(document), encoding="utf8")
    made = Generated(tmp_path, tmp_path / "odd.json")
    assert "WARNING" in made.printed
    assert "list_services" not in made.calls


async def log_in(generated: Generated, stack: Stack) -> str:
    """An access token, by the code that the local SMS provider got."""
    async with generated.client(stack.urls["intake"]) as stranger, httpx.AsyncClient() as http:
        asked = await generated.ask("request_otp", client=stranger, body=generated.model("OtpRequest")(phone=PHONE))
        inbox = (await http.get(f"{stack.urls['provider']}/v1/sink", params={"to": PHONE})).json()
        code = next(found.group(1) for message in inbox if (found := OTP.search(message["text"])))
        body = generated.model("TokenRequest")(challenge_id=asked.challenge_id, otp=code)
        token: str = (await generated.ask("trade_otp", client=stranger, body=body)).access_token
        return token


async def test_a_complaint_is_filed_and_tracked(generated: Generated, stack: Stack) -> None:
    """From a login to the station, in Hindi: with the token, and with the receipt by whoever has no login."""
    body = generated.model("ComplaintBody").from_dict(
        {
            "service_code": "e-complaint",
            "language": "hi",
            "description": "कल रात मेरी साइकिल चोरी हो गई",
            "location": {"lat": 25.61, "lon": 85.14},
            "attributes": {"category": "theft"},
        }
    )
    sent = {"body": body, "idempotency_key": str(uuid.uuid4()), "accept_language": "hi"}
    intake, token = stack.urls["intake"], await log_in(generated, stack)
    async with generated.client(intake, token) as citizen, generated.client(intake) as stranger:
        filed = await generated.ask("file_complaint", client=citizen, **sent)
        assert (await generated.ask("file_complaint", client=citizen, **sent)).case_id == filed.case_id
        receipt = {"x_receipt": filed.receipt_secret, "accept_language": "hi"}

        async def assigned() -> bool:
            found = await generated.ask("read_status", filed.tracking_number, client=stranger, **receipt)
            return found.station is not None

        await until(assigned, within_s=30)
        seen = await generated.ask("read_status", filed.tracking_number, client=citizen, accept_language="hi")
    assert (seen.case_id, seen.status.value) == (filed.case_id, "assigned")
    assert seen.station.code
    for text in (seen.status_text, seen.service_name, seen.next_step, *(item.text for item in seen.timeline)):
        assert DEVANAGARI.search(text), text


async def test_a_problem_is_read_in_hindi(generated: Generated, stack: Stack) -> None:
    """A wrong field and a case of somebody else come as the document's Problem, in the reader's language."""
    body = generated.model("OtpRequest")(phone="12")
    async with generated.client(stack.urls["intake"]) as stranger:
        nowhere = await generated.ask("read_status", "JS-26-0000-0000-0", client=stranger, accept_language="hi")
        refused = await generated.ask("request_otp", client=stranger, body=body, accept_language="hi")
    for problem in (nowhere, refused):
        assert isinstance(problem, generated.model("Problem"))
        assert DEVANAGARI.search(problem.title), problem
    assert [error.pointer for error in refused.errors] == ["/phone"]
    assert DEVANAGARI.search(refused.errors[0].message)
