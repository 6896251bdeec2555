"""Tables of choices that cannot be read say where, and those that can are read whole."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from delivery.cli import bench_taste
from delivery.cli.taste_table import BadTable, read_choices

HEAD = "person,choice,alternative,chosen,price,time\n"
GOOD = "a,1,van,1,5,2\na,1,locker,0,3,4\n"


def table(folder: Path, text: str) -> Path:
    file = folder / "t.csv"
    file.write_text(text, "utf-8")
    return file


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "empty"),
        ("person,choice,chosen,price\n", "Line 1: no column alternative"),
        ("person,choice,alternative,chosen\n", "Line 1: no feature"),
        (HEAD.replace("time", "price"), "Line 1: two columns are called price"),
        (HEAD + GOOD + "a,2,van,1,cheap,2\n", "Line 4: price is 'cheap'"),
        (HEAD + GOOD + "a,2,van,1,inf,2\n", "Line 4: price is infinite"),
        (HEAD + GOOD + "a,2,van,yes,5,2\n", "Line 4: chosen is 'yes'"),
        (HEAD + GOOD + ",2,van,1,5,2\n", "Line 4: person is empty"),
        (HEAD + GOOD + "a,2,van,1,5\n", "Line 4: 5 columns, the header has 6"),
        (HEAD + GOOD + "a,2,van,0,5,2\na,2,locker,0,5,2\n", "Line 4: nothing is chosen"),
        (HEAD + GOOD + "a,2,van,1,5,2\na,2,locker,1,5,2\n", "Line 4: 2 alternatives are chosen"),
        (HEAD + "a,1,van,1,5,2\n", "No choice between at least two"),
        ("id,choiceid,choice,price1,price2\n1,1,choice3,5,6\n", "Line 2: choice 'choice3'"),
        ("id,choiceid,choice,price\n", "Line 1: price does not end with"),
    ],
)
def test_a_bad_table_says_what_is_wrong_and_where(
    tmp_path: Path, text: str, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    file = table(tmp_path, text)
    assert bench_taste.main(file) == 2
    assert said in capsys.readouterr().err


def test_no_file_and_no_text_are_said_too(tmp_path: Path) -> None:
    with pytest.raises(BadTable, match="cannot be read"):
        read_choices(tmp_path / "none.csv")
    (tmp_path / "t.csv").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(BadTable, match="cannot be read"):
        read_choices(tmp_path / "t.csv")


def test_choices_of_a_person_are_put_in_time_order_wherever_they_stand(tmp_path: Path) -> None:
    text = HEAD + "a,10,van,1,5,2\na,10,locker,0,3,4\nb,1,van,0,1,1\nb,1,locker,1,2,2\n"
    text += "a,9,van,0,7,7\na,9,locker,1,8,8\n"
    panel = read_choices(table(tmp_path, text))
    assert panel.person.tolist() == [0, 0, 1]
    assert panel.features[panel.starts, 0].tolist() == [7.0, 5.0, 1.0]
    assert (panel.chosen - panel.starts).tolist() == [1, 0, 1]


def test_blanks_are_unknown_and_semicolons_and_marks_of_a_spreadsheet_are_read(
    tmp_path: Path,
) -> None:
    text = "\ufeff" + HEAD.replace(",", ";") + "a;1;van;TRUE;;2\na;1;locker;FALSE;NA;4\n\n"
    panel = read_choices(table(tmp_path, text))
    assert np.isnan(panel.features[:, 0]).all()
    assert panel.chosen.tolist() == [0]


def test_a_choice_of_one_alternative_is_left_out(tmp_path: Path) -> None:
    panel = read_choices(table(tmp_path, HEAD + GOOD + "a,2,van,1,5,2\n"))
    assert panel.choices == 1


def test_the_wide_form_is_the_long_one_turned(tmp_path: Path) -> None:
    wide = '"id","choiceid","choice","price1","time1","price2","time2"\n1,1,"choice2",5,2,3,4\n'
    panel = read_choices(table(tmp_path, wide))
    assert panel.names == ("price", "time")
    assert panel.features.tolist() == [[5.0, 2.0], [3.0, 4.0]]
    assert panel.chosen.tolist() == [1]
