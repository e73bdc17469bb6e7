"""Types that openapi-typescript makes of docs/openapi/intake.json fit a page's code, and refuse a wrong one."""

import re
import shutil
import subprocess
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).resolve().parents[2]
PAGE: Final = Path(__file__).with_name("frontend_page.ts")
# The command of docs/frontend.md, and what checks a page that uses its types.
GENERATE: Final = "npx openapi-typescript@7.13.0 docs/openapi/intake.json --default-non-nullable false"
COMPILER: Final = "typescript@5.9.3"
CHECK: Final = "tsc --noEmit --strict --target es2022 --lib es2022,dom --moduleResolution node10"
NO_REGISTRY: Final = re.compile("ECONNREFUSED|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|ENETUNREACH")


def run(*command: str) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=200)
    if done.returncode and NO_REGISTRY.search(done.stderr):
        pytest.skip("npm's registry does not answer")
    return done


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the generated types."""
    if shutil.which("npx") is None:
        pytest.skip("Node is not installed (Debian's packages nodejs and npm)")
    made = tmp_path_factory.mktemp("types")
    done = run("npx", "--yes", *GENERATE.split()[1:], "-o", str(made / "intake.d.ts"))
    assert done.returncode == 0, done.stderr
    return made


def check(*pages: Path) -> subprocess.CompletedProcess[str]:
    return run("npx", "--yes", "-p", COMPILER, "--", *CHECK.split(), *map(str, pages))


def test_a_page_that_files_and_tracks_fits_the_types(folder: Path) -> None:
    """Body, headers, answers and problems have types of their own."""
    page = folder / "page.ts"
    page.write_text(PAGE.read_text(encoding="utf8"), encoding="utf8")
    done = check(page)
    assert done.returncode == 0, done.stdout


def test_a_page_that_does_not_fit_is_refused(folder: Path) -> None:
    """A member that the document does not know is in no type: of a body, an answer, the headers."""
    wrong = {"service_code:": "service:", "status.next_step": "status.next", '"Idempotency-Key"': '"Idempotency"'}
    pages = [folder / f"wrong_{number}.ts" for number in range(len(wrong))]
    for page, (known, unknown) in zip(pages, wrong.items(), strict=True):
        page.write_text(PAGE.read_text(encoding="utf8").replace(known, unknown), encoding="utf8")
    done = check(*pages)
    assert done.returncode == 2, done.stderr
    assert [page.name for page in pages if f"{page.name}(" not in done.stdout] == []


def test_the_guide_shows_this_command() -> None:
    assert GENERATE in (ROOT / "docs" / "frontend.md").read_text(encoding="utf8")
