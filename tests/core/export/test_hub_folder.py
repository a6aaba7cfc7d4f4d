"""A dataset folder is read by `datasets` as it stands, and trainers are told what its columns are."""

import json
from pathlib import Path

import datasets
import pytest
import yaml

from core.export import ExportOptions, ExportRow, Layout, Written, write_export
from core.export.card import DATA_FILE, dataset_card
from core.export.manifest import make_manifest
from core.export.trainers import AXOLOTL, LLAMA_FACTORY, TRL, TrainerFile, trainer_files
from core.rows.filters import Filters
from core.rows.row import Message, Row, row_from_messages
from core.rules.rule import presets
from core.selection.record import SelectionRecord
from core.selection.source_dataset import SourceDataset
from core.selection.spec import SelectionSpec

PAIR = Row("Name a prime.", "Below 10", "Seven.", extra='{"history":"kept apart","n":3}')
CHAT = row_from_messages(
    [Message("system", "Be brief."), Message("user", "Hi"), Message("assistant", "Hello"), Message("user", "2+2?"),
     Message("assistant", "4")]
)  # fmt: skip
HUB_LAYOUTS = [Layout.ALPACA, Layout.MESSAGES, Layout.SHAREGPT, Layout.PROMPT_COMPLETION]


def made(folder: Path, options: ExportOptions) -> Written:
    """The folder as the page makes it, of a selection with something dropped."""
    rows = [ExportRow(row, "a|b", {"reward": 0.5}) for row in (PAIR, CHAT)]
    written = write_export(folder / DATA_FILE, options, rows, 2)
    source = SourceDataset(1, "a|b <script>", "f00d", 5, {"files": ["hf://datasets/me/a.jsonl"]}, (), {})
    spec = SelectionSpec(Filters((1,)), rule=presets()["instructmining-v1"], rows=2)
    record = SelectionRecord(spec, "embedded", (source,), 2, 5, {"lower rank": 3}, None, {})
    manifest = make_manifest("mine", "embedded", [source], spec, options, written)
    (folder / "README.md").write_text(dataset_card(manifest, record), encoding="utf-8")
    (folder / "manifest.json").write_text(manifest.as_json(), encoding="utf-8")
    return written


def loaded(folder: Path, cache: Path) -> list[dict]:
    return datasets.load_dataset(str(folder), split="train", cache_dir=str(cache)).to_list()


@pytest.mark.parametrize("layout", HUB_LAYOUTS)
def test_datasets_reads_the_folder_with_the_layouts_own_columns(layout: Layout, tmp_path: Path) -> None:
    made(tmp_path / "hub", ExportOptions(layout, extra=True, dataset=True, scores=("reward",), hub=True))
    first, second = loaded(tmp_path / "hub", tmp_path / "cache")
    assert (first["source_dataset"], first["score_reward"]) == ("a|b", 0.5)
    hello = [("system", "Be brief."), ("user", "Hi"), ("assistant", "Hello"), ("user", "2+2?"), ("assistant", "4")]
    if layout is Layout.ALPACA:
        assert (second["instruction"], second["system"], second["history"]) == ("2+2?", "Be brief.", [["Hi", "Hello"]])
        assert (first["input"], first["history"]) == ("Below 10", [])
    elif layout is Layout.SHAREGPT:
        assert [turn["from"] for turn in second["conversations"]] == ["system", "human", "gpt", "human", "gpt"]
    else:
        turns = second["messages"] if layout is Layout.MESSAGES else second["prompt"] + second["completion"]
        assert [(turn["role"], turn["content"]) for turn in turns] == hello
    assert json.loads(first["other"])["n"] == 3


def test_the_card_says_where_the_rows_come_from_and_leaves_the_licence_open(tmp_path: Path) -> None:
    made(tmp_path, ExportOptions(Layout.MESSAGES, hub=True))
    card = (tmp_path / "README.md").read_text("utf-8")
    front = yaml.safe_load(card.split("---\n")[1])
    assert front["configs"] == [{"config_name": "default", "data_files": [{"split": "train", "path": DATA_FILE}]}]
    assert (front["size_categories"], "license" in front) == (["n<1K"], False)
    for part in (
        "2 rows, selected from 5",
        "selected from 5",
        "| lower rank | 3 |",
        "-0.1498",
        "f00d",
        "## Licence",
    ):
        assert part in card
    assert "<script>" not in card and "a\\|b" in card


def test_llama_factory_is_told_only_of_columns_that_the_file_has(tmp_path: Path) -> None:
    def entry(options: ExportOptions, *rows: Row) -> dict:
        written = write_export(tmp_path / "rows", options, list(map(ExportRow, rows)), len(rows))
        files = {each.trainer: each for each in trainer_files("mine", "rows.jsonl", written, options)}
        return json.loads(files[LLAMA_FACTORY].content)["mine"]

    pair = {"prompt": "instruction", "query": "input", "response": "output"}
    assert entry(ExportOptions(), PAIR) == {"file_name": "rows.jsonl", "formatting": "alpaca", "columns": pair}
    turns = pair | {"system": "system", "history": "history"}
    assert entry(ExportOptions(), PAIR, CHAT)["columns"] == turns
    assert entry(ExportOptions(hub=True), PAIR)["columns"] == turns
    assert entry(ExportOptions(Layout.CSV), CHAT)["columns"] == pair
    openai = entry(ExportOptions(Layout.MESSAGES), CHAT)
    assert (openai["formatting"], openai["columns"]) == ("sharegpt", {"messages": "messages"})
    assert openai["tags"] | {"observation_tag": ""} == {
        "role_tag": "role", "content_tag": "content", "user_tag": "user", "assistant_tag": "assistant",
        "observation_tag": "", "system_tag": "system",
    }  # fmt: skip


def test_axolotl_and_trl_are_offered_what_they_read(tmp_path: Path) -> None:
    def offered(layout: Layout) -> dict[str, str]:
        written = write_export(tmp_path / "rows", ExportOptions(layout), [ExportRow(CHAT)], 1)
        files = trainer_files("mine", "rows.jsonl", written, ExportOptions(layout))
        return {each.trainer: each.content for each in files}

    (section,) = yaml.safe_load(offered(Layout.SHAREGPT)[AXOLOTL])["datasets"]
    assert (section["path"], section["ds_type"], section["type"]) == ("rows.jsonl", "json", "chat_template")
    assert section["message_property_mappings"] == {"role": "from", "content": "value"}
    assert list(offered(Layout.PROMPT_COMPLETION)) == [TRL]
    assert TRL in offered(Layout.MESSAGES) and TRL not in offered(Layout.ALPACA)
    compile(offered(Layout.MESSAGES)[TRL], "trl_sft.py", "exec")


def test_trainers_are_told_of_tools_and_of_rejected_answers(tmp_path: Path) -> None:
    def files(layout: Layout, row: Row) -> dict[str, TrainerFile]:
        written = write_export(tmp_path / "rows", ExportOptions(layout), [ExportRow(row)], 1)
        return {each.trainer: each for each in trainer_files("mine", "rows.jsonl", written, ExportOptions(layout))}

    calls = [{"type": "function", "function": {"name": "clock", "arguments": {"zone": "UTC"}}}]
    asked = Message("user", "Time?")
    called = row_from_messages(
        [asked, Message("assistant", "", {"tool_calls": calls}), Message("tool", "12"), Message("assistant", "Noon.")],
        tools=[{"type": "function", "function": {"name": "clock"}}],
    )
    entry = json.loads(files(Layout.SHAREGPT, called)[LLAMA_FACTORY].content)["mine"]
    assert entry["columns"] == {"messages": "conversations", "tools": "tools"}
    assert (entry["tags"]["function_tag"], entry["tags"]["observation_tag"]) == ("function_call", "observation")
    offered = files(Layout.MESSAGES, called)
    assert LLAMA_FACTORY not in offered and '["messages", "tools"]' in offered[TRL].content
    assert yaml.safe_load(offered[AXOLOTL].content)["datasets"][0]["field_tools"] == "tools"

    judged = row_from_messages([asked, Message("assistant", "Noon.")], rejected=[Message("assistant", "Never.")])
    for layout, chosen in ((Layout.SHAREGPT, "chosen"), (Layout.ALPACA, "output")):
        entry = json.loads(files(layout, judged)[LLAMA_FACTORY].content)["mine"]
        assert entry["ranking"] is True
        assert (entry["columns"]["chosen"], entry["columns"]["rejected"]) == (chosen, "rejected")
        assert "response" not in entry["columns"]
    preference = files(Layout.PROMPT_COMPLETION, judged)[TRL]
    assert preference.name == "trl_dpo.py" and '["prompt", "chosen", "rejected"]' in preference.content


def test_trainers_are_told_of_labels_where_every_row_has_one(tmp_path: Path) -> None:
    turns = [Message("user", "Time?"), Message("assistant", "Noon.")]
    rows = [row_from_messages(turns, label=label) for label in (True, False, None)]

    def files(layout: Layout, count: int) -> dict[str, TrainerFile]:
        options, wanted = ExportOptions(layout), [ExportRow(row) for row in rows[:count]]
        written = write_export(tmp_path / "rows", options, wanted, count)
        return {each.trainer: each for each in trainer_files("mine", "rows.jsonl", written, options)}

    for layout in (Layout.ALPACA, Layout.MESSAGES, Layout.SHAREGPT, Layout.CSV, Layout.PARQUET):
        offered = files(layout, 2)
        assert json.loads(offered[LLAMA_FACTORY].content)["mine"]["columns"]["kto_tag"] == "label"
        assert offered.keys() == {LLAMA_FACTORY}, "others would learn undesirable responses"
        assert files(layout, 3) == {}
    script = files(Layout.PROMPT_COMPLETION, 2)[TRL]
    assert script.name == "trl_kto.py" and '["prompt", "completion", "label"]' in script.content
    assert "KTOTrainer" in script.content


def test_axolotl_gets_no_alpaca_file_that_would_lose_turns(tmp_path: Path) -> None:
    for options in (ExportOptions(), ExportOptions(hub=True)):
        for row, offered in ((PAIR, True), (CHAT, False)):
            written = write_export(tmp_path / "rows", options, [ExportRow(row)], 1)
            files = trainer_files("mine", "rows.jsonl", written, options)
            assert (AXOLOTL in [each.trainer for each in files]) == offered
