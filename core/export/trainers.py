"""What the usual trainers ask beside an exported file: one entry, one section or two lines each.

Sources: LLaMA-Factory's data/README.md, axolotl's documentation of dataset formats, TRL's of dataset types.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from core.export.layouts import ExportOptions, Layout
from core.export.write import Written

LLAMA_FACTORY, AXOLOTL, TRL = "LLaMA-Factory", "axolotl", "TRL"
_TAGS = {
    Layout.MESSAGES: {
        "role_tag": "role",
        "content_tag": "content",
        "user_tag": "user",
        "assistant_tag": "assistant",
        "observation_tag": "tool",
        "system_tag": "system",
    },
    Layout.SHAREGPT: {
        "role_tag": "from",
        "content_tag": "value",
        "user_tag": "human",
        "assistant_tag": "gpt",
        "observation_tag": "tool",
        "system_tag": "system",
    },
}
_TURNS = {Layout.MESSAGES: "messages", Layout.SHAREGPT: "conversations"}
_ALPACA = {"prompt": "instruction", "query": "input", "response": "output", "system": "system", "history": "history"}
_PAIR = ("prompt", "query", "response")


@dataclass(frozen=True)
class TrainerFile:
    """What one trainer asks for: the name of the file that holds it, its content, and its language."""

    trainer: str
    name: str
    content: str
    language: str


def trainer_files(name: str, data_file: str, written: Written, options: ExportOptions) -> list[TrainerFile]:
    """The files for those trainers that read the layout.

    Args:
        name: of the dataset.
        data_file: the exported file, relative to the folder where these files will stand.
    """
    files = []
    entry = llama_factory_entry(data_file, written, options)
    if entry is not None:
        text = json.dumps({name: entry}, indent=2, ensure_ascii=False) + "\n"
        files.append(TrainerFile(LLAMA_FACTORY, "dataset_info.json", text, "json"))
    section = axolotl_section(data_file, options)
    if section is not None:
        import yaml

        text = yaml.safe_dump({"datasets": [section]}, sort_keys=False, allow_unicode=True)
        files.append(TrainerFile(AXOLOTL, "axolotl.yml", text, "yaml"))
    if options.layout in (Layout.MESSAGES, Layout.PROMPT_COMPLETION):
        files.append(TrainerFile(TRL, "trl_sft.py", _trl(data_file, options), "python"))
    return files


def llama_factory_entry(data_file: str, written: Written, options: ExportOptions) -> dict[str, Any] | None:
    """The value in `dataset_info.json`; only columns that the file has, for LLaMA-Factory looks each of them up."""
    if options.layout is Layout.PROMPT_COMPLETION:
        return None
    if options.layout in _TURNS:
        return {
            "file_name": data_file,
            "formatting": "sharegpt",
            "columns": {"messages": _TURNS[options.layout]},
            "tags": _TAGS[options.layout],
        }
    turns = {"system", "history"} & set(written.columns) if options.layout is Layout.ALPACA else set()
    columns = {key: column for key, column in _ALPACA.items() if key in _PAIR or column in turns}
    return {"file_name": data_file, "formatting": "alpaca", "columns": columns}


def axolotl_section(data_file: str, options: ExportOptions) -> Mapping[str, Any] | None:
    """One item of `datasets:` in an axolotl configuration."""
    if options.layout is Layout.PROMPT_COMPLETION:
        return None
    kind = {".csv": "csv", ".parquet": "parquet"}.get(options.suffix, "json")
    start = {"path": data_file, "ds_type": kind}
    if options.layout not in _TURNS:
        return start | {"type": "alpaca"}
    tags = _TAGS[options.layout]
    roles = {"user": [tags["user_tag"]], "assistant": [tags["assistant_tag"]], "system": ["system"], "tool": ["tool"]}
    return start | {
        "type": "chat_template",
        "field_messages": _TURNS[options.layout],
        "message_property_mappings": {"role": tags["role_tag"], "content": tags["content_tag"]},
        "roles": roles,
    }


def _trl(data_file: str, options: ExportOptions) -> str:
    builder = "parquet" if options.suffix == ".parquet" else "json"
    return (
        "from datasets import load_dataset\n"
        "from trl import SFTTrainer\n\n"
        f'rows = load_dataset("{builder}", data_files={json.dumps(data_file)}, split="train")\n'
        'SFTTrainer(model="HuggingFaceTB/SmolLM2-135M-Instruct", train_dataset=rows).train()\n'
    )
