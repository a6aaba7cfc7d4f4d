"""The example of docs/own_indicators.md from a file in the data folder to a rule: by commands and a real worker."""

import csv
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.errors import SelectionError
from core.indicators import use_own
from jobs.api import Studio
from jobs.queue.resources import Models
from jobs.scoring.enqueue import new_scoring_folder
from jobs.scoring.job import ScoringJob
from tests.jobs.shell import Shell
from tests.own_indicator import NAME, TITLE, example, ratio, write_example

ROWS = [
    ("Say it.", "to be or not to be"),
    ("Again.", "one two three"),
    ("Sing.", "la la la la"),
    ("Name two.", "Oslo Bergen"),
]


@pytest.fixture
def own(shell: Shell, tmp_path: Path) -> Iterator[Shell]:
    """A data folder with a small dataset and the example, switched on."""
    write_example(shell.root)
    if "ratios" not in {each["name"] for each in shell.json("list", "datasets")}:
        file = tmp_path / "ratios.jsonl"
        lines = [json.dumps({"instruction": asked, "output": said}) for asked, said in ROWS]
        file.write_text("\n".join(lines), "utf-8")
        shell.json("load", str(file), "--name", "ratios")
    shell.json("indicators", "--allow-own", "on")
    yield shell
    shell.json("indicators", "--allow-own", "off")
    use_own(())


def test_it_is_off_until_it_is_switched_on(shell: Shell) -> None:
    write_example(shell.root)
    listed = shell.json("indicators")
    assert listed["allow_own"] is False
    assert listed["own"] == [{"label": f"{NAME}.py", "offered": "", "fault": ""}]
    assert NAME not in {each["name"] for each in listed["indicators"]}
    assert "Unknown indicator" in shell.refused("score", "--indicators", NAME)


def test_it_is_scored_looked_at_selected_by_exported_and_learned_from(own: Shell, tmp_path: Path) -> None:
    (listed,) = [each for each in own.json("indicators")["indicators"] if each["origin"]]
    assert listed == {"name": NAME, "title": TITLE, "needs": ["the row's texts"], "origin": f"{NAME}.py"}
    scored = own.json("score", "ratios", "--indicators", NAME)
    expected = {said: ratio(said) for _, said in ROWS}
    assert scored["new"] == len(ROWS)

    looked = own.json("rows", "ratios", "--sort", NAME, "--highest")
    assert [each[NAME] for each in looked["rows"]] == sorted(expected.values(), reverse=True)
    assert {each["output"]: each[NAME] for each in looked["rows"]} == pytest.approx(expected)

    chosen = own.json("select", "--by", NAME, "--lowest", "--rows", "2", "--datasets", "ratios", "--save", "dull")
    assert chosen["kept"] == 2
    file = tmp_path / "dull.jsonl"
    own.json("export", "dull", "--out", str(file), "--scores")
    written = [json.loads(line) for line in file.read_text("utf-8").splitlines()]
    assert {each["output"] for each in written} == {"la la la la", "to be or not to be"}
    assert all(expected[each["output"]] == pytest.approx(each[f"score_{NAME}"]) for each in written)

    table = tmp_path / "sets.csv"
    with table.open("w", newline="", encoding="utf-8") as lines:
        writer = csv.writer(lines)
        writer.writerow(["name", "kind", NAME, "log_loss"])
        writer.writerows([f"set {i}", "fused", 0.2 + i / 50, 1.0 - i / 60 + (i % 3) / 100] for i in range(24))
    learned = own.json("learn", "--csv", str(table), "--indicators", NAME, "--save", "by ratio")
    assert learned["saved"]
    ruled = own.json("select", "--rule", "by ratio", "--rows", "1", "--datasets", "ratios", "--beyond-range")
    assert ruled["kept"] == 1


def test_a_selection_by_one_that_is_off_is_refused_in_a_sentence(own: Shell) -> None:
    own.json("score", "ratios", "--indicators", NAME)
    with Studio.open(own.root) as studio:
        filters = studio.rows.filters("ratios", where=[f"{NAME}>=0.5"])
        assert studio.selections.select(by="order", rows=2, filters=filters).selection.kept.shape[0] == 2
        studio.indicators.allow_own(False)
        with pytest.raises(SelectionError, match=f"no indicator called {NAME}"):
            studio.selections.select(by="order", rows=2, filters=filters)


def test_a_changed_file_is_scored_anew_and_the_old_scores_come_back_with_it(own: Shell) -> None:
    own.json("score", "ratios", "--indicators", NAME)
    write_example(own.root, example().replace("return np.array(", "return 2 * np.array("))
    assert own.json("score", "ratios", "--indicators", NAME)["new"] == len(ROWS)
    (first,) = own.json("rows", "ratios", "--sort", NAME, "--highest", "--rows", "1")["rows"]
    assert first[NAME] == 2.0
    write_example(own.root)
    assert own.json("score", "ratios", "--indicators", NAME)["new"] == 0


def test_what_fails_in_the_worker_names_the_file(own: Shell) -> None:
    write_example(own.root, example().replace("return np.array(", "raise LookupError('no words') or np.array("))
    told = own.refused("score", "ratios", "--indicators", NAME)
    assert f"{NAME}.py: The indicator failed: LookupError: no words." in told


def test_a_worker_of_remote_jobs_runs_none_unless_it_is_started_so(own: Shell, models_dir: Path) -> None:
    with Studio.open(own.root) as studio:
        dataset = next(each.dataset_id for each in studio.session.store.datasets.all() if each.name == "ratios")
        write_example(own.root, example().replace("order=50", "order=52"))
        studio.refresh()
        keys = studio.session.wanted_scorers([NAME])[dataset]
        folder = new_scoring_folder(studio.session.store, studio.paths.jobs, dataset, keys, "embedded")
    assert folder is not None

    def run(own_code: bool) -> None:
        ScoringJob(folder, Models(models_dir), lambda: False, own_code).run(lambda name, work: work())

    with pytest.raises(Exception, match="STUDIO_OWN_INDICATORS"):
        run(own_code=False)
    code = folder.input / "own" / f"{NAME}.py"
    original = code.read_text("utf-8")
    code.write_text(original + "\n# changed on the way", "utf-8")
    with pytest.raises(Exception, match="has changed since"):
        run(own_code=True)
    code.write_text(original, "utf-8")
    run(own_code=True)
    assert folder.state().stage == "done"
    folder.remove()
