"""One export opened by one reader, in an environment where that is installed: see benchmarks/trainer_readers.py."""

import ast
import importlib.util
import json
import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

BUILDERS = {".jsonl": "json", ".csv": "csv", ".parquet": "parquet"}


def with_datasets(folder: str, suffix: str) -> None:
    import datasets

    rows = datasets.load_dataset(BUILDERS[suffix], data_files=f"{folder}/rows{suffix}", split="train")
    tell(f"{datasets.__version__}: {len(rows):,} rows")


def with_llama_factory(folder: str, suffix: str) -> None:
    found = importlib.util.find_spec("llamafactory")
    package = ModuleType("llamafactory.data")  # the real one imports what only images and sound need
    package.__path__ = [str(Path(str(found and found.origin)).parent / "data")]
    sys.modules["llamafactory.data"] = package
    import datasets
    from llamafactory.data.converter import align_dataset
    from llamafactory.data.parser import get_dataset_list

    (attributes,) = get_dataset_list(["rows"], folder)
    file = Path(folder, attributes.dataset_name)
    rows = datasets.load_dataset(BUILDERS[file.suffix], data_files=str(file), split="train")
    asked = SimpleNamespace(streaming=False, preprocessing_num_workers=None, overwrite_cache=True, media_dir=folder)
    made = align_dataset(rows, attributes, asked, SimpleNamespace(local_process_index=0)).to_list()
    kept = [each for each in made if each["_prompt"]]
    held = {
        "system": any(each["_system"] for each in kept),
        "earlier turns": any(len(each["_prompt"]) > 1 for each in kept),
        "calls": any(turn["role"] == "function" for each in kept for turn in each["_prompt"]),
        "tools": any(each["_tools"] for each in kept),
        "rejected": attributes.ranking and all(len(each["_response"]) == 2 for each in kept),
        "label": bool(attributes.kto_tag) and all(len(each["_response"]) == 2 for each in kept),
    }
    names = ", ".join(name for name, there in held.items() if there)
    tell(f"{len(kept):,} of {len(rows):,} rows{f' with {names}' if names else ''}")


def with_trl(folder: str, suffix: str) -> None:
    import datasets

    script = next(Path(folder).glob("trl_*.py")).read_text("utf-8")
    (builder,), named = _call(script, "load_dataset")
    (columns,), _ = _call(script, "select_columns")
    every = datasets.load_dataset(builder, **named).select_columns(columns)
    rows = every.select(range(min(50, len(every))))
    trained = _train(script, rows)
    tell(f"{len(every):,} rows as {', '.join(columns)}; {trained}")


def _call(script: str, name: str) -> tuple[list[Any], dict[str, Any]]:
    """The values with which a script calls a function or method."""
    calls = [node for node in ast.walk(ast.parse(script)) if isinstance(node, ast.Call)]
    (found,) = [node for node in calls if name in (getattr(node.func, "id", ""), getattr(node.func, "attr", ""))]
    named = {str(each.arg): ast.literal_eval(each.value) for each in found.keywords}
    return [ast.literal_eval(each) for each in found.args], named


def _train(script: str, rows: Any) -> str:
    """One step of the trainer that the script names, on a model of a few weights."""
    import trl
    from tokenizers import Tokenizer, models, pre_tokenizers
    from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

    words = Tokenizer(models.WordLevel({"<unk>": 0, "<eos>": 1, "<pad>": 2}, unk_token="<unk>"))
    words.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=words, unk_token="<unk>", eos_token="<eos>", pad_token="<pad>")
    tokenizer.chat_template = (
        "{{ tools | tojson if tools else '' }}{% for m in messages %}{{ m.role }}: {{ m.content }} "
        "{{ m.tool_calls | tojson if m.tool_calls else '' }}{{ eos_token }}{% endfor %}"
        "{{ 'assistant:' if add_generation_prompt else '' }}"
    )
    shape = LlamaConfig(
        vocab_size=16, hidden_size=16, intermediate_size=16, num_hidden_layers=1, num_attention_heads=2,
        pad_token_id=2, eos_token_id=1,
    )  # fmt: skip
    kind = next(each for each in ("DPO", "KTO", "SFT") if f"{each}Trainer" in script)
    more = {} if kind == "SFT" else {"ref_model": LlamaForCausalLM(shape)}
    settings = getattr(trl, f"{kind}Config")(
        output_dir="trained", max_steps=1, use_cpu=True, bf16=False, report_to=[], save_strategy="no"
    )
    trainer = getattr(trl, f"{kind}Trainer")(
        LlamaForCausalLM(shape), args=settings, train_dataset=rows, processing_class=tokenizer, **more
    )
    trainer.train()
    return f"{kind} step made ({trl.__version__})"


def tell(what: str) -> None:
    print(f"\n{json.dumps(what)}", flush=True)


READERS = {"datasets": with_datasets, "llama-factory": with_llama_factory, "trl": with_trl}
