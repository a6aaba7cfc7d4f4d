"""The README.md of a dataset folder: front matter that the hub reads, and where the rows come from and why."""

import re
from collections.abc import Iterable, Sequence

from core.export.layouts import Layout
from core.export.manifest import Manifest
from core.selection.record import SelectionRecord
from core.selection.source_dataset import SourceDataset
from core.selection.spec import RankBy

DATA_FILE = "data/train-00000-of-00001.parquet"
_SIZES = ((1_000, "n<1K"), (10_000, "1K<n<10K"), (100_000, "10K<n<100K"), (1_000_000, "100K<n<1M"))
_TURNS = {
    Layout.ALPACA: "`instruction`, `input`, `output`, with `system` and `history` for conversations",
    Layout.MESSAGES: "`messages`, each with `role` and `content`",
    Layout.SHAREGPT: "`conversations`, each turn with `from` and `value`",
    Layout.PROMPT_COMPLETION: "`prompt` and `completion`, lists of messages with `role` and `content`",
}


def dataset_card(manifest: Manifest, record: SelectionRecord) -> str:
    """The whole card as text. The licence is left for the owner of the data: the studio can't know it."""
    from huggingface_hub import DatasetCard, DatasetCardData

    data = DatasetCardData(
        pretty_name=manifest.name,
        task_categories=["text-generation"],
        size_categories=[next((size for limit, size in _SIZES if manifest.rows < limit), "n>1M")],
        tags=["instruction-tuning", "sft", "instructmining"],
        configs=[{"config_name": "default", "data_files": [{"split": "train", "path": DATA_FILE}]}],
    )
    body = "\n\n".join(part for part in _body(manifest, record) if part)
    return str(DatasetCard(f"---\n{data.to_yaml()}\n---\n\n{body}\n", ignore_metadata_errors=False))


def _body(manifest: Manifest, record: SelectionRecord) -> Iterable[str]:
    yield f"# {_plain(manifest.name)}"
    yield (
        f"{manifest.rows:,} rows, selected from {record.considered:,} with InstructMining Studio, after *Instruction "
        "Mining* ([arXiv 2307.06290](https://arxiv.org/abs/2307.06290))."
    )
    columns = _TURNS.get(manifest.options.layout, "`instruction`, `input`, `output`, `messages`")
    yield f"Columns: {columns}{_more(manifest)}."
    yield "## Sources"
    rows = [[each.name, f"{each.rows:,}", _files(each), each.fingerprint] for each in manifest.sources]
    yield _table(["dataset", "rows", "files", "fingerprint"], rows)
    yield "## Selection"
    yield from _ranking(manifest)
    left_out = [[reason, f"{rows:,}"] for reason, rows in record.reasons.items()]
    yield _table(["not kept because", "rows"], left_out) if left_out else "No row was dropped."
    yield "\n".join(f"- {_plain(each)}" for each in manifest.warnings)
    yield from _named_rows(manifest)
    yield (
        "`manifest.json` contains the fingerprints of the datasets, the scoring models, the selection settings and "
        f"all versions. Model profile: {_plain(manifest.profile)}. SHA-256 of the data file: `{manifest.sha256}`."
    )
    yield "## Licence"
    yield (
        "Not stated yet. State the licence of the sources here, and as `license:` in the header of this file, "
        "before you share the data."
    )


def _files(source: SourceDataset) -> str:
    return ", ".join(map(str, source.origin.get("files", ()))) or "unknown"


def _more(manifest: Manifest) -> str:
    options = manifest.options
    parts = [
        *(["`source_dataset`"] if options.dataset else []),
        *(f"`score_{name}`" for name in options.scores),
        *(["`mark`, `note` and `tags` (set by hand)"] if options.marks else []),
        *(["`other` (the source's other columns as JSON)"] if options.extra else []),
    ]
    return f"; beside them {', '.join(parts)}" if parts else ""


def _ranking(manifest: Manifest) -> Iterable[str]:
    spec = manifest.spec
    if spec.rank_by is RankBy.RULE and spec.rule is not None:
        yield f"Ranked by the rule “{_plain(spec.rule.title)}”, lowest predicted log loss first:"
        terms = [[name, f"{value:+.6g}"] for name, value in spec.rule.coefficients.items()]
        yield _table(["term", "coefficient"], [["constant", f"{spec.rule.intercept:+.6g}"], *terms])
    elif spec.rank_by is RankBy.INDICATOR:
        yield f"Ranked by the indicator `{spec.indicator}`, {'highest' if spec.descending else 'lowest'} first."
    elif spec.rank_by is RankBy.WAY:
        yield f"Chosen by the way `{spec.way}`, seed {spec.seed}."
    elif spec.rank_by is RankBy.RANDOM:
        yield f"Drawn at random with seed {spec.seed}."
    else:
        yield "No ranking: rows that pass the filters, in the order of the sources."


def _named_rows(manifest: Manifest) -> Iterable[str]:
    """Rows left out by name before anything was ranked, such as near-duplicates."""
    sets = manifest.spec.filters.key_sets
    if sets:
        lines = [[each.title, "excluded" if each.outside else "considered", f"{len(each.keys):,}"] for each in sets]
        yield _table(["rows by key", "were", "rows"], lines)


def _table(head: Sequence[str], lines: Sequence[Sequence[str]]) -> str:
    rows = [head, ["---"] * len(head), *([_plain(cell) for cell in line] for line in lines)]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def _plain(text: str) -> str:
    """A user's text on one line, with nothing in it that Markdown or HTML takes for its own."""
    return re.sub(r"([\\`*_{}\[\]<>|#])", r"\\\1", " ".join(text.split()))
