"""Opens any bytes as a value: JSON in any encoding, forms, plain text, compressed or broken. Nothing is refused."""

import codecs
import json
import re
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

# What the door lets through of a body: the beginning of a very long one, and its end.
MAX_BYTES = 1_048_576 + 65_536
MAX_FIELDS = 500
# Each costs a call or an object; no emergency has a hundredth of them.
MAX_NESTS, MAX_VALUES = 5_000, 50_000
# What is searched by patterns when it is no JSON: the beginning and the end, where short fields stand.
SALVAGED = 32_768


class Several(list[Any]):
    """The values of a name that was given more than once."""


@dataclass(frozen=True, slots=True)
class Opened:
    """`text` is what was sent, to be kept if it could not be understood wholly (`broken`)."""

    value: Any
    text: str = ""
    broken: bool = False


def open_body(raw: bytes, content_type: str = "") -> Opened:
    """In time linear in at most MAX_BYTES."""
    raw = _inflated(raw[:MAX_BYTES])[:MAX_BYTES]
    multipart = _multipart(raw, content_type)
    if multipart is not None:
        return Opened(multipart)
    text = _decoded(raw, content_type).strip("\ufeff\0 \t\r\n")
    if not text:
        return Opened({}, broken=bool(raw.strip()))
    if _looks_like_form(text, content_type):
        return Opened(_form(text), text)
    return _json(text)


def unfolded(value: Any) -> Any:
    """A text that is itself a JSON object or list, as such; anything else as it is."""
    if not isinstance(value, str) or value.lstrip()[:1] not in ("{", "[") or len(value) > MAX_BYTES:
        return value
    opened = _json(value.strip())
    return value if opened.broken else opened.value


def _json(text: str) -> Opened:
    """One JSON value, or several behind each other; else what can be read in the pieces."""
    values: list[Any] = []
    end = 0
    try:
        _check_count(text)
        while end < len(text) and len(values) < MAX_FIELDS:
            value, end = _DECODER.raw_decode(text, end)
            values.append(value)
            between = _BETWEEN.match(text, end)
            end = between.end() if between else end
    except (ValueError, RecursionError):
        found, kept = _salvaged(text), _shown(text[:SALVAGED])
        return Opened(found or kept, kept, broken=True)
    value = values[0] if len(values) == 1 else values
    return Opened(value, text, broken=not _holds_fields(unfolded(value)))


def _check_count(text: str) -> None:
    if text.count("{") + text.count("[") > MAX_NESTS or text.count(",") > MAX_VALUES:
        raise ValueError("too many values to look at each")


def _holds_fields(value: Any) -> bool:
    return isinstance(value, dict) or (
        isinstance(value, list) and any(isinstance(item, dict | list) for item in value[:MAX_FIELDS])
    )


def _with_doubles(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name not in found:
            found[name] = value
        elif isinstance(found[name], Several):
            found[name].append(value)
        else:
            found[name] = Several([found[name], value])
    return found


def _number(text: str) -> float | int | str:
    """Numbers without bound stay texts: to convert a million digits takes seconds."""
    if len(text) > 40:
        return text[:40]
    return int(text) if text.lstrip("-").isdigit() else float(text)


_DECODER = json.JSONDecoder(
    object_pairs_hook=_with_doubles, parse_int=_number, parse_float=_number, parse_constant=str, strict=False
)

_BETWEEN = re.compile(r"[\s,;\x1e]*")
_GZIP = b"\x1f\x8b"


def _inflated(raw: bytes) -> bytes:
    """Unpacked as far as it goes and never beyond the limit; a zip bomb gives its first megabyte."""
    for _ in range(2):
        if raw[:2] != _GZIP and not (raw[:1] == b"\x78" and len(raw) > 2 and int.from_bytes(raw[:2], "big") % 31 == 0):
            return raw
        unpacker = zlib.decompressobj(47)
        unpacked = bytearray()
        try:
            for start in range(0, len(raw), 4_096):
                unpacked += unpacker.decompress(raw[start : start + 4_096], max(1, MAX_BYTES - len(unpacked)))
                if len(unpacked) >= MAX_BYTES or unpacker.eof:
                    break
        except zlib.error:
            if not unpacked:
                return raw
        raw = bytes(unpacked)
    return raw


_BOMS = (
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# By which of the first four bytes are zero: JSON begins with two ASCII characters.
_ZEROS = {
    b"\1\1\1\0": "utf-32-be",
    b"\0\1\1\1": "utf-32-le",
    b"\1\0\1\0": "utf-16-be",
    b"\0\1\0\1": "utf-16-le",
}
_CHARSET = re.compile(r"charset\s?=\s?\"?([\w-]{1,30})", re.IGNORECASE)
_SIMPLE = re.compile(r"utf-?(8|16|32)(-?[lb]e)?|iso-?8859-?\d{1,2}|(windows|cp)-?125\d|latin-?1|us-ascii|ascii")


def _decoded(raw: bytes, content_type: str) -> str:
    for mark, encoding in _BOMS:
        if raw.startswith(mark):
            return raw[len(mark) :].decode(encoding, "replace")
    zeros = _ZEROS.get(bytes(byte == 0 for byte in raw[:4]))
    if zeros is not None:
        return raw.decode(zeros, "replace")
    declared = _CHARSET.search(content_type[:500])
    name = declared[1].lower().replace("_", "-") if declared else ""
    known = name if _SIMPLE.fullmatch(name) and not name.startswith("utf-8") else ""
    # Broken UTF-8 still holds whole characters of it; a text without any is of an older encoding.
    older = "cp1252" if len(raw) > 8 and raw.decode("utf-8", "ignore").isascii() else ""
    attempts = (_attempt(raw, encoding) for encoding in ("utf-8", known, older) if encoding)
    return next((text for text in attempts if text is not None), raw.decode("utf-8", "replace"))


def _attempt(raw: bytes, encoding: str) -> str | None:
    try:
        return raw.decode(encoding, "strict" if encoding == "utf-8" else "replace")
    except (UnicodeDecodeError, LookupError):
        return None


def _looks_like_form(text: str, content_type: str) -> bool:
    if text[0] in '{["<' or "\n" in text:
        return False
    return "x-www-form-urlencoded" in content_type.lower() or bool(re.match(r"[\w.\-%+\[\]]{1,60}=[^=]", text))


def _form(text: str) -> Mapping[str, Any]:
    separator = ";" if ";" in text and "&" not in text else "&"
    text = separator.join(text.split(separator, MAX_FIELDS)[:MAX_FIELDS])
    return _tree(parse_qsl(text, keep_blank_values=True, separator=separator))


def _tree(pairs: Iterable[tuple[str, str]]) -> Mapping[str, Any]:
    """location[lat]=1 and location.lat=1 are a member of location; a name given twice has several values."""
    found: dict[str, Any] = {}
    for name, value in pairs:
        path = [part for part in re.split(r"[\[\].]+", name[:120]) if part and not part.isdigit()][:5] or [name[:120]]
        level = found
        for part in path[:-1]:
            following = level.setdefault(part, {})
            if not isinstance(following, dict):
                following = level[part] = {part: following}
            level = following
        known = level.get(path[-1])
        if known is None:
            level[path[-1]] = value
        elif isinstance(known, Several):
            known.append(value)
        else:
            level[path[-1]] = Several([known, value])
    return found


_BOUNDARY = re.compile(r"boundary\s?=\s?\"?([^\";,\s]{1,200})", re.IGNORECASE)
_PART_NAME = re.compile(r"\bname\s?=\s?(?:\"([^\"\r\n]{0,120})\"|([^;\s]{1,120}))", re.IGNORECASE)
_FILE_NAME = re.compile(r"\bfilename\*?\s?=\s?\"?([^\"\r\n;]{0,120})", re.IGNORECASE)


def _multipart(raw: bytes, content_type: str) -> Mapping[str, Any] | None:
    """The fields of a multipart form, whole or cut short; of files only their names. None if it is none."""
    start = raw.lstrip(b"\r\n ")
    if not start.startswith(b"--"):
        return None
    declared = _BOUNDARY.search(content_type[:1_000])
    line = b"--" + declared[1].encode() if declared else start.splitlines()[0].rstrip()
    if not start.startswith(line):
        line = start.splitlines()[0].rstrip()
    if len(line) < 3 or b"content-disposition" not in start[:4_096].lower():
        return None
    pairs: list[tuple[str, str]] = []
    for part in start.split(line, MAX_FIELDS)[1:]:
        head, _, body = part.replace(b"\r\n", b"\n").lstrip(b"\n").partition(b"\n\n")
        header = head[:2_000].decode("utf-8", "replace")
        name, file = _PART_NAME.search(header), _FILE_NAME.search(header)
        if name is not None:
            value = file[1] if file else _decoded(body.strip(b"\n"), header)
            pairs.append((name[1] or name[2] or "", value))
    return _tree(pairs)


_VALUE = r"""(?:["']([^"'\r\n]{0,500})["']?|(-?\d{1,18}(?:\.\d{1,18})?|[A-Za-z]{2,20}))"""
_FIELD = re.compile(rf"""(?<!\w)["']?(\w{{2,20}})["']?\s{{0,20}}[:=]\s{{0,20}}{_VALUE}""")
_LIST = re.compile(r"""["']?(kinds|coordinates|location)["']?\s{0,20}[:=]\s{0,20}\[([^\]]{0,200})\]?""")
_ELEMENT = re.compile(r"<(\w{2,20})>([^<]{1,500})<")


def _salvaged(text: str) -> Mapping[str, Any]:
    """Members that can be read in what is no whole JSON."""
    ends = text if len(text) <= 2 * SALVAGED else f"{text[:SALVAGED]}\n{text[-SALVAGED:]}"
    shown = _shown(ends)
    pairs: list[tuple[str, Any]] = [(name, quoted or plain) for name, quoted, plain in _FIELD.findall(shown)]
    pairs += _ELEMENT.findall(shown)
    for name, items in _LIST.findall(shown):
        pairs.append((name, [item.strip(" \"'") for item in items.split(",") if item.strip(" \"'")]))
    found: dict[str, Any] = {}
    for name, value in pairs[:MAX_FIELDS]:
        if value:
            known = found.setdefault(name, Several())
            if value not in known:
                known.append(value)
    return {name: values[0] if len(values) == 1 else values for name, values in found.items()}


_ESCAPED = re.compile(r"(?:\\u[0-9a-fA-F]{4})+")


def _shown(text: str) -> str:
    r"""With \u escapes as the letters they stand for, so that people can read what was broken."""
    if "\\u" not in text:
        return text
    return _ESCAPED.sub(lambda found: _letters(found[0]), text)


def _letters(escapes: str) -> str:
    units = b"".join(int(unit, 16).to_bytes(2, "big") for unit in escapes.split("\\u")[1:])
    return units.decode("utf-16-be", "replace")
