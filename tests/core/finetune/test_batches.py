"""What a row becomes before it is trained on."""

from collections.abc import Callable
from dataclasses import replace

import torch
from transformers import LlamaForCausalLM, PreTrainedTokenizerBase

from core.finetune.batches import IGNORED, Collator, Example, training_examples
from core.finetune.settings import TuningSettings
from core.models.profiles import profile
from core.rows.row import Row
from core.values import read


def test_loss_stands_on_the_response_and_its_end_mark_only(tokenizer: PreTrainedTokenizerBase) -> None:
    row = Row("Name a colour.", "", "Blue.")
    example = training_examples([row], TuningSettings(), profile("embedded"), tokenizer)[0]
    trained = [token for token, label in zip(example["input_ids"], example["labels"], strict=True) if label != IGNORED]
    assert tokenizer.decode(trained) == f"Blue.{tokenizer.eos_token}"
    text = tokenizer.decode(example["input_ids"])
    assert "### Instruction:\nName a colour." in text
    assert text.endswith(f"### Response:\nBlue.{tokenizer.eos_token}")


def test_a_long_prompt_keeps_its_end_and_a_long_response_its_beginning(tokenizer: PreTrainedTokenizerBase) -> None:
    row = Row("first " * 300 + "last", "", "one two " + "more " * 300)
    settings = TuningSettings(max_tokens=64)
    example = training_examples([row], settings, profile("embedded"), tokenizer)[0]
    assert len(example["input_ids"]) == 64
    prompt = tokenizer.decode(example["input_ids"][:32])
    assert prompt.endswith("last\n\n### Response:\n")
    assert tokenizer.decode(example["input_ids"][32:]).startswith("one two more")


def test_the_chat_template_is_the_models_own(tokenizer: PreTrainedTokenizerBase) -> None:
    settings = TuningSettings(template="chat")
    example = training_examples([Row("Name a colour.", "", "Blue.")], settings, profile("embedded"), tokenizer)[0]
    assert "<|im_start|>user\nName a colour.<|im_end|>\n<|im_start|>assistant\n" in tokenizer.decode(
        example["input_ids"]
    )


def test_rows_without_a_response_are_left_out(tokenizer: PreTrainedTokenizerBase) -> None:
    assert training_examples([Row("Say nothing.", "", "")], TuningSettings(), profile("embedded"), tokenizer) == []


def test_the_loss_over_response_positions_is_the_loss_over_all_positions(
    tiny: Callable[[], LlamaForCausalLM], examples: list[Example]
) -> None:
    model = tiny().eval()
    batch = Collator(padding=0)(examples[:4])
    with torch.no_grad():
        ours = model(**batch).loss
        plain = {name: batch[name] for name in ("input_ids", "attention_mask", "labels")}
        assert torch.allclose(ours, model(**plain).loss, rtol=1e-5)


def test_padding_changes_no_loss(tiny: Callable[[], LlamaForCausalLM], examples: list[Example]) -> None:
    model = tiny().eval()
    together, count = 0.0, 0
    with torch.no_grad():
        for each in examples[:4]:
            tokens = sum(label != IGNORED for label in each["labels"])
            together += float(model(**Collator(padding=0)([each])).loss) * tokens
            count += tokens
        assert abs(float(model(**Collator(padding=0)(examples[:4])).loss) - together / count) < 1e-4


def test_settings_come_back_from_their_json_form() -> None:
    settings = replace(TuningSettings(), target_modules=("query_key_value",), epochs=1)
    assert read(TuningSettings, settings.as_dict()) == settings
