"""A catalogue as files: a TOML document and, beside it, its points as a table."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from delivery.store.catalogue.building import checked, parsed
from delivery.store.catalogue.document import CatalogueError, PointPart
from delivery.store.catalogue.faults import PlacedFault, placed
from delivery.store.catalogue.parts import POINTS, Parts

POINTS_CSV = "points_csv"
_COLUMNS = frozenset(PointPart.model_fields)
_NEEDED = frozenset(name for name, each in PointPart.model_fields.items() if each.is_required())


class FileFaults(ValueError):
    """Files that cannot be used; `faults` say what is wrong, by file and line."""

    def __init__(self, faults: Sequence[PlacedFault]) -> None:
        super().__init__("\n".join(str(each) for each in faults))
        self.faults = list(faults)


@dataclass
class _Source:
    """A document as it was read, with what is needed to say where something stands in it."""

    file: str
    text: str
    raw: dict[str, Any] = field(default_factory=dict)
    table: str = ""
    #: The line of each point of the table; the document's own points stand before them.
    lines: list[int] = field(default_factory=list)

    def placed(self, error: CatalogueError) -> FileFaults:
        ours = [fault for fault in error.faults if self._row(fault[0]) is None]
        theirs = [
            PlacedFault(
                self.table, self.lines[row], path.partition(".")[2].partition(".")[2], words
            )
            for path, words in error.faults
            if (row := self._row(path)) is not None
        ]
        found = placed(ours, self.text, self.file) if ours else []
        return FileFaults([*found, *sorted(theirs, key=lambda each: each.line)])

    def _row(self, path: str) -> int | None:
        """Which row of the table a path means, if it means one."""
        kind, _, rest = path.partition(".")
        number = rest.partition(".")[0]
        if kind != POINTS or not number.isdigit():
            return None
        row = int(number) - (len(self.raw[POINTS]) - len(self.lines))
        return row if row >= 0 else None


def read_file(path: Path) -> Parts:
    """The parts of the catalogue in a file and in the table it names as `points_csv`.

    Raises `FileFaults` with every fault found and its line.
    """
    source = _Source(str(path), _text(path))
    try:
        source.raw = parsed(source.text)
        name = source.raw.pop(POINTS_CSV, None)
        if name is not None:
            _add_table(source, path.parent, name)
        return checked(source.raw)
    except CatalogueError as error:
        raise source.placed(error) from None


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8-sig")
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise FileFaults([PlacedFault(str(path), line, "", "is not UTF-8")]) from None
    except OSError as error:
        why = error.strerror or "cannot be read"
        raise FileFaults([PlacedFault(str(path), 1, "", why)]) from None


def _add_table(source: _Source, folder: Path, name: Any) -> None:
    own = source.raw.setdefault(POINTS, [])
    if not isinstance(name, str) or not isinstance(own, list):
        raise CatalogueError([(POINTS_CSV, "must be the name of a file beside this one")])
    table = folder / name
    source.table = str(table)
    for line, row in _rows(source.table, _text(table)):
        own.append(row)
        source.lines.append(line)


def _rows(file: str, text: str) -> Iterator[tuple[int, dict[str, Any]]]:
    """The line and the fields of each point. Spreadsheets part columns by `,` or by `;`."""
    heading = text.partition("\n")[0]
    reader = csv.reader(io.StringIO(text), delimiter=";" if ";" in heading else ",")
    columns = [each.strip() for each in next(reader, [])]
    wrong = [f"no point has {name!r}" for name in columns if name not in _COLUMNS]
    wrong += [f"the column {name!r} is missing" for name in sorted(_NEEDED - {*columns})]
    if wrong:
        raise FileFaults([PlacedFault(file, 1, "", words) for words in wrong])
    before = reader.line_num
    for cells in reader:
        line, before = before + 1, reader.line_num
        if len(cells) > len(columns):
            raise FileFaults([PlacedFault(file, line, "", "has more cells than the heading")])
        found = {
            name: _value(name, cell.strip()) for name, cell in zip(columns, cells, strict=False)
        }
        if any(found.values()):
            yield line, {name: value for name, value in found.items() if value != ""}


def _value(column: str, cell: str) -> Any:
    """A cell as TOML would have it; what cannot be is left as it is, to be found fault with."""
    with suppress(ValueError):
        if column in ("lat", "lon") and cell:
            return float(cell)
        if column == "capacity" and cell:
            return int(cell)
        if column == "max_sides_mm":
            return [int(each) for each in cell.replace("x", " ").split()] or ""
        if column == "closed":
            return cell.split() or ""
    return cell
