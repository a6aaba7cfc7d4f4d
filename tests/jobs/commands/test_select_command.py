"""`check` and `select` find, leave out and choose what the pages do, asked for in words that a person types."""

import json

import pandas as pd
import pytest

from core.paths import DEMO
from core.rows.marks import Mark
from jobs.api import Studio
from tests.jobs.shell import Shell


@pytest.fixture(scope="module")
def repeated(shell: Shell, tmp_path_factory: pytest.TempPathFactory) -> Shell:
    """With a dataset that repeats a row of the demo but for a word, and asks a question of its evaluation set."""
    repeat = json.loads((DEMO / "handbook.jsonl").read_text("utf-8").splitlines()[0])
    repeat["output"] += " Indeed."
    asked = json.loads((DEMO / "evaluation.jsonl").read_text("utf-8").splitlines()[0])
    asked = {"instruction": asked["instruction"].upper(), "input": asked.get("input", ""), "output": "No idea."}
    file = tmp_path_factory.mktemp("rows") / "repeats.jsonl"
    file.write_text("\n".join(map(json.dumps, (repeat, asked))))
    shell.json("load", str(file))
    return shell


def test_a_check_counts_what_repeats_and_what_gives_the_exam_away(repeated: Shell) -> None:
    near, exam = repeated.json("check", "handbook", "repeats")
    assert (near["what"], near["rows"]) == ("Near-duplicates ≥ 0.80", 92)
    assert {"dataset": "repeats", "like_in": "handbook", "rows": 1} in near["between"]
    assert near["examples"][0]["text"].endswith("Indeed.") or near["found"] > 1
    assert exam["between"][0]["dataset"] == "repeats" and exam["examples"][0]["similarity"] == 1.0
    (only,) = repeated.json("check", "repeats", "--for", "near-duplicates=1", "--examples", "0")
    assert (only["what"], only["found"], only["examples"]) == ("Near-duplicates ≥ 1.00", 0, [])
    assert "Unknown check" in repeated.refused("check", "--for", "typos")
    assert "is not a threshold" in repeated.refused("check", "--for", "near-duplicates=much")
    assert "Evaluation set not found" in repeated.refused("check", "--evaluation-sets", "nobody's")


def test_what_a_check_finds_is_left_out_of_a_selection(repeated: Shell) -> None:
    asked = ["select", "--by", "order", "--all", "--datasets", "repeats", "handbook"]
    assert repeated.json(*asked)["considered"] == 92
    checks = ["--leave-out", "near-duplicates", "evaluation-questions"]
    found = {each["what"]: each["found"] for each in repeated.json("check", "handbook", "repeats")}
    kept = repeated.json(*asked, *checks, "--save", "clean")
    assert kept["kept"] == kept["considered"] <= 92 - max(found.values())
    assert kept["flagged"] == kept["flagged_dropped"] == 92 - kept["kept"]
    assert repeated.json(*asked)["flagged_dropped"] == 0
    with Studio.open(repeated.root) as studio:
        spec = studio.session.store.selections.all()[0].spec
    assert {each["title"] for each in spec["filters"]["key_sets"]} == set(found), "as the page writes them"


def test_ranges_and_words_narrow_the_rows(repeated: Shell) -> None:
    with Studio.open(repeated.root) as studio:
        scores = studio.scores.table("forum")
    words = int(scores["output_words"].median())
    everything = ["select", "--by", "order", "--all", "--datasets", "forum"]

    def considered(*filters: str) -> int:
        return int(repeated.json(*everything, *filters)["considered"])

    assert considered("--where", f"output_words>{words}") == (scores["output_words"] > words).sum()
    assert considered("--where", f"output_words>={words}") == (scores["output_words"] >= words).sum()
    between = (scores["output_words"] >= 5) & (scores["output_words"] < words) & (scores["mtld"] <= 60)
    assert considered("--where", f"5<=output_words<{words}", "mtld<=60") == between.sum()
    texts = [json.loads(line) for line in (DEMO / "forum.jsonl").read_text("utf-8").splitlines()]
    having = [each for each in texts if "water" in " ".join(map(str, each.values())).lower()]
    assert considered("--contains", "Water") == len(having) > 0
    assert "not a score range" in repeated.refused(*everything, "--where", "reward high")
    assert "Unknown score: beauty" in repeated.refused(*everything, "--where", "beauty>1")


def test_the_rows_nearest_in_meaning_are_looked_at(repeated: Shell) -> None:
    found = repeated.json("select", "--by", "order", "--all", "--like", "cooking a meal", "--most", "7")
    assert found["considered"] == 7


def test_quotas_by_hand_and_a_least_distance_spread_the_rows(repeated: Shell) -> None:
    asked = ["select", "--by", "mtld", "--rows", "20", "--datasets", "handbook", "forum", "--save", "spread"]
    chosen = repeated.json(*asked, "--quota", "forum=4", "--min-distance", "0.2", "--no-near-duplicates", "--lowest")
    assert chosen["kept"] == 20
    with Studio.open(repeated.root) as studio:
        saved = studio.session.store.selections.all()[0]
        members = studio.session.store.selections.members(saved.selection_id)
        assert dict(members["dataset_id"].value_counts()) == {1: 16, 2: 4}
    spec = saved.spec
    assert (spec["diversity"], spec["min_cosine_distance"], spec["near_duplicate_similarity"], spec["descending"]) == (
        "min_distance", 0.2, 0.95, False
    )  # fmt: skip
    for wrong in ("forum=many", "", "100", "="):
        assert "is not a quota" in repeated.refused("select", "--quota", wrong)
    assert "not selected from" in repeated.refused("select", "--datasets", "handbook", "--quota", "forum=3")
    assert "Dataset not found" in repeated.refused("select", "--quota", "nowhere=3")


def test_rows_are_taken_by_their_marks(repeated: Shell) -> None:
    with Studio.open(repeated.root) as studio:
        studio.session.store.marks.mark(studio.scores.table("scrape")["row_id"].head(3).tolist(), Mark.KEEP)
    assert repeated.json("select", "--by", "order", "--all", "--marked", "keep")["kept"] == 3


def test_a_rule_that_foretells_nothing_is_doubted(repeated: Shell) -> None:
    learned = {"method": "least squares", "model": "", "settings": {}, "data": [], "sets": 9, "r_squared": 0.9}
    rule = {"name": "noise", "intercept": 0, "terms": [{"indicator": "reward", "coefficient": -1}]}
    with Studio.open(repeated.root) as studio:
        studio.session.store.rules.save(
            "noise", rule | {"learned": learned | {"ranges": {}, "predicted_r_squared": -0.3}}
        )
    code, said, _ = repeated.run("select", "--rule", "noise", "--rows", "5", "--datasets", "forum")
    assert code == 0 and "no better than the mean (predicted R² −0.300)" in said
    assert repeated.json("select", "--rows", "5", "--datasets", "forum")["doubts"] == []
    assert repeated.json("select", "--by", "random", "--rule", "noise", "--rows", "5")["doubts"] == []


def test_a_way_chooses_within_a_budget_of_tokens(repeated: Shell) -> None:
    listed = {each["name"]: each for each in repeated.json("ways")["ways"]}
    assert listed["longest"]["needs"] == ["output_length"]
    chosen = repeated.json("select", "--way", "longest", "--tokens", "400", "--datasets", "forum", "--save", "long")
    assert 0 < chosen["response_tokens"] <= 400
    with Studio.open(repeated.root) as studio:
        scores = studio.scores.table("forum").set_index("row_id")
        lengths = scores.loc[studio.selections.members("long")["row_id"], "output_length"]
        assert lengths.is_monotonic_decreasing and lengths.iloc[0] == scores["output_length"].max()
    assert "no way of choosing “nonsense”" in repeated.refused("select", "--way", "nonsense")
    assert "ignored beside a way" in repeated.refused("select", "--way", "longest", "--by", "mtld")
    assert "more than the budget of 1" in repeated.refused("select", "--way", "longest", "--tokens", "1")
    _, said, _ = repeated.run("ways", "--allow-own", "on")
    assert "Ways of your own are on" in said
    repeated.run("ways", "--allow-own", "off")


def test_how_sure_the_rows_of_a_selection_are_is_told_and_written(repeated: Shell) -> None:
    repeated.json("select", "--by", "random", "--rows", "10", "--datasets", "forum", "--save", "by chance")
    file = repeated.root / "toss-ups.csv"
    told = repeated.json("certainty", "by chance", "--draws", "20", "--only", "toss-up", "--out", str(file))
    assert told["varied"] == ["the seed"] and sum(told["rows"].values()) > 20
    written = pd.read_csv(file)
    assert len(written) == told["rows"]["toss-up"] and set(written["verdict"]) == {"toss-up"}
    assert "two draws" in repeated.refused("certainty", "by chance", "--draws", "1")
    assert "Selection not found" in repeated.refused("certainty", "nobody's")


def test_all_rows_are_kept_without_a_rule_that_nobody_asked_for(repeated: Shell) -> None:
    everything = repeated.json("select", "--all", "--datasets", "repeats")
    assert (everything["kept"], everything["considered"]) == (2, 2), "rows without scores are kept, too"
    assert "no score" in json.dumps(repeated.json("select", "--all", "--rule", "instructmining-v1"))
