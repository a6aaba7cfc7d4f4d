"""Every kind of value that comes through the door, with an example: a new kind joins by one line."""

from core.export import ExportOptions, Layout
from core.indicators.base import ScorerKey
from core.rows.filters import Filters, KeySet, Lasso, MapArea, Marked
from core.rows.marks import ByHand, Mark
from core.rules.rule import Learned, Rule, Term
from core.selection.outcome import Prediction
from core.selection.record import SelectionRecord
from core.selection.source_dataset import SourceDataset
from core.selection.spec import Diversity, Quotas, RankBy, SelectionSpec
from core.values import Value

KEY = "0123456789abcdef" * 2
FILTERS = (
    Filters((1, 2), text='reward "two words"', marked=Marked.UNMARKED)
    .with_range("reward", 0.5, None)
    .with_lasso(Lasso("reward", "perplexity", ((0.0, 1.0), (2.0, 1.0), (1.0, 3.5)), log_y=True))
    .with_area(MapArea("map-1", ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0))))
    .leaving_out(KeySet("Near-duplicates", (KEY,), similarities=(0.97,)))
)
LEARNED = Learned(
    "least squares", "SmolLM2", {"epochs": 3, "lora": {"rank": 8}}, ("handbook",), 30, {"reward": (-1.0, 2.5)}, 0.9,
    0.8, "10-fold", 0.01,
)  # fmt: skip
RULE = Rule("mine", "Mine", 1.5, (Term("reward", -0.5, "by mark", "Rew", 0.1),), "by mark", learned=LEARNED)
SELECTION = SelectionSpec(
    FILTERS, RankBy.INDICATOR, RULE, "reward", True, percent=12.5, quotas=Quotas.CUSTOM, custom_quotas=((1, 5), (2, 7)),
    diversity=Diversity.MIN_DISTANCE, min_cosine_distance=0.2, near_duplicate_similarity=0.95, seed=3,
    within_range=True, by_hand=(ByHand(KEY, Mark.KEEP, "good"),),
)  # fmt: skip
SOURCE = SourceDataset(
    1, "handbook", "f" * 32, 40, {"files": ["a.jsonl"]}, (ScorerKey.of("reward", "heads", {"tokens": 512}),),
    {"reward": 40},
)  # fmt: skip
RECORD = SelectionRecord(
    SELECTION, "embedded", (SOURCE,), 5, 40, {"lower rank": 35}, Prediction(1.0, 1.2, 1.1, 0.02), {"reward": 1.4}
)

VALUES: dict[str, Value] = {
    "filters": FILTERS,
    "rule": RULE,
    "selection": SELECTION,
    "export": ExportOptions(Layout.CSV, True, True, ("reward",)),
    "source dataset": SOURCE,
    "selection record": RECORD,
}
