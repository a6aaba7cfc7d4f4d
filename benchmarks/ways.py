"""Ways of choosing on real pools: which rows each keeps of a sub-pool, and the loss of a model tuned on them.

    python benchmarks/ways.py DATASETS --kept FOLDER --out docs/runs/ways.csv [--pools A B C] [--minutes 60]

Three pools of 3,800 rows, each ten disjoint sub-pools of 380: (A) alpaca-davinci with alpaca-en-demo; (B) these with
t0-academic, tool calls and role play; (C) the answers of 23 systems to the same instructions. Of every sub-pool each
way keeps 64 rows (`budget` rows), or rows up to the tokens of 64 average ones (`budget` tokens); a model is tuned on
them and its loss measured on the validation and the test part of D_eval, one response an instruction. Influence and
loss drop read the guide part, and each sub-pool has a warm-up of its own, on a tenth of its rows.

Only the upper half of the layers is tuned, so that the lower half reads every text once. A line is written as soon as
it is measured: a run that was cut off goes on, and several may share the folder.
"""

import argparse
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from filelock import FileLock, Timeout
from real_run import Bench, arguments, read_rows

from core.datasets.contamination import EvaluationPrompts
from core.datasets.evaluation_file import read_evaluation_file
from core.experiments.presets import ALL_LINEAR
from core.finetune.batches import training_examples
from core.finetune.influence import InfluenceSettings, guide_gradient, influence, warm_up
from core.finetune.loss_drop import LossDrop, LossDropSettings, tune_on_guide
from core.finetune.lower_layers import without_lower_layers
from core.finetune.model import add_adapter, load_base
from core.finetune.row_gradients import RowGradients
from core.finetune.run import tune
from core.indicators.scoring import score_chunk
from core.models.inference_loss import evaluation_profile, measure, read_sequences, summarise
from core.progress import Silent
from core.rows.evaluation_parts import split
from core.rows.row import Row
from core.selection.controls import matched_in_length, matched_in_source
from core.selection.diversity import Diversity
from core.selection.select import RankBy, SelectionSpec, select
from core.selection.ways import ways

ROWS, SUB_POOLS = 380, 10
SYSTEMS = (
    "Meta-Llama-3-8B-Instruct", "Mistral-7B-Instruct-v0_2", "Qwen1_5-1_8B-Chat", "Qwen1_5-72B-Chat", "alpaca-7b",
    "alpaca-farm-ppo-human", "baize-v2-7b", "chatglm2-6b", "claude", "deita-7b-v1_0", "falcon-7b-instruct",
    "gemma-2b-it", "gpt4_0613", "gpt4_1106_preview", "guanaco-7b", "llama-2-7b-chat-hf", "oasst-sft-pythia-12b",
    "openchat-13b", "phi-2-sft", "pythia-12b-mix-sft", "vicuna-7b", "wizardlm-70b", "zephyr-7b-beta",
)  # fmt: skip
POOLS: dict[str, dict[str, int]] = {  # rows of each source in a sub-pool; 0: as they come
    "A": {"alpaca-davinci": 320, "alpaca-en-demo": 60},
    "B": {"alpaca-davinci": 160, "alpaca-en-demo": 60, "t0-academic": 90, "gpteacher-toolformer": 45,
          "gpteacher-roleplay": 25},
    "C": {f"alpacaeval-{system}": 0 for system in SYSTEMS},
}  # fmt: skip
GUIDE, VALIDATION, TEST = 60, 60, 120  # instructions of each part that are read at most
EVALUATION_TOKENS = 160  # of a prompt, and of a response
MATCHED = {"matched in length": matched_in_length, "matched in source": matched_in_source}
GUIDED = {"influence", "loss_drop"}
LENGTH = ("output_length",)
READ = ("output_length", "perplexity", "ifd", "reward")  # the indicators that the ways need


@dataclass(frozen=True)
class Choice:
    """Rows that a way, or a control of a way, keeps of a sub-pool."""

    way: str
    seed: int
    members: pd.DataFrame


class SubPool:
    """One part of a pool with its scores."""

    def __init__(self, bench: "WayBench", pool: str, number: int, members: pd.DataFrame, rows: Sequence[Row]) -> None:
        self.bench, self.pool, self.number = bench, pool, number
        self.members, self._rows = members, rows

    @cached_property
    def scored(self) -> pd.DataFrame:
        """The indicators of its rows that no question guides."""
        self.bench.kept = self._folder
        self._folder.mkdir(parents=True, exist_ok=True)
        return self.bench.scores(self.members, self.bench.indicators, self._rows)

    @cached_property
    def lengths(self) -> pd.DataFrame:
        """Their response tokens alone, for which no model reads them."""
        found = score_chunk(self.rows_of(self.members), LENGTH, self.bench.pool, self.bench.pool.profile, embed=False)
        return self.members.assign(**found.values)

    @cached_property
    def guided(self) -> pd.DataFrame:
        """The same with those that the guide questions give."""
        return self.scored.merge(self._targeted())

    @property
    def _folder(self) -> Path:
        return self.bench.root / f"{self.pool}{self.number}"

    def rows_of(self, members: pd.DataFrame) -> list[Row]:
        return [self._rows[each] for each in members["row_id"]]

    def _targeted(self) -> pd.DataFrame:
        """What the guide questions say of each row."""
        file = self._folder / "targeted.parquet"
        if not file.exists():
            values = self.bench.targeted(self.rows_of(self.members), self._folder)
            self.members[["row_id"]].assign(**values).to_parquet(file)
        return pd.read_parquet(file)

    def _scored_for(self, way: str) -> pd.DataFrame:
        needs = set(ways()[way].needs)
        if needs & GUIDED:
            return self.guided
        spread = ways()[way].diversity is not Diversity.NONE
        return self.scored if spread or needs - set(LENGTH) else self.lengths

    def _embed(self, row_ids: Any) -> np.ndarray:
        found = [np.load(file)["embeddings"] for file in sorted(self._folder.glob("scores-*.npz"))]
        places = pd.Series(range(len(self.members)), index=self.members["row_id"])
        return np.concatenate(found)[places[np.asarray(row_ids)].to_numpy()]

    def choice(self, way: str, budget: str, wanted: int, seed: int) -> Choice:
        """What a way keeps; `matched in length: influence` is random rows of the lengths that influence keeps."""
        if ": " in way:
            control, of = way.split(": ")
            reference = self.choice(of, budget, wanted, 0).members
            return Choice(way, seed, MATCHED[control](self.lengths, reference, self.number * 100 + seed))
        scored = self._scored_for(way)
        amount: dict[str, int] = {"rows": wanted}
        if budget == "tokens":
            amount = {"tokens": round(wanted * self.lengths["output_length"].mean())}
        spec = SelectionSpec(rank_by=RankBy.WAY, way=way, seed=self.number * 100 + seed, **amount)
        return Choice(way, seed, select(scored, spec, self._embed).kept)


class WayBench(Bench):
    """Tunes the upper layers and measures on the parts of D_eval."""

    def __init__(self, chosen: argparse.Namespace) -> None:
        super().__init__(chosen, chosen.kept)
        self.root, self.indicators = chosen.kept, READ
        self.settings = replace(self.settings, tuned_layers=chosen.layers, target_modules=ALL_LINEAR)
        whole = read_evaluation_file(chosen.datasets / "eval" / "d_eval.jsonl").examples
        self.evaluation = [replace(each, outputs=each.outputs[:1]) for each in whole]
        parts = split(self.evaluation)
        self.guide = list(parts.guide[:GUIDE])
        self.measured_on = [*parts.validation[:VALIDATION], *parts.test[:TEST]]
        self.validation = len(parts.validation[:VALIDATION])
        self.limits = evaluation_profile(self.pool.profile, self.settings.template, EVALUATION_TOKENS)

    def sub_pools(self, pool: str, datasets: Path) -> list[SubPool]:
        """The ten parts of a pool: rows that tuning does not cut, each prompt and answer once, none asked by D_eval."""
        shares = POOLS[pool]
        places, rows = read_rows(datasets, list(shares))
        places = places[~pd.Series([rows[i] for i in places["row_id"]]).duplicated().to_numpy()]
        asked = EvaluationPrompts(self.evaluation).find([rows[i].prompt for i in places["row_id"]])
        clean = places.drop(places.index[[each.row for each in asked]])
        fitting = self.fitting(clean, rows).sample(frac=1, random_state=0)
        parts = []
        for number in range(SUB_POOLS):
            drawn = [
                of_source.iloc[number * share : (number + 1) * share]
                for of_source, share in _shares(fitting, list(shares.values()))
            ]
            members = pd.concat(drawn).sample(frac=1, random_state=number).reset_index(drop=True)
            assert len(members) == ROWS, f"{pool}: {len(members)} rows"
            parts.append(SubPool(self, pool, number, members, rows))
        return parts

    def targeted(self, rows: Sequence[Row], folder: Path) -> dict[str, np.ndarray]:
        """Influence, with a warm-up on a tenth of these rows, and loss drop."""
        asked, drop = InfluenceSettings(), LossDropSettings()
        warmed = warm_up(self.pool, rows, asked, folder / "warm", Silent())
        gradients = RowGradients.load(self.pool, warmed, asked.layers)
        guide = guide_gradient(self.pool, gradients, asked, self.guide, Silent())
        tuned = tune_on_guide(self.pool, self.guide, drop, self.root / "guide", Silent())
        return {
            "influence": influence(self.pool, gradients, asked, rows, guide, None, Silent()),
            "loss_drop": LossDrop(self.pool, tuned, drop).of(rows, Silent()),
        }

    def loss_of(self, rows: Sequence[Row], seed: int) -> dict[str, float]:
        """Tune on rows, and measure; none: the untuned model."""
        settings = replace(self.settings, seed=seed)
        model = load_base(self.pool, settings.precision, "cpu")
        examples = training_examples(rows, settings, self.pool.profile, self.pool.tokenizer)
        if rows:
            tuned = add_adapter(model, settings, "SmolLM2-135M-Instruct")
            read = [each["input_ids"] for each in examples]
            with self._upper(tuned.get_base_model(), read), tempfile.TemporaryDirectory() as folder:
                tune(tuned, examples, settings, Path(folder), Silent())
            model = tuned.get_base_model()
        with self._upper(model, read_sequences(self.measured_on, self.pool.tokenizer, self.limits)):
            found = measure(model, self.pool.tokenizer, self.measured_on, self.limits, Silent())
        in_validation = found["example"] < self.validation
        return {
            name: round(getattr(summarise(part), kind), 6)
            for part, prefix in ((found[in_validation], "validation"), (found[~in_validation], "test"))
            for kind, name in (("per_token", f"{prefix}_token"), ("per_example", f"{prefix}_response"))
        }

    def _upper(self, model: Any, sequences: list[list[int]]) -> Any:
        return without_lower_layers(
            model, sequences, self.settings.tuned_layers, self.root / "lower", 40_000_000_000, Silent(), print
        )


def _shares(rows: pd.DataFrame, shares: Sequence[int]) -> list[tuple[pd.DataFrame, int]]:
    """The rows of each source with how many of them a sub-pool has; all in one where no source has a share."""
    if not any(shares):
        return [(rows, ROWS)]
    return [(rows[rows["dataset_id"] == source], share) for source, share in enumerate(shares)]


def wanted_runs(pools: Sequence[str], chosen_ways: Sequence[str], budgets: Sequence[str], random: int) -> list[tuple]:
    """pool, sub-pool, way, budget and seed of every model, so that what is through is level over pools and ways."""
    runs = []
    for budget in budgets:
        for number in range(SUB_POOLS):
            for pool in pools:
                draws = [("random", seed) for seed in range(random)]
                others = [(way, 0) for way in chosen_ways if way != "random"]
                runs += [(pool, number, way, budget, seed) for way, seed in [*draws, *others]]
    return [("A", 0, "untuned", "rows", 0), *runs]


KEY = ["pool", "sub_pool", "way", "budget", "seed"]
WHOLE = ["sub_pool", "seed", "rows", "response_tokens", "seconds"]


def finished(out: Path) -> pd.DataFrame:
    return pd.read_csv(out) if out.exists() else pd.DataFrame({name: [] for name in KEY})


def main() -> None:
    lines = arguments(str(__doc__))
    lines.add_argument("--kept", type=Path, required=True)
    lines.add_argument("--pools", nargs="+", default=list(POOLS), choices=list(POOLS))
    controls = [f"{control}: {way}" for control in MATCHED for way in ("influence", "longest")]
    lines.add_argument("--ways", nargs="+", default=[*ways(), *controls])
    lines.add_argument("--budgets", nargs="+", default=["rows", "tokens"], choices=["rows", "tokens"])
    lines.add_argument("--random", type=int, default=2, help="draws of random rows in each sub-pool")
    lines.add_argument("--layers", type=int, default=15, help="upper layers that are tuned, 0 for all")
    lines.add_argument("--minutes", type=float, default=1e9, help="begin no model after so long")
    lines.set_defaults(rows=64, learning_rate=1e-3, whole=True)
    chosen = lines.parse_args()
    bench, began = WayBench(chosen), time.monotonic()
    parts: dict[str, list[SubPool]] = {}
    for pool, number, way, budget, seed in wanted_runs(chosen.pools, chosen.ways, chosen.budgets, chosen.random):
        if time.monotonic() - began > 60 * chosen.minutes:
            break
        name = f"{pool}{number}-{way}-{budget}-{seed}".replace(": ", "-").replace(" ", "_")
        try:
            with FileLock(bench.root / f"{name}.lock", timeout=0):
                done = finished(chosen.out)
                key = dict(zip(KEY, (pool, number, way, budget, seed), strict=True))
                if len(done.merge(pd.DataFrame([key]), on=KEY)):
                    continue
                if pool not in parts:
                    parts[pool] = bench.sub_pools(pool, chosen.datasets)
                line = key | measured(bench, parts[pool][number], way, budget, seed, chosen.rows)
                with FileLock(bench.root / "table.lock"):
                    table = pd.concat([finished(chosen.out), pd.DataFrame([line])])
                    table.astype(dict.fromkeys(WHOLE, int)).sort_values(KEY).to_csv(chosen.out, index=False)
                print(line, flush=True)
        except Timeout:
            continue


def measured(bench: WayBench, part: SubPool, way: str, budget: str, seed: int, wanted: int) -> dict[str, Any]:
    """The rows, their response tokens, and the losses of the model that is tuned on them."""
    began = time.monotonic()
    if way == "untuned":
        return {"rows": 0, "response_tokens": 0, **bench.loss_of([], 0), "seconds": round(time.monotonic() - began)}
    kept = part.choice(way, budget, wanted, seed).members
    tokens = kept[["row_id"]].merge(part.lengths[["row_id", "output_length"]], on="row_id")["output_length"].sum()
    losses = bench.loss_of(part.rows_of(kept), seed=part.number * 10 + seed)
    return {"rows": len(kept), "response_tokens": int(tokens), **losses, "seconds": round(time.monotonic() - began)}


if __name__ == "__main__":
    main()
