"""Draws a sample of each kind of paper, and lists the kinds here, in the certificate service's README and for other
services.

python docs/papers/generate.py [--check]
"""

import hashlib
import io
import json
import sys
from collections.abc import Iterator
from importlib.resources import files as package_files
from pathlib import Path

from PIL import Image

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from deploy.k8s.tools.generated import ROOT, main

from certificate.kind_rules import checked
from certificate.kinds import Kind, Papers
from certificate.render import Renderer
from certificate.samples import ISSUED_AT, kinds_table, sample_page
from event_schemas.papers import FILE as RULES_FILE
from event_schemas.papers import RULES

FOLDER = ROOT / "docs/papers"
README = FOLDER / "README.md"
SERVICE_README = ROOT / "services/certificate/README.md"
INTRODUCTION = """# Papers

One sample of each kind, drawn from `services/certificate/certificate/papers` by `make generate`. All facts are made up.

"""
# Enough to read the small print on a screen; with these few colours a page stays under 60 kB.
PPI = 92
COLOURS = 16
OPENS, CLOSES = "<!-- kinds of paper: generated -->\n", "<!-- end -->"


def files(papers: Papers) -> dict[Path, str]:
    return {
        README: readme(papers),
        SERVICE_README: service_readme(papers, SERVICE_README.read_text("utf-8")),
        RULES_FILE: rules(papers),
    }


def rules(papers: Papers) -> str:
    """What `event_schemas.papers` reads."""
    listed = RULES.dump_python(tuple(kind.rule for kind in papers.kinds.values()), mode="json", exclude_defaults=True)
    return json.dumps(listed, ensure_ascii=False, indent=1) + "\n"


def readme(papers: Papers) -> str:
    """All kinds with their pictures. The digest is of what the picture shows: a changed word asks for a new one."""
    parts = [
        INTRODUCTION,
        kinds_table(papers, ""),
    ]
    for kind in papers.kinds.values():
        title = kind.title
        parts.append(f"\n## {title.en}\n\n{title.hi}. {kind.source}\n\n![{title.en}]({kind.kind}.png)\n")
        parts.append(f"<!-- {digest(papers, kind)} -->\n")
    return "".join(parts)


def service_readme(papers: Papers, text: str) -> str:
    before, _, rest = text.partition(OPENS)
    after = rest.partition(CLOSES)[2]
    return f"{before}{OPENS}{kinds_table(papers, '../../docs/papers/')}{CLOSES}{after}"


def digest(papers: Papers, kind: Kind) -> str:
    layout = package_files("certificate").joinpath("page.typ").read_bytes()
    page = sample_page(papers, kind).model_dump_json(by_alias=True)
    return hashlib.sha256(layout + page.encode()).hexdigest()


def outdated(papers: Papers) -> Iterator[Kind]:
    """Kinds whose picture is missing, or shows an older text."""
    known = README.read_text("utf-8") if README.exists() else ""
    for kind in papers.kinds.values():
        if not picture_of(kind).exists() or digest(papers, kind) not in known:
            yield kind


def draw(papers: Papers) -> None:
    renderer = Renderer()
    for kind in outdated(papers):
        drawn = Image.open(io.BytesIO(renderer.picture_now(sample_page(papers, kind), ISSUED_AT, ppi=PPI)))
        small = drawn.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
        small.save(picture_of(kind), "PNG", optimize=True)
    renderer.close()
    for left in set(FOLDER.glob("*.png")) - set(map(picture_of, papers.kinds.values())):
        left.unlink()


def picture_of(kind: Kind) -> Path:
    return FOLDER / f"{kind.kind}.png"


if __name__ == "__main__":
    shipped = checked()
    if "--check" not in sys.argv:
        draw(shipped)
    elif missing := [kind.kind for kind in outdated(shipped)]:
        sys.exit(f"pictures of papers are missing or old: {', '.join(missing)}; run `make generate`")
    sys.exit(main(files(shipped), sys.argv[1:]))
