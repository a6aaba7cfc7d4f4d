"""`rows` shows what the filters leave as it is stored; `mark` sets what pages set, asks before many, and is undone."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from core.errors import InputError
from core.paths import DEMO
from core.rows.marks import Mark, RowMark
from core.rows.row import Row
from core.rows.view import View
from jobs.api import Studio
from tests.furnished_store import furnish
from tests.jobs.shell import Shell

FILES = {name: (DEMO / f"{name}.jsonl").read_text("utf-8").splitlines() for name in ("handbook", "forum", "scrape")}
NO_TAGS = {"tags": [], "untag": []}
SCORES = {"reward", "mtld", "perplexity", "ifd", "knn_distance", "output_words", "predicted_log_loss"}


@pytest.fixture(scope="module")
def read(tmp_path_factory: pytest.TempPathFactory, models_dir: Path) -> Shell:
    """Rows 1 to 3 kept and 4 and 5 dropped, the first with a note; to be looked at only."""
    root = tmp_path_factory.mktemp("read") / "data"
    furnish(root)
    (root / "models").symlink_to(models_dir, target_is_directory=True)
    return Shell(root)


@pytest.fixture
def marked(shell: Shell) -> Shell:
    """The demo with a dataset that repeats two rows of the handbook, and nothing marked."""
    if "twice" not in {each["name"] for each in shell.json("list")}:
        file = shell.root / "twice.jsonl"
        file.write_text("\n".join(FILES["handbook"][:2]), "utf-8")
        shell.json("load", str(file))
    with Studio.open(shell.root) as studio:
        rows = studio.scores.table()["row_id"].tolist()
        kept = studio.session.store.marks
        kept.mark(rows, Mark.NONE, "", untag=list(kept.tags()))
    return shell


def marks(shell: Shell) -> dict[int, RowMark]:
    """All of them, as the store has them."""
    with Studio.open(shell.root) as studio:
        return studio.session.store.marks.of(studio.scores.table()["row_id"].tolist())


def numbers(document: dict[str, Any]) -> list[int]:
    return [each["row_id"] for each in document["rows"]]


def test_rows_come_whole_with_marks_notes_and_scores(read: Shell) -> None:
    seen = read.json("rows", "handbook", "--rows", "4")
    assert (seen["total"], seen["sort"], numbers(seen)) == (90, "order", [1, 2, 3, 4])
    first = seen["rows"][0]
    written = json.loads(FILES["handbook"][0])
    row = Row(*(written.get(name, "").strip() for name in ("instruction", "input", "output")))
    assert (first["instruction"], first["input"], first["output"]) == (row.instruction, row.input, row.output)
    assert (first["dataset"], first["key"], first["note"]) == ("handbook", row.key, "A model answer.")
    assert [each["mark"] for each in seen["rows"]] == ["keep", "keep", "keep", "drop"]
    assert set(first) >= SCORES
    assert first["output_words"] == len(row.output.split())


def test_mtld_of_a_response_that_is_too_short_for_it_is_marked(read: Shell) -> None:
    seen = read.json("rows", "--sort", "mtld", "--rows", "253")["rows"]
    for each in seen:
        few = len(re.findall(r"[^\W\d_]+(?:['’][^\W\d_]+)*", each["output"])) < 40
        assert each["unreliable"] == ("mtld" if few else "")
    assert 20 < sum(each["unreliable"] == "mtld" for each in seen) < 60
    assert "(unreliable: short response)" in read.run("rows", "--sort", "mtld", "--lowest", "--rows", "1")[1]
    assert "unreliable" not in read.run("rows", "--sort", "reward", "--rows", "9")[1]


def test_so_many_rows_are_shown_as_are_asked_for_and_all_are_counted(read: Shell) -> None:
    usual = read.json("rows")
    assert (usual["total"], len(usual["rows"])) == (253, 20)
    none = read.json("rows", "scrape", "--rows", "0")
    assert (none["total"], none["rows"]) == (81, [])
    assert len(read.json("rows", "scrape", "--rows", "999999999999")["rows"]) == 81
    assert "browse.rows: it is too large a number" in read.refused("rows", "--rows", "99999999999999999999")


@pytest.mark.parametrize(
    ("asked", "highest_first"),
    [
        (["reward"], True),  # more is better
        (["reward", "--lowest"], False),
        (["reward", "--highest"], True),
        (["output_words"], True),  # neither end is good
        (["output_words", "--lowest"], False),
    ],
)
def test_rows_are_sorted_by_a_score_its_better_end_first(asked: list[str], highest_first: bool, read: Shell) -> None:
    with Studio.open(read.root) as studio:
        scores = studio.scores.table("forum")[asked[0]].sort_values(ascending=not highest_first).tolist()
    seen = read.json("rows", "forum", "--rows", "100", "--sort", *asked)
    assert [each[asked[0]] for each in seen["rows"]] == scores
    assert (seen["sort"], seen["descending"]) == (asked[0], highest_first)


def test_the_same_filters_hold_as_for_a_selection(read: Shell) -> None:
    filters = ["--where", "20<=output_words<200", "--contains", "water", "--leave-out", "evaluation-questions=0.1"]
    seen = read.json("rows", "handbook", "forum", *filters, "--rows", "200")
    chosen = read.json("select", "--by", "order", "--all", "--datasets", "handbook", "forum", *filters)
    assert 0 < seen["total"] == len(seen["rows"]) == chosen["considered"]
    assert seen["total"] < read.json("rows", "handbook", "forum", *filters[:4])["total"], "the check has left some out"
    assert all("water" in f"{r['instruction']} {r['input']} {r['output']}".lower() for r in seen["rows"])
    assert all(20 <= each["output_words"] < 200 for each in seen["rows"])
    assert numbers(read.json("rows", "--marked", "drop")) == [4, 5]
    assert numbers(read.json("rows", "--marked", "noted")) == [1]


def test_rows_like_a_text_come_nearest_first(read: Shell) -> None:
    near = read.json("rows", "--like", "cooking a meal", "--most", "6")
    likeness = [each["similarity"] for each in near["rows"]]
    assert (near["sort"], len(likeness)) == ("similarity", 6)
    assert likeness == sorted(likeness, reverse=True) and likeness[0] > likeness[-1] > 0


def test_similar_rows_are_shown_in_another_order(read: Shell) -> None:
    like = ["rows", "--like-row", "1", "--most", "6"]
    near = read.json(*like)
    assert numbers(read.json(*like, "--lowest")) == numbers(near)[::-1]
    longest = read.json(*like, "--sort", "output_words")
    assert set(numbers(longest)) == set(numbers(near))
    assert numbers(longest) != numbers(near)


def test_the_listing_says_what_a_row_is_and_how_to_go_on(read: Shell) -> None:
    code, said, _ = read.run("rows", "handbook", "--sort", "reward", "--lowest", "--rows", "2", "--marked", "keep")
    lowest = read.json("rows", "handbook", "--sort", "reward", "--lowest", "--marked", "keep")["rows"][0]
    assert code == 0
    lines = said.splitlines()
    assert lines[0] == "2 of 3 rows shown (--rows N), lowest reward first."
    assert lines[2].split() == [
        "row", str(lowest["row_id"]), "handbook", "reward", f"{lowest['reward']:.4g}".replace("-", "−"), "KEEP"
    ]  # fmt: skip
    assert lines[3].strip()[:40] == " ".join(lowest["instruction"].split())[:40]
    assert lines[4].strip()[:40] == "→ " + " ".join(lowest["output"].split())[:38]
    assert max(map(len, lines)) < 120
    assert f"`mark {lowest['row_id']} --keep`" in lines[-1]
    assert "Note: A model answer." in read.run("rows", "--marked", "noted")[1]
    assert read.run("rows", "--contains", "no such word anywhere")[1].strip() == "No row passes all filters."


def test_what_a_sort_lacks_is_told(marked: Shell) -> None:
    file = marked.root / "new.jsonl"
    file.write_text(json.dumps({"instruction": "Say hello.", "output": "Hello."}), "utf-8")
    name = marked.json("load", str(file))["name"]
    assert "`score --indicators mtld` computes it" in marked.run("rows", name, "--sort", "mtld")[1]
    assert marked.json("rows", name, "--sort", "mtld")["rows"][0]["mtld"] is None
    assert "computes it" not in marked.run("rows", "--sort", "mtld")[1]


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        (["rows", "nowhere"], "nowhere: Dataset not found."),
        (["rows", "--sort", "beauty"], "beauty: Rows cannot be sorted by this. Choose from order, coherence"),
        (["rows", "--sort", "similarity"], "Rows cannot be sorted by this"),
        (["rows", "--highest"], "Add --sort INDICATOR."),
        (["rows", "--rows", "-1"], "rows is -1."),
        (["rows", "--like", "cooking", "--most", "0"], "most is 0."),
        (["rows", "--where", "reward high"], "This is not a score range."),
        (["mark", "3"], "No mark, note or tag given."),
        (["mark", "3", "--add-tag", "a", "--remove-tag", "a"], "a: A tag is both added and removed."),
        (["mark", "3", "--add-tag", "x" * 41], "A tag has 1 to 40 characters."),
        (["mark", "--undo", "--add-tag", "a"], "Remove them."),
        (["rows", "--tag", ""], "A tag has 1 to 40 characters."),
        (["mark", "--drop"], "No rows given."),
        (["mark", "--drop", "--contains", " ", "--yes"], "No rows given."),
        (["mark", "--datasets", "scrape", "--yes"], "No mark, note or tag given."),
        (["mark", "3", "--marked", "keep", "--drop"], "Use one of the two."),
        (["mark", "1", "999", "-5", "--drop"], "row 999, -5: Row not found."),
        (["mark", str(10**60), "--drop"], "marks.mark.rows: "),
        (["mark", "--undo", "3"], "Remove them."),
        (["mark", "--redo", "--note", ""], "Remove them."),
    ],
)
def test_what_can_not_be_done_is_told_and_changes_nothing(asked: list[str], told: str, read: Shell) -> None:
    before = marks(read)
    assert told in read.refused(*asked)
    assert marks(read) == before


@pytest.mark.parametrize("asked", [["3", "--keep", "--drop"], ["3", "--keep", "--undo"], ["three", "--keep"]])
def test_what_is_no_command_is_2(asked: list[str], read: Shell) -> None:
    with pytest.raises(SystemExit) as ended:
        read.run("mark", *asked)
    assert ended.value.code == 2


def test_rows_are_marked_and_noted_by_number(marked: Shell) -> None:
    made = marked.json("mark", "7", "9", "7", "--drop", "--note", " too short ")
    assert made == NO_TAGS | {"mark": "drop", "note": "too short", "rows": 2, "changed": 2}
    assert marks(marked) == {7: RowMark(Mark.DROP, "too short"), 9: RowMark(Mark.DROP, "too short")}
    assert marked.json("mark", "9", "11", "--drop")["changed"] == 1
    marked.json("mark", "7", "--note", "")
    marked.json("mark", "9", "--none")
    assert marks(marked) == {7: RowMark(Mark.DROP), 9: RowMark(note="too short"), 11: RowMark(Mark.DROP)}
    code, said, _ = marked.run("mark", "7", "11", "--drop")
    assert code == 0 and said == "Nothing was changed: 2 rows are marked drop already.\n"
    assert marked.run("mark", "7", "--keep")[1].startswith("1 row is now marked keep;")


def test_rows_are_tagged_listed_by_their_tags_and_untagged(marked: Shell) -> None:
    made = marked.json("mark", "7", "9", "--add-tag", "weak", "too short, math")
    assert made["tags"] == ["weak", "too short", "math"]
    assert marked.run("mark", "9", "--remove-tag", "math")[1].startswith("1 row is now without the tag math;")
    assert numbers(marked.json("rows", "--tag", "weak")) == [7, 9]
    assert numbers(marked.json("rows", "--tag", "weak", "--without-tag", "math")) == [9]
    (row,) = marked.json("rows", "--tag", "weak", "math")["rows"]
    assert (row["row_id"], row["tags"]) == (7, ["weak", "too short", "math"])
    assert "#weak  #too short  #math" in marked.run("rows", "--tag", "math")[1]
    assert marked.json("list", "tags") == [
        {"name": "too short", "rows": 2}, {"name": "weak", "rows": 2}, {"name": "math", "rows": 1}
    ]  # fmt: skip
    assert marked.json("show", "row", "9")[0]["tags"] == ["weak", "too short"]
    assert marked.json("mark", "--tag", "weak", "--drop", "--yes")["changed"] == 2
    marked.json("mark", "--undo")
    assert marked.json("mark", "--undo") == {"undone": {"what": "tags", "rows": 1}}
    assert marks(marked)[9] == RowMark(tags=("weak", "too short", "math"))


def test_rows_are_marked_by_filters_only_after_yes(marked: Shell) -> None:
    asked = ["mark", "--where", "output_words<12", "--drop", "--note", "short"]
    short = {r["row_id"] for r in marked.json("rows", "--where", "output_words<12", "--rows", "300")["rows"]}
    assert len(short) > 5
    assert marked.json(*asked) == NO_TAGS | {"mark": "drop", "note": "short", "rows": len(short), "changed": None}
    code, said, _ = marked.run(*asked)
    assert code == 0 and f"{len(short)} rows would be marked drop and noted “short”. Add --yes to do it" in said
    assert marks(marked) == {}
    marked.json("mark", str(min(short)), "--drop", "--note", "short")
    done = marked.json(*asked, "--yes")
    assert (done["rows"], done["changed"]) == (len(short), len(short) - 1)
    assert marks(marked) == dict.fromkeys(short, RowMark(Mark.DROP, "short"))
    assert marked.json("mark", "--marked", "drop", "--none", "--yes")["changed"] == len(short)
    assert marked.json("mark", "--where", "output_words>5000", "--keep", "--yes")["rows"] == 0


def test_a_pair_that_two_datasets_have_is_marked_in_both_and_counted_once(marked: Shell) -> None:
    assert marked.json("mark", "--datasets", "twice", "handbook", "--keep")["rows"] == 90
    assert marked.json("mark", "--datasets", "twice", "--keep", "--yes")["rows"] == 2
    kept = marked.json("rows", "--marked", "keep")
    assert sorted((each["dataset"], each["row_id"]) for each in kept["rows"]) == [
        ("handbook", 1), ("handbook", 2), ("twice", 1), ("twice", 2)
    ]  # fmt: skip


def test_the_last_change_is_taken_back_and_made_again_whole(marked: Shell) -> None:
    marked.json("mark", "3", "--keep")
    marked.json("mark", "3", "4", "--drop", "--note", "why")
    assert marked.json("mark", "--undo") == {"undone": {"what": "drop", "rows": 2}}
    assert marks(marked) == {3: RowMark(Mark.KEEP)}
    assert marked.run("mark", "--undo")[1] == "Undone: keep on 1 row. Redo with `mark --redo`.\n"
    assert marks(marked) == {}
    assert marked.run("mark", "--redo")[1] == "Redone: keep on 1 row. Undo with `mark --undo`.\n"
    assert marked.json("mark", "--redo") == {"redone": {"what": "drop", "rows": 2}}
    assert marks(marked) == dict.fromkeys((3, 4), RowMark(Mark.DROP, "why"))
    assert "No mark change to redo" in marked.refused("mark", "--redo")


def test_there_is_nothing_to_take_back_in_a_new_folder(tmp_path: Path) -> None:
    assert "No mark change to undo" in Shell(tmp_path / "new").refused("mark", "--undo")


def test_a_selection_goes_by_the_marks_first(marked: Shell) -> None:
    by_reward = ["--sort", "reward", "--rows", "1"]
    (best,) = numbers(marked.json("rows", "scrape", *by_reward))
    (worst,) = numbers(marked.json("rows", "scrape", *by_reward, "--lowest"))
    marked.json("mark", str(best), "--drop")
    marked.json("mark", str(worst), "--keep")
    marked.json("select", "--datasets", "scrape", "--by", "reward", "--rows", "10", "--save", "by mark")
    with Studio.open(marked.root) as studio:
        (saved,) = studio.session.store.selections.all()
        members = studio.session.store.selections.members(saved.selection_id)["row_id"].tolist()
    assert len(members) == 10
    assert worst in members and best not in members


def test_python_marks_rows_of_a_frame_and_refuses_what_is_no_mark(marked: Shell) -> None:
    with Studio.open(marked.root) as studio:
        seen = studio.rows.browse("scrape", sort="reward", descending=False, rows=3)
        assert studio.marks.mark(seen.rows["row_id"], "drop").changed == 3
        again = studio.rows.browse(filters=studio.rows.filters(marked="drop"), sort="reward", descending=False)
        assert again.rows["row_id"].tolist() == seen.rows["row_id"].tolist()
        assert studio.marks.mark(studio.rows.filters(marked="drop"), "").changed == 3
        assert studio.rows.browse(filters=studio.rows.filters(marked="drop")).total == 0
        assert studio.marks.undo().told == "no mark on 3 rows"
        with pytest.raises(InputError, match="Unknown mark"):
            studio.marks.mark([1], "none")


def test_a_saved_view_is_listed_shown_renamed_and_deleted(marked: Shell) -> None:
    with Studio.open(marked.root) as studio:
        studio.views.save("best", View(studio.rows.filters(where=["reward>0"]), "reward", True))
    (listed,) = marked.json("list", "views")
    assert (listed["name"], listed["sort"], listed["filters"]) == ("best", "reward", 1)
    assert marked.json("rows", "--view", "best") == marked.json("rows", "--where", "reward>0", "--sort", "reward")
    assert "has its own filters" in marked.refused("rows", "--view", "best", "--sort", "mtld")
    marked.json("rename", "view", "best", "good")
    marked.json("delete", "view", "good", "--yes")
    assert marked.json("list", "views") == []
