"""What the usual trainers ask beside an exported file: one entry, one section or two lines each.

Sources: LLaMA-Factory's data/README.md, axolotl's documentation of dataset formats, TRL's of dataset types.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from core.export import dataset_info
from core.export.layouts import ExportOptions, Layout
from core.export.records import LABEL
from core.export.write import Written

LLAMA_FACTORY, AXOLOTL, TRL = "LLaMA-Factory", "axolotl", "TRL"
AXOLOTL_FILE = "axolotl.yml"
TRL_FILE, TRL_PREFERENCE_FILE, TRL_LABEL_FILE = "trl_sft.py", "trl_dpo.py", "trl_kto.py"
TRL_FILES = (TRL_FILE, TRL_PREFERENCE_FILE, TRL_LABEL_FILE)
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
        "observation_tag": "observation",
        "function_tag": "function_call",
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


def trainer_files(
    name: str,
    data_file: str,
    written: Written,
    options: ExportOptions,
    prefix: str = "",
    info_file: str = dataset_info.NAME,
) -> list[TrainerFile]:
    """The files for those trainers that read the layout and all that these rows have in it.

    Args:
        name: of the dataset.
        prefix: begins the names of those that are not shared with other datasets.
        info_file: the name of LLaMA-Factory's.
        data_file: the exported file, relative to the folder where these files will stand.
    """
    files = []
    entry = llama_factory_entry(data_file, written, options)
    if entry is not None:
        text = dataset_info.alone(name, entry)
        files.append(TrainerFile(LLAMA_FACTORY, info_file, text, "json"))
    section = axolotl_section(data_file, written, options)
    if section is not None:
        import yaml

        text = yaml.safe_dump({"datasets": [section]}, sort_keys=False, allow_unicode=True)
        files.append(TrainerFile(AXOLOTL, f"{prefix}{AXOLOTL_FILE}", text, "yaml"))
    if _for_trl(written, options):
        file = TRL_LABEL_FILE if written.labelled else TRL_PREFERENCE_FILE if written.ranking else TRL_FILE
        files.append(TrainerFile(TRL, f"{prefix}{file}", _trl(data_file, written, options), "python"))
    return files


def llama_factory_entry(data_file: str, written: Written, options: ExportOptions) -> dict[str, Any] | None:
    """The value in `dataset_info.json`; only columns that the file has, for LLaMA-Factory looks each of them up.

    None for layouts that it can't read, and for tool calls under OpenAI's names: it would train on their empty text.
    None where only some rows have labels, too: undesirable responses would be learnt.
    """
    beside = {"tools": "tools"} if "tools" in written.columns else {}
    beside |= {"kto_tag": LABEL} if written.labelled else {}
    ranking = {"ranking": True} if written.ranking else {}
    if options.layout is Layout.PROMPT_COMPLETION or (options.layout is Layout.MESSAGES and written.counts.with_tools):
        return None
    if written.has_undesirable and not written.labelled:
        return None
    if options.layout in _TURNS:
        answers = {"chosen": "chosen", "rejected": "rejected"} if ranking else {}
        return {
            "file_name": data_file,
            "formatting": "sharegpt",
            **ranking,
            "columns": {"messages": _TURNS[options.layout], **answers, **beside},
            "tags": _TAGS[options.layout],
        }
    turns = {"system", "history"} & set(written.columns) if options.layout is Layout.ALPACA else set()
    columns = {key: column for key, column in _ALPACA.items() if key in _PAIR or column in turns}
    if ranking:
        columns = {key: column for key, column in columns.items() if key != "response"}
        columns |= {"chosen": "output", "rejected": "rejected"}
    return {"file_name": data_file, "formatting": "alpaca", **ranking, "columns": columns | beside}


def axolotl_section(data_file: str, written: Written, options: ExportOptions) -> Mapping[str, Any] | None:
    """One item of `datasets:` in an axolotl configuration; None where axolotl would read less than the rows have.

    Its `alpaca` reads instruction, input and output only: system prompts and earlier turns would be lost unseen. Of
    labels the usual forms know nothing, so undesirable responses would be learnt.
    """
    if written.has_undesirable:
        return None
    if options.layout is Layout.PROMPT_COMPLETION or (options.layout is Layout.ALPACA and written.counts.conversations):
        return None
    if options.layout is Layout.SHAREGPT and written.ranking:  # its conversations have no answer
        return None
    kind = {".csv": "csv", ".parquet": "parquet"}.get(options.suffix, "json")
    start = {"path": data_file, "ds_type": kind}
    if options.layout not in _TURNS:
        return start | {"type": "alpaca"}
    tags = _TAGS[options.layout]
    calls = [tags["function_tag"]] if "function_tag" in tags else []
    roles = {
        "user": [tags["user_tag"]],
        "assistant": [tags["assistant_tag"], *calls],
        "system": [tags["system_tag"]],
        "tool": [tags["observation_tag"]],
    }
    return start | {
        "type": "chat_template",
        "field_messages": _TURNS[options.layout],
        "message_property_mappings": {"role": tags["role_tag"], "content": tags["content_tag"]},
        "roles": roles,
        **({"field_tools": "tools"} if "tools" in written.columns else {}),
    }


def _for_trl(written: Written, options: ExportOptions) -> bool:
    """Whether TRL reads the layout as it should be learnt: labels only of `prompt_completion`, and of all rows."""
    if written.has_undesirable or written.labelled:
        return written.labelled and options.layout is Layout.PROMPT_COMPLETION
    return options.layout in (Layout.MESSAGES, Layout.PROMPT_COMPLETION)


def _trl(data_file: str, written: Written, options: ExportOptions) -> str:
    builder = "parquet" if options.suffix == ".parquet" else "json"
    columns = ["messages"] if options.layout is Layout.MESSAGES else ["prompt", "completion", "chosen", "rejected"]
    columns = [name for name in (*columns, "tools") if name in written.columns]
    columns += [LABEL] if written.labelled else []
    trainer = "KTOTrainer" if written.labelled else "DPOTrainer" if written.ranking else "SFTTrainer"
    return (
        "from datasets import load_dataset\n"
        f"from trl import {trainer}\n\n"
        f'rows = load_dataset("{builder}", data_files={json.dumps(data_file)}, split="train")\n'
        f"rows = rows.select_columns({json.dumps(columns)})\n"
        f'{trainer}(model="HuggingFaceTB/SmolLM2-135M-Instruct", train_dataset=rows).train()\n'
    )
