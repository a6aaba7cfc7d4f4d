"""Where a row has no score it is said why: not scored, undefined of it, or lacking for the rule's value."""

from pathlib import Path

from core.datasets.absent_scores import why_absent
from core.indicators.base import ScorerKey
from core.rows.row import Row
from core.rules.rule import Rule, Term
from core.store import Store
from core.store.score_matrix import PREDICTED
from tests.scored_store import add_dataset, take_scores

KEYS = [ScorerKey.of(name, "model", {}) for name in ("mtld", "output_length", "reward")]


def test_each_missing_score_has_its_reason(tmp_path: Path) -> None:
    rows = [Row("Say it", "", "It is said"), Row("Say nothing", "", "???")]
    with Store.open(tmp_path / "studio.duckdb") as store:
        dataset = add_dataset(store, "mine", rows)
        values = {"mtld": [3.0, float("nan")], "output_length": [3.0, float("nan")]}
        take_scores(store, tmp_path, "job", rows, KEYS[:2], values)
        store.matrix.refresh({dataset.dataset_id: KEYS})
        number = store.rows.numbers([rows[1].key])[rows[1].key]
        assert why_absent(store, number, KEYS, [PREDICTED]) == {PREDICTED: "no rule is set"}
        terms = tuple(Term(name, 1.0) for name in ("mtld", "reward", "ifd"))
        store.matrix.set_rule(Rule("mine", "Mine", 1.0, terms))
        assert why_absent(store, number, KEYS, ["mtld", "output_length", "reward", PREDICTED]) == {
            "mtld": "not defined for this row: the response has no words",
            "output_length": "not defined for this row",
            "reward": "not scored yet",
            PREDICTED: "needs MTLD, Reward, IFD",
        }
        assert why_absent(store, number, KEYS, []) == {}
