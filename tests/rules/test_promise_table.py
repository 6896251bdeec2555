"""Tables of shipments that cannot be read say where, and any that can are measured."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import pytest

from delivery.cli import bench_promise
from delivery.cli.promise_table import BadTable, read_shipments
from tests.rules.histories import a_carrier, write

HEAD = "service,area,shipped_at,promised_at,delivered_at\n"
GOOD = "home,00,2026-03-10 14:00:00,2026-03-12 20:00:00,2026-03-12 11:30:00\n"


def table(folder: Path, text: str) -> Path:
    file = folder / "t.csv"
    file.write_text(text, "utf-8")
    return file


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "t.csv:1: service: no such column"),
        (HEAD, "t.csv:1: row: there is none"),
        ("service,area,shipped_at,delivered_at\n", "t.csv:1: promised_at: no such column"),
        ("area," + HEAD, "t.csv:1: area: two columns of that name"),
        (HEAD + GOOD + "a,b,2026-03-10,\n", "t.csv:3: row: 4 columns, the header has 5"),
        (HEAD + GOOD + "a,b,soon,,\n", "t.csv:3: shipped_at: 'soon' is no moment"),
        (HEAD + GOOD + "a,b,2026-02-30,,\n", "t.csv:3: shipped_at: '2026-02-30' is no moment"),
        (HEAD + "a,b,2026-03-10,9999-12-31,\n", "t.csv:2: promised_at: '9999-12-31' is no"),
        (HEAD + "a,b,2026-03-10,,12.3.2026\n", "t.csv:2: delivered_at: '12.3.2026' is no moment"),
        (HEAD + "a,b,,,2026-03-10\n", "t.csv:2: shipped_at: is empty"),
        (HEAD + "a,b,2026-03-10,,2026-03-09\n", "No row is left"),
    ],
)
def test_a_bad_table_says_what_is_wrong_and_where(
    tmp_path: Path, text: str, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert bench_promise.main(table(tmp_path, text)) == 2
    assert said in capsys.readouterr().err


def test_of_many_faults_twenty_are_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert bench_promise.main(table(tmp_path, HEAD + "a,b,soon,,\n" * 23)) == 2
    told = capsys.readouterr().err.splitlines()
    assert len(told) == 21
    assert told[-1] == "… and 3 more"


def test_no_file_and_no_share_are_said_too(tmp_path: Path) -> None:
    with pytest.raises(BadTable, match="cannot be read"):
        read_shipments(tmp_path / "none.csv")
    assert bench_promise.main(table(tmp_path, HEAD + GOOD), target=95.0) == 2


def test_columns_stand_in_any_order_among_others_and_blanks_are_unknown(tmp_path: Path) -> None:
    text = (
        "\ufeffweight;Delivered_At;AREA;shipped_at;service;promised_at\r\n"
        "3;2026-03-12 12:00;Åbo;2026-03-10T12:00:00;home;\r\n\r\n"
        ";NaT;Oulu;2026-03-11T00:00:00.000Z;home;2026-03-13 18:00:00 UTC\r\n"
    )
    read = read_shipments(table(tmp_path, text))
    assert read.shipments.area.tolist() == [1, 0]
    assert (read.shipments.delivered - read.shipments.shipped)[0] == pytest.approx(2)
    assert np.isnan(read.shipments.delivered[1])
    assert np.isnan(read.promised[0])
    assert read.promised[1] - read.shipments.shipped[1] == pytest.approx(2.75)


def test_moments_of_a_row_are_told_on_the_clock_of_shipping(tmp_path: Path) -> None:
    text = (
        HEAD + "a,b,2026-03-10T23:00:00+02:00,2026-03-12T09:00:00Z,2026-03-12T10:30:00+02:00\n"
        "a,b,2026-03-10T22:00:00+01:00,2026-03-12T08:59:00Z,2026-03-12T09:00:00Z\n"
    )
    read = read_shipments(table(tmp_path, text))
    hours = (read.shipments.shipped % 1 * 24, read.promised % 1 * 24)
    assert hours[0] == pytest.approx([22, 23])
    assert hours[1] == pytest.approx([9 + 59 / 60, 11])
    assert read.shipments.left_at[0] == pytest.approx(read.shipments.left_at[1])
    assert (read.shipments.delivered <= read.promised).tolist() == [False, True]


def test_a_day_lasts_until_its_end(tmp_path: Path) -> None:
    days = HEAD + "a,b,2026-03-10 14:00:00,2026-03-12 00:00:00,2026-03-12 18:00:00\n"
    read = read_shipments(table(tmp_path, days))
    assert read.by_day == {"promised_at"}
    assert (read.shipments.delivered <= read.promised).all()
    both = HEAD + "a,b,2026-03-10 14:00:00,2026-03-10 17:00:00,2026-03-10\n"
    read = read_shipments(table(tmp_path, both))
    assert not read.left_out
    assert (read.shipments.delivered <= read.promised).all()


def test_what_came_before_it_left_is_left_out_and_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = HEAD + GOOD + "a,b,2026-03-10 14:00:00,,2026-03-10 11:00:00\n"
    assert bench_promise.main(table(tmp_path, text)) == 0
    told = capsys.readouterr()
    assert "t.csv:3: delivered_at: before shipped_at, left out" in told.err
    assert "1 rows are left out" in told.out


def test_too_few_are_told_plainly(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert bench_promise.main(table(tmp_path, HEAD + GOOD)) == 0
    assert "Too few to learn from: 0 deliveries" in capsys.readouterr().out
    assert bench_promise.main(write(tmp_path / "t.csv", a_carrier(count=60))) == 0
    assert "mostly chance" in capsys.readouterr().out


def test_every_way_to_promise_has_its_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    parcels = a_carrier(count=1200)
    parcels.delivered[-9:] = np.nan
    file = write(tmp_path / "t.csv", parcels, np.floor(parcels.shipped) + 9)
    assert bench_promise.main(file, target=0.9) == 0
    told = capsys.readouterr().out
    assert "t.csv: 1200 rows, 3 services, 8 areas, 24 groups, shipped 2023-01-02" in told
    assert "9 rows have not arrived" in told
    assert "360 rows" in told
    assert "to be in time: 90 %" in told
    for name in ("ours", "the table's promised_at", "longest seen", "pooled quantile"):
        assert f"  {name}" in told


def test_the_order_of_rows_does_not_matter(tmp_path: Path) -> None:
    head, *lines = write(tmp_path / "t.csv", a_carrier(count=400)).read_text().splitlines()
    one = read_shipments(tmp_path / "t.csv")
    random.Random(1).shuffle(lines)
    other = read_shipments(table(tmp_path, "\n".join([head, *lines])))
    made = [bench_promise.promised(each, 0.95) for each in (one, other)]
    for name, until in made[0].items():
        assert np.array_equal(until, made[1][name], equal_nan=True), name
