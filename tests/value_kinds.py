"""Every kind of value that comes through the door, with an example: a new kind joins by one line."""

from dataclasses import replace

from core.comparison.spec import ComparedModel, ComparisonSpec
from core.environment import Environment
from core.experiments.plan import ExperimentPlan
from core.experiments.proof.plan import ProofDesign, ProofPlan
from core.experiments.size.plan import SearchMethod, SizePlan
from core.export import ExportOptions, Layout
from core.finetune.influence import InfluenceSettings
from core.finetune.loss_drop import LossDropSettings
from core.finetune.settings import Precision, TuningSettings
from core.finetune.short_tuning import ShortTuning
from core.finetune.speed import Speed
from core.formats.columns import ColumnMap
from core.indicators.base import ScorerKey
from core.judge.settings import JudgeSettings, Prices
from core.models.generation import AnswerSettings
from core.models.profiles import profile
from core.regression.procedure import Procedure, RuleMethod
from core.regression.steps import Criterion, Direction, StepwiseSettings
from core.rows.evaluation_parts import Division, Shares
from core.rows.filters import Filters, KeySet, Lasso, MapArea, MapCluster, Marked
from core.rows.marks import Mark, StoredMark
from core.rules.rule import Learned, Rule, Term
from core.rules.spread import SetSpread
from core.selection.outcome import Prediction
from core.selection.record import SelectionRecord
from core.selection.source_dataset import SourceDataset
from core.selection.spec import Diversity, Quotas, RankBy, SelectionSpec
from core.values import Value
from jobs.answers.spec import AnswersSpec
from jobs.experiments.spec import ExperimentSpec, SetPlan
from jobs.maps.spec import MapSpec
from jobs.queue.heartbeat import Beat
from jobs.scoring.spec import ScoringSpec

KEY = "0123456789abcdef" * 2
FILTERS = (
    Filters((1, 2), text='reward "two words"', marked=Marked.UNMARKED, tags_outside=("too short",))
    .with_range("reward", 0.5, None)
    .with_tags(("weak", "Größe"))
    .with_lasso(Lasso("reward", "perplexity", ((0.0, 1.0), (2.0, 1.0), (1.0, 3.5)), log_y=True))
    .with_area(MapArea("map-1", ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0))))
    .dropping(MapCluster("map-1", 3, "poem, verse"))
    .with_cluster(MapCluster("map-1", None, "no cluster"))
    .leaving_out(KeySet("Near-duplicates", (KEY,), similarities=(0.97,)))
)
LEARNED = Learned(
    "least squares", "SmolLM2", {"epochs": 3, "lora": {"rank": 8}}, ("handbook",), 30, {"reward": (-1.0, 2.5)}, 0.9,
    0.8, "10-fold", 0.01, SetSpread({"reward": 0.5}, ((0.25,),), 30, 0.125), ((-0.4,), (-0.6,)),
)  # fmt: skip
RULE = Rule("mine", "Mine", 1.5, (Term("reward", -0.5, "by mark", "Rew", 0.1),), "by mark", learned=LEARNED)
SELECTION = SelectionSpec(
    FILTERS, RankBy.INDICATOR, RULE, "reward", True, percent=12.5, quotas=Quotas.CUSTOM, custom_quotas=((1, 5), (2, 7)),
    diversity=Diversity.MIN_DISTANCE, min_cosine_distance=0.2, near_duplicate_similarity=0.95, seed=3,
    within_range=True, by_hand=(StoredMark(KEY, Mark.KEEP, "good"),),
)  # fmt: skip
BY_WAY = SelectionSpec(FILTERS, RankBy.WAY, RULE, way="junk_dropped", way_code="f" * 64, tokens=5_000)
SOURCE = SourceDataset(
    1, "handbook", "f" * 32, 40, {"files": ["a.jsonl"]}, (ScorerKey.of("reward", "heads", {"tokens": 512}),),
    {"reward": 40},
)  # fmt: skip
RECORD = SelectionRecord(
    SELECTION, "embedded", (SOURCE,), 5, 40, {"lower rank": 35}, Prediction(1.0, 1.2, 1.1, 0.02), {"reward": 1.4}
)

TUNING = TuningSettings(Precision.NF4, epochs=1, template="chat")
COMPARED = ComparedModel("untuned", "Tiny", "job-1", 0, "embedded", TUNING)
COMPARISON = ComparisonSpec(
    (COMPARED, replace(COMPARED, number=2)), AnswerSettings(64, temperature=0.7), "evaluation", 1
)

VALUES: dict[str, Value] = {
    "influence settings": InfluenceSettings(2, 40, ShortTuning(0.2, template="chat")),
    "loss drop settings": LossDropSettings(40),
    "short tuning": ShortTuning(seed=3),
    "filters": FILTERS,
    "rule": RULE,
    "selection": SELECTION,
    "selection by a way": BY_WAY,
    "export": ExportOptions(Layout.CSV, True, True, ("reward",)),
    "source dataset": SOURCE,
    "selection record": RECORD,
    "experiment plan": ExperimentPlan(
        "mine",
        dataset_ids=(1,),
        level_dataset=1,
        level_indicators=("reward",),
        levels=4,
        selection_ids=(2,),
        precision=Precision.FP32,
        priority="last",
    ),
    "tuning": TUNING,
    "proof": ProofPlan(
        3, "Best", ProofDesign.SELECTION, 5, ("longest",), True, 48, 7, RULE, 0.25, {"random": 0.2}, 40, 8, "It saw it."
    ),
    "size search": SizePlan(3, "Best", SearchMethod.GRID, 4, 64, (4, 16, 64), patience=0),
    "rule learning": Procedure(
        RuleMethod.STEPWISE, StepwiseSettings(Direction.FORWARD, Criterion.P_VALUE, 0.01, 0.05), level=0.9
    ),
    "judge": JudgeSettings("https://example.com/v1", "gpt-4", 0.5, prices=Prices(1.0, 2.0), max_calls=5),
    "comparison": COMPARISON,
    "columns": ColumnMap("pair", "question", "", "answer", system="system"),
    "profile": profile("embedded"),
    "speed": Speed(100.0, 300.0, 2**31, 1.5, "cpu"),
    "heartbeat": Beat(4711, 1.7e9, "upstairs"),
    "evaluation shares": Shares(0.25, 0.25, 0.5),
    "division": Division(Shares(0.25, 0.25, 0.5), 3, 2),
    "environment": Environment("~/studio", "postgresql://me@host/queue", "s3://bucket/jobs", "upstairs", "on"),
}
JOB_FILES: dict[str, ScoringSpec | MapSpec | AnswersSpec | ExperimentSpec] = {
    "scoring": ScoringSpec("Score", 1, "handbook", 40, 40, "embedded", SOURCE.scorers, "f" * 32, "MiniLM"),
    "scoring against a target": ScoringSpec(
        "Score",
        1,
        "handbook",
        40,
        0,
        "embedded",
        SOURCE.scorers,
        "f" * 32,
        "",
        guide="a" * 32,
        target="questions",
        targeted_rows=40,
    ),
    "map": MapSpec("Map", (1, 2), "MiniLM", 40, 3),
    "answers": AnswersSpec("Answers", COMPARISON, 20),
    "experiment": ExperimentSpec(
        "Tiny",
        1,
        "embedded",
        TUNING,
        "evaluation",
        256,
        (SetPlan(0, "untuned", "untuned", 0, 7),),
        search=SizePlan(3, "Best", most_sizes=4),
    ),
}
