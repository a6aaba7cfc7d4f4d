"""Files that people don't make and disks, networks and scripts do: valid ones of every form, damaged in many ways."""

import io
import json
import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from tests.core.formats.test_forms import FORMS, PACKINGS, parquet, table
from tests.core.formats.test_kinds_of_files import KINDS
from tests.core.formats.test_packed_tables import arrow, workbook

TELLING = [b"\0", b"\xff", b"\n", b'"', b"{", b"[", b"]", b"}", b",", b"\\u", b"\\ud83d", b"NaN", b"9" * 30, b"[" * 300]
HUGE_CHARACTERS = 1_200_000  # more than a row may have
LONGER = [{"instruction": f"Say {n} in words.", "input": "", "output": f"It is said: {n}."} for n in range(30)]
TURNS = [
    {"conversations": [{"from": "human", "value": row["instruction"]}, {"from": "gpt", "value": row["output"]}]}
    for row in LONGER
]
VALID = FORMS | {
    "longer.jsonl": "".join(json.dumps(row) + "\n" for row in LONGER).encode(),
    "longer.json": json.dumps(LONGER, indent=1).encode(),
    "longer.csv": table(",", LONGER),
    "longer.tsv": table("\t", LONGER),
    "longer.parquet": parquet(LONGER),
    "turns.jsonl": "".join(json.dumps(row) + "\n" for row in TURNS).encode(),
    "turns.json": json.dumps(TURNS).encode(),
    "turns.parquet": parquet(TURNS),
    "longer.arrow": arrow(LONGER),
    "longer.xlsx": workbook(Rows=[list(LONGER[0]), *(list(row.values()) for row in LONGER)]),
    "chinese.csv": ("instruction,output\n" + "感冒怎么办？,多喝水，多休息。\n高血压能吃吗？,可以的。\n" * 9).encode(
        "gb18030"
    ),
    **{f"{kind}.{name.rpartition('.')[2]}": content for kind, (name, content) in KINDS.items()},
}
NAMES = ("instruction", "input", "output", "context", "response", "messages", "conversations", "prompt", "history", "")


@dataclass(frozen=True)
class Damaged:
    """A damaged file: what was done to it, the ending of its name, its bytes."""

    how: str
    ending: str
    content: bytes


def mutated(content: bytes, changes: list[tuple[float, int, bytes]]) -> bytes:
    """At each place (a share of the length), so many bytes replaced by others."""
    for place, count, others in changes:
        at = int(place * len(content))
        content = content[:at] + others + content[at + count :]
    return content


def damaged_file(chance: random.Random) -> Damaged:
    """A file at random: a valid one whose bytes were damaged, before or after compression, or one of odd values."""
    packing = chance.choice(list(PACKINGS))
    pack = PACKINGS[packing]
    if chance.random() < 0.4:
        how, ending, content = odd_values(chance)
        return Damaged(how, ending + packing, pack(content))
    name = chance.choice(list(VALID))
    how, damage = chance.choice(list(DAMAGES.items()))
    ending = chance.choice(list(VALID)) if chance.random() < 0.1 else name
    inside = chance.random() < 0.6
    content = pack(damage(VALID[name], chance)) if inside else damage(pack(VALID[name]), chance)
    return Damaged(f"{how} {'in' if inside or not packing else 'around'} {name}{packing}", ending + packing, content)


def _replaced(content: bytes, chance: random.Random) -> bytes:
    places = range(chance.randint(1, 4))
    return mutated(content, [(chance.random(), chance.randint(0, 40), chance.choice(TELLING)) for _ in places])


def _bits_flipped(content: bytes, chance: random.Random) -> bytes:
    flipped = bytearray(content)
    for _ in range(chance.randint(1, 8)):
        flipped[chance.randrange(len(flipped))] ^= 1 << chance.randrange(8)
    return bytes(flipped)


def _cut_off(content: bytes, chance: random.Random) -> bytes:
    return content[: chance.randrange(len(content))]


def _head_lost(content: bytes, chance: random.Random) -> bytes:
    return content[chance.randrange(len(content)) :]


def _moved(content: bytes, chance: random.Random) -> bytes:
    first, second, third = sorted(chance.randrange(len(content)) for _ in range(3))
    return content[:first] + content[second:third] + content[first:second] + content[third:]


def _joined(content: bytes, chance: random.Random) -> bytes:
    return content + chance.choice([b"", b"\n", b"\0" * 100]) + chance.choice(list(VALID.values()))


def _noise(content: bytes, chance: random.Random) -> bytes:
    return content[: chance.randint(0, 12)] + chance.randbytes(chance.randint(1, 400))


def _blown_up(content: bytes, chance: random.Random) -> bytes:
    return mutated(content, [(chance.random(), 0, chance.choice([b"x", b'"', b"\\", b" ", b"["]) * HUGE_CHARACTERS)])


DAMAGES: dict[str, Callable[[bytes, random.Random], bytes]] = {
    "replaced": _replaced,
    "bits flipped": _bits_flipped,
    "cut off": _cut_off,
    "head lost": _head_lost,
    "moved": _moved,
    "joined": _joined,
    "noise": _noise,
    "blown up": _blown_up,
}


def odd_value(chance: random.Random, depth: int = 0) -> Any:
    """A value that a cell can have and should not."""
    plain: list[Any] = [
        None, True, 0, -1, 10**400, 1e308, float("nan"), float("inf"), "", " ", "\0", "\ud83d", "\udcff\ud800",
        "\u202e\u200b\ufeff", "a\r\nb", '"', "'", "=1+1", "{}", "[[", "NaN", "null", "é" * 300, "Say it.",
        "It is said.",
    ]  # fmt: skip
    if depth < 3 and chance.random() < 0.3:
        inner = [odd_value(chance, depth + 1) for _ in range(chance.randint(0, 3))]
        return inner if chance.random() < 0.5 else dict(zip(NAMES, inner, strict=False))
    if chance.random() < 0.03:
        return "x" * HUGE_CHARACTERS
    if chance.random() < 0.05:
        return json.loads("[" * 80 + "]" * 80)
    if chance.random() < 0.2:
        return [{"from": chance.choice(plain), "value": chance.choice(plain)} for _ in range(chance.randint(0, 4))]
    return chance.choice(plain)


def odd_values(chance: random.Random) -> tuple[str, str, bytes]:
    """Well-formed files of rows whose columns and cells are not what they should be: how, ending, content."""
    rows = [
        {name: odd_value(chance) for name in chance.sample(NAMES, chance.randint(1, 4))}
        for _ in range(chance.randint(1, 6))
    ]
    form = chance.choice(["jsonl", "json", "csv", "tsv", "parquet"])
    if form == "jsonl":
        return "odd rows", ".jsonl", "\n".join(json.dumps(row) for row in rows).encode()
    if form == "json":
        wrapped = chance.choice([rows, {"data": rows}, {"a": {"b": rows}}, rows[0], [rows], [rows, 1, None]])
        return "odd document", ".json", json.dumps(wrapped).encode()
    if form == "parquet":
        return "odd types", ".parquet", _odd_parquet(chance)
    names = list(dict.fromkeys(name for row in rows for name in row))
    cells = [{name: _as_cell(row.get(name)) for name in names} for row in rows]
    return "odd cells", f".{form}", table("," if form == "csv" else "\t", cells)


def _as_cell(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value)
    return text.encode("utf-8", "replace").decode()


def _odd_parquet(chance: random.Random) -> bytes:
    """Columns of the types that Parquet has and instruction data have not."""
    count = chance.randint(0, 3)
    turn = pa.struct([("from", pa.string()), ("value", pa.binary())])
    columns: list[pa.Array] = [
        pa.array([b"\xff\xfe"] * count, pa.binary()),
        pa.array([datetime(2026, 1, 1)] * count, pa.timestamp("us", "Europe/Berlin")),
        pa.array([Decimal("1.50")] * count, pa.decimal128(38, 2)),
        pa.array([[{"from": "human", "value": b"\xff"}]] * count, pa.list_(turn)),
        pa.array([[("a", 1)]] * count, pa.map_(pa.string(), pa.int32())),
        pa.array(["one"] * count).dictionary_encode(),
        pa.array([None] * count, pa.null()),
        pa.array([float("nan")] * count, pa.float16()),
        pa.array(["\0text"] * count, pa.large_string()),
        pa.array([True] * count, pa.bool_()),
    ]
    chosen = [chance.choice(columns) for _ in range(chance.randint(0, 4))]
    stream = io.BytesIO()
    pq.write_table(pa.Table.from_arrays(chosen, [chance.choice(NAMES) for _ in chosen]), stream)
    return stream.getvalue()
