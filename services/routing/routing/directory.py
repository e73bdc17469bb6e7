"""The directory of posts: who answers for an office, whom that post reports to, and how to reach the office."""

import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from event_schemas import DirectoryPost, Post
from routing.domain import Office, PoliceDistrict, Snapshot, StationKind, StationRecord
from routing.domain.sub_divisions import SDPO_OFFICE, SDPO_OFFICE_HI

POST_NAMES: Final = {
    Post.SHO: ("SHO", "थानाध्यक्ष"),
    Post.SDPO: ("SDPO", "अनुमंडल पुलिस पदाधिकारी"),
    Post.SP: ("SP", "पुलिस अधीक्षक"),
    Post.DIG: ("DIG", "पुलिस उपमहानिरीक्षक"),
    Post.HQ: ("Control Room", "नियंत्रण कक्ष"),
}


STATE_HI: Final = "बिहार"
KINDS_HI: Final = {StationKind.OUTPOST: "ओपी", StationKind.RAILWAY: "रेल थाना"}


@dataclass(frozen=True, slots=True)
class PostDetails:
    """What an import says about one post; `acting` is the key of the post that stands in."""

    office_phone: str | None = None
    office_email: str | None = None
    vacant: bool = False
    acting: str | None = None


@dataclass(frozen=True, slots=True)
class Directory:
    """All posts of a snapshot, by their key `station:post`. `offices` says whose office a post of a ladder is."""

    posts: Mapping[str, DirectoryPost] = field(default_factory=dict)
    offices: Mapping[str, str] = field(default_factory=dict)

    def of_station(self, code: str) -> list[DirectoryPost]:
        """The posts of an office and every post above them, nearest first."""
        found = [post for post in self.posts.values() if post.station == code]
        for post in found:
            parent = self.posts.get(post.parent or "")
            if parent is not None and parent not in found:
                found.append(parent)
        return found


def build_directory(
    snapshot: Snapshot, details: Mapping[str, PostDetails] | None = None, *, dev_phones: bool = False
) -> Directory:
    """Posts of stations, known sub-divisions, police districts, the range and the state, with their contacts."""
    known = details or {}
    posts = [
        _completed(post, known.get(post.key, PostDetails()), number if dev_phones else None)
        for post, number in _posts(snapshot)
    ]
    by_key = {post.key: post for post in posts}
    offices = {station_sdpo(station): key for station, key in _supervised(snapshot)}
    by_key |= {key: _in_the_ladder(key, by_key[office]) for key, office in offices.items()}
    return Directory(by_key, offices)


def changed(wanted: Directory, published: Mapping[str, DirectoryPost]) -> Sequence[DirectoryPost]:
    """What to publish so that the topic says what is wanted. A post that is no more is vacant: its cases go up."""
    write = [post for key, post in wanted.posts.items() if published.get(key) != post]
    gone = [published[key] for key in sorted(published.keys() - wanted.posts.keys())]
    return [*write, *(post.model_copy(update={"vacant": True}) for post in gone if not post.vacant)]


def _posts(snapshot: Snapshot) -> Iterable[tuple[DirectoryPost, str]]:
    """Each post with the number it has in development: "+910" and nine digits, which no operator allocates."""
    state, range_ = snapshot.control_room(), snapshot.range_office()
    yield _post(state, None, STATE_HI), "+910300000002"
    yield _post(range_, _key(state), STATE_HI), "+910300000001"
    for district in snapshot.dataset.police_districts:
        yield from _district_posts(snapshot, district, range_)
    for sub_division in snapshot.sub_divisions.by_code.values():
        office = sub_division.office
        yield _post(office, _key(snapshot.superintendent(office.police_district))), f"+9103{_digits(office.code, 8)}"
    for station in snapshot.dataset.stations:
        yield _station_post(snapshot, station), f"+9100{_digits(station.code, 8)}"


def _district_posts(
    snapshot: Snapshot, district: PoliceDistrict, range_: Office
) -> Iterable[tuple[DirectoryPost, str]]:
    superintendent, hindi = snapshot.superintendent(district.name), district.name_hi
    yield _post(superintendent, _key(range_), hindi), f"+9101{_digits(district.code, 8)}"
    yield _post(snapshot.control_room(district.name), _key(superintendent), hindi), f"+9102{_digits(district.code, 8)}"


def _station_post(snapshot: Snapshot, station: StationRecord) -> DirectoryPost:
    officer = snapshot.sub_divisional_officer(station.code)
    above = station_sdpo(station.code) if officer else _key(snapshot.superintendent(station.police_district))
    return _post(snapshot.station_office(station), above, called_hi(station))


def called_hi(station: StationRecord) -> str:
    """A station as Hindi text calls it, "कदमकुआँ थाना"; "" where its Hindi name is not known."""
    if not station.name_hi:
        return ""
    kind = KINDS_HI.get(station.kind, "थाना")
    return station.name_hi if station.name_hi.endswith((kind, "थाना")) else f"{station.name_hi} {kind}"


def _supervised(snapshot: Snapshot) -> Iterable[tuple[str, str]]:
    """Each station that an SDPO is over, with the key of the SDPO's office."""
    for sub_division in snapshot.sub_divisions.by_code.values():
        for station in sub_division.stations:
            yield station, _key(sub_division.office)


def _in_the_ladder(key: str, office: DirectoryPost) -> DirectoryPost:
    """The SDPO as a station's ladder names the post (`SDPO:5140003`): the office's contact, vacancy and superior."""
    return office.model_copy(update={"station": key.partition(":")[0]})


def station_sdpo(station: str) -> str:
    """The key under which a station's ladder finds its SDPO."""
    return f"{station}:{Post.SDPO}"


def _post(office: Office, parent: str | None, name_hi: str = "") -> DirectoryPost:
    post = Post(office.post)
    english, hindi = POST_NAMES[post]
    place = office.police_district.title()
    if post is Post.SHO:
        place = office.name
    elif post is Post.SDPO:
        place = office.name.removeprefix(SDPO_OFFICE)
        name_hi = office.name_hi.removeprefix(SDPO_OFFICE_HI)
    return DirectoryPost(
        station=office.code,
        post=post,
        name_en=f"{english}, {place}",
        # Where a place has no Hindi name in the data, the post is named in Hindi and the place as it is known.
        name_hi=f"{hindi}, {name_hi or place}",
        parent=parent,
    )


def _completed(post: DirectoryPost, details: PostDetails, dev_phone: str | None) -> DirectoryPost:
    return DirectoryPost(
        station=post.station,
        post=post.post,
        name_en=post.name_en,
        name_hi=post.name_hi,
        parent=post.parent,
        office_phone=details.office_phone or dev_phone,
        office_email=details.office_email,
        vacant=details.vacant,
        acting=details.acting,
    )


def _key(office: Office) -> str:
    return f"{office.code}:{office.post}"


def _digits(code: str, length: int) -> str:
    number = int(code) if code.isdecimal() else zlib.crc32(code.encode())
    return f"{number % 10**length:0{length}d}"
