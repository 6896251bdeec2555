"""Every fault of a catalogue's files is named with its line, its path and plain words."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from delivery.store.catalogue.files import FileFaults, read_file
from delivery.store.catalogue.lines import lines_of
from delivery.store.catalogue.parts import join
from delivery.store.catalogue.toml import written
from delivery.store.seeds import TOWN

TEXT = TOWN.read_text("utf-8")
LINES = TEXT.split("\n")


def faults_of(folder: Path, text: str, **tables: str) -> list[str]:
    file = folder / "shop.toml"
    file.write_text(text, "utf-8")
    for name, table in tables.items():
        (folder / f"{name}.csv").write_text(table, "utf-8")
    with pytest.raises(FileFaults) as refused:
        read_file(file)
    return [str(fault).removeprefix(f"{folder}/") for fault in refused.value.faults]


def line_after(heading: str, start: str, skipped: int = 0) -> int:
    """The number of the first line that starts so, after a heading and some others like it."""
    since = LINES.index(heading)
    found = [n for n, line in enumerate(LINES) if n > since and line.startswith(start)]
    return found[skipped] + 1


@pytest.mark.parametrize(
    ("was", "becomes", "heading", "fault"),
    [
        ("base = 590", "base = -1", "[services.home.price]", "price.base: must be 0 or more"),
        ("base = 590", "base = 5.9", "[services.home.price]",
         "price.base: must be a whole number"),
        ("base = 590", 'base = "590"', "[services.home.price]",
         "price.base: must be a whole number"),
        ('kind = "to_door"', 'kind = "door"', "[services.home]",
         "kind: must be 'to_door', 'pickup_point', 'locker' or 'store'"),
        ("max_parcels = 20", "max_parcel = 20", "[services.home.limits]",
         "limits.max_parcel: is not known here; max_parcels?"),
        ("max_parcels = 20", "max_parcels = 9999999", "[services.home.limits]",
         "limits.max_parcels: must be 1000000 or less"),
        ('carrier = "own_van"', 'carrier = "nobody"', "[services.home]",
         "carrier: 'nobody' is not described"),
        ('refuses = ["hazardous"]', 'refuses = "hazardous"', "[services.home.limits]",
         "limits.refuses: must be a list"),
        ("days_ahead = 14", "days_ahead = true", "[services.home]",
         "days_ahead: must be a whole number"),
    ],
)  # fmt: skip
def test_a_fault_of_a_service_has_its_line(
    tmp_path: Path, was: str, becomes: str, heading: str, fault: str
) -> None:
    line = line_after(heading, was)
    text = "\n".join([*LINES[: line - 1], becomes, *LINES[line:]])
    assert faults_of(tmp_path, text) == [f"shop.toml:{line}: services.home.{fault}"]


def test_all_faults_are_said_at_once_in_the_order_of_the_lines(tmp_path: Path) -> None:
    text = TEXT.replace("base = 590", "base = -1").replace('"espoo-north", "van', '"narnia", "van')
    text = text.replace('id = "kallio"', 'id = "hakaniemi"').replace('"24/7"', '"often"', 1)
    found = faults_of(tmp_path, text)
    lines = [int(fault.split(":")[1]) for fault in found]
    assert lines == sorted(lines)
    assert {"base", "narnia", "twice", "often"} == {
        word for word in ("base", "narnia", "twice", "often") if any(word in f for f in found)
    }


def test_an_element_of_a_list_over_many_lines_has_its_own_line(tmp_path: Path) -> None:
    text = TEXT.replace('"espoo-south", "espoo-north"', '"espoo-south",\n # far\n "narnia"', 1)
    (first, *_) = faults_of(tmp_path, text)
    line = line_after("[services.home]", '         "espoo-south"') + 2
    assert first == f"shop.toml:{line}: services.home.zones.6: 'narnia' is not described"


def test_a_dotted_key_and_a_key_in_a_table_on_one_line_have_their_line(tmp_path: Path) -> None:
    (fault,) = faults_of(tmp_path, TEXT.replace("description.en =", "description.em =", 1).replace(
        "description.fi =", "description.en =", 1).replace("description.em =", "description.fi =")
        .replace("60 = 8 }", "60 = 0 }", 1))  # fmt: skip
    line = line_after("[services.home.rounds]", "capacity")
    assert fault == f"shop.toml:{line}: services.home.rounds.capacity.60: must be 1 or more"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("format = 2\n\n[carriers\n", "shop.toml:3: Expected ']'"),
        ("format = 2\ncurrency = \n", "shop.toml:2: Invalid value"),
        ('[a]\nb = 1\n[a]\nb = """', "shop.toml:3: Cannot declare"),
        ('a = "', "shop.toml:1: Unterminated string"),
    ],
)
def test_what_is_not_toml_is_refused_with_its_line(tmp_path: Path, text: str, said: str) -> None:
    (fault,) = faults_of(tmp_path, text)
    assert fault.startswith(said)


def test_a_file_that_is_missing_or_no_text_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FileFaults, match="No such file"):
        read_file(tmp_path / "none.toml")
    (tmp_path / "shop.toml").write_bytes(b"format = 2\ncurrency = \xff\n")
    with pytest.raises(FileFaults, match=r"shop\.toml:2: is not UTF-8"):
        read_file(tmp_path / "shop.toml")


POINTS = """id,service,name,street,postcode,city,lat,lon,opening_hours,max_sides_mm,capacity,closed
a,locker,Ankkuri,Rantatie 1,00530,Helsinki,60.18,24.95,24/7,600x400x350,12,2026-12-24 2026-12-25
b,locker,"Bussi, the ""old"" one",Tie 2,00530,Helsinki,60.19,24.96,Mo-Fr 08:00-20:00,,,
"""
WITHOUT_POINTS = 'points_csv = "points.csv"\n' + TEXT[: TEXT.index("[[points]]")]


def test_points_may_stand_in_a_table(tmp_path: Path) -> None:
    (tmp_path / "points.csv").write_text(POINTS, "utf-8")
    (tmp_path / "shop.toml").write_text(WITHOUT_POINTS, "utf-8")
    points = join(read_file(tmp_path / "shop.toml"))["points"]
    assert points == [
        {"id": "a", "service": "locker", "name": "Ankkuri", "street": "Rantatie 1",
         "postcode": "00530", "city": "Helsinki", "lat": 60.18, "lon": 24.95,
         "opening_hours": "24/7", "max_sides_mm": [600, 400, 350], "capacity": 12,
         "closed": ["2026-12-24", "2026-12-25"]},
        {"id": "b", "service": "locker", "name": 'Bussi, the "old" one', "street": "Tie 2",
         "postcode": "00530", "city": "Helsinki", "lat": 60.19, "lon": 24.96,
         "opening_hours": "Mo-Fr 08:00-20:00"},
    ]  # fmt: skip


def test_a_spreadsheets_table_is_the_same_table(tmp_path: Path) -> None:
    (tmp_path / "shop.toml").write_text(WITHOUT_POINTS, "utf-8")
    (tmp_path / "points.csv").write_text(POINTS, "utf-8")
    plain = read_file(tmp_path / "shop.toml")
    rows = [row.replace(",", ";") for row in POINTS.splitlines()]
    rows[2] = rows[2].replace('"Bussi; the', '"Bussi, the')
    (tmp_path / "points.csv").write_text("\r\n".join(rows), "utf-8-sig")
    assert read_file(tmp_path / "shop.toml") == plain


@pytest.mark.parametrize(
    ("was", "becomes", "faults"),
    [
        ("60.19", "95", ["points.csv:3: lat: must be 90 or less"]),
        ("60.19", "nan", ["points.csv:3: lat: must be"]),
        ("60.19", "north", ["points.csv:3: lat: must be a number"]),
        ("24/7", "often", ["points.csv:2: opening_hours: "]),
        (",12,", ",many,", ["points.csv:2: capacity: must be a whole number"]),
        ("b,locker", "a,locker", ["points.csv:3: id a is there twice"]),
        ("b,locker", "b,home", ["points.csv:3: service: 'home' comes to the door"]),
        ("b,locker", "b,moon", ["points.csv:3: service: 'moon' is not described"]),
        ("capacity,closed", "capacitty,closed", ["points.csv:1: no point has 'capacitty'"]),
        ("street,", "", ["points.csv:1: the column 'street' is missing"]),
        ("20:00,,,", "20:00,,,,,", ["points.csv:3: has more cells than the heading"]),
    ],
)
def test_a_fault_of_the_table_has_its_line(
    tmp_path: Path, was: str, becomes: str, faults: list[str]
) -> None:
    assert was in POINTS
    found = faults_of(tmp_path, WITHOUT_POINTS, points=POINTS.replace(was, becomes, 1))
    assert len(found) == len(faults)
    assert all(said.startswith(start) for said, start in zip(found, faults, strict=True))


def test_a_table_that_is_not_there_is_a_fault(tmp_path: Path) -> None:
    assert faults_of(tmp_path, WITHOUT_POINTS) == ["points.csv:1: No such file or directory"]


_KEYS = st.text(st.sampled_from("ab.-_ é\"'#=[\\\x7f\n"), max_size=5)
_SCALARS = st.one_of(
    st.booleans(), st.integers(-(2**63), 2**63 - 1), st.floats(allow_nan=False), st.text()
)
_VALUES = st.recursive(
    _SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_KEYS, inner, max_size=6),
    max_leaves=20,
)


@given(st.dictionaries(_KEYS, _VALUES, max_size=5))
def test_what_is_written_as_toml_is_read_again(raw: dict[str, Any]) -> None:
    assert tomllib.loads(written(raw)) == raw


@given(st.dictionaries(_KEYS, _VALUES, max_size=5))
def test_every_key_of_a_toml_text_has_a_line(raw: dict[str, Any]) -> None:
    text = written(raw)
    lines, count = lines_of(text), text.count("\n")
    for path in _paths(raw):
        assert 1 <= lines[path] <= count


def _paths(value: Any, at: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    inner = value.items() if isinstance(value, dict) else enumerate(value)
    found = []
    for key, each in inner:
        path = (*at, str(key))
        found += [path, *(_paths(each, path) if isinstance(each, dict | list) else [])]
    return found
