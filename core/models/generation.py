"""What a model answers to instructions: greedy decoding in batches of like length, the same answers every time."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

from annotated_types import Ge, Le

from core.models.batching import run_batches
from core.models.device import on_cpu
from core.models.inference_loss import evaluation_profile
from core.models.profiles import Profile
from core.models.prompts import encode
from core.progress import Progress
from core.rows.row import Row
from core.values import Positive, Seed, Value

if TYPE_CHECKING:
    import torch
    from transformers import PreTrainedModel, PreTrainedTokenizerBase

CPU_BUDGET, GPU_BUDGET = 8_192, 65_536  # tokens of a batch, prompts and answers


@dataclass(frozen=True)
class AnswerSettings(Value):
    """How answers are made.

    Attributes:
        temperature: 0 takes the likeliest token every time; above it tokens are drawn, by `seed`.
    """

    max_new_tokens: Positive = 128
    max_prompt_tokens: Positive = 512
    temperature: Annotated[float, Ge(0), Le(2)] = 0.0
    seed: Seed = 0


@dataclass(frozen=True)
class Answer:
    """One answer; `finished` is False where it was cut off at the most tokens, `seconds` its share of its batch."""

    text: str
    tokens: int
    finished: bool
    seconds: float


def generate(
    prompts: Sequence[Row],
    model: "PreTrainedModel",
    tokenizer: "PreTrainedTokenizerBase",
    profile: Profile,
    template: str,
    settings: AnswerSettings,
    progress: Progress,
) -> list[Answer]:
    """Answer all prompts, in the order given.

    The prompts of a call share batches, so a bfloat16 model may put an answer in other words when it is asked beside
    other prompts: ask for the same ones together to get the same answers.

    Args:
        template: of the tuning, `alpaca` or `chat`.

    Raises:
        Cancelled: `progress` said so; it is asked at every token.
        MemoryError: memory is too short for a single prompt.
    """
    from transformers import set_seed

    limits = evaluation_profile(profile, template, settings.max_prompt_tokens)
    encoded = [encode(prompt, limits, tokenizer).prompt for prompt in prompts]
    answers: dict[int, Answer] = {}
    most = settings.max_new_tokens
    message = "Generating answers"

    def run(places: list[int]) -> None:
        began, before = time.monotonic(), len(answers) * most

        def told(step: int) -> None:
            progress.update(before + step * len(places), len(prompts) * most, message)

        written = _continue(model, tokenizer, [encoded[i] for i in places], settings, told)
        share = (time.monotonic() - began) / len(places)
        for place, ids in zip(places, written, strict=True):
            answers[place] = _answer(ids, tokenizer, share)

    set_seed(settings.seed)
    model.eval()
    budget = CPU_BUDGET if on_cpu(model.device) else GPU_BUDGET
    run_batches([len(ids) + most for ids in encoded], budget, run, progress, message)
    return [answers[i] for i in range(len(prompts))]


def _continue(
    model: "PreTrainedModel",
    tokenizer: "PreTrainedTokenizerBase",
    prompts: Sequence[list[int]],
    settings: AnswerSettings,
    told: Callable[[int], None],
) -> list[list[int]]:
    """New token ids of each prompt, the end mark and what is after it still there. `told` hears each step's number."""
    import torch
    from transformers import GenerationConfig, StoppingCriteriaList

    end = tokenizer.eos_token_id
    padding = tokenizer.pad_token_id if tokenizer.pad_token_id is not None else (end or 0)
    longest = max(map(len, prompts))
    ids = torch.full((len(prompts), longest), padding)
    mask = torch.zeros_like(ids)
    for line, prompt in enumerate(prompts):  # padding stands before a prompt, so that all go on at the same place
        ids[line, longest - len(prompt) :] = torch.tensor(prompt)
        mask[line, longest - len(prompt) :] = 1

    def step(so_far: "torch.Tensor", _: object, **__: object) -> "torch.Tensor":
        told(so_far.shape[1] - longest)
        return torch.zeros(len(prompts), dtype=torch.bool, device=so_far.device)

    warm = settings.temperature > 0
    choice: dict[str, Any] = {"do_sample": warm} | ({"temperature": settings.temperature, "top_k": 0} if warm else {})
    config = GenerationConfig(max_new_tokens=settings.max_new_tokens, eos_token_id=end, pad_token_id=padding, **choice)
    with torch.inference_mode():
        written = model.generate(
            ids.to(model.device),
            attention_mask=mask.to(model.device),
            generation_config=config,
            stopping_criteria=StoppingCriteriaList([step]),
        )
    return written[:, longest:].tolist()


def _answer(ids: list[int], tokenizer: "PreTrainedTokenizerBase", seconds: float) -> Answer:
    end = tokenizer.eos_token_id
    finished = end in ids
    kept = ids[: ids.index(end)] if finished else ids
    return Answer(str(tokenizer.decode(kept, skip_special_tokens=True)).strip(), len(kept), finished, seconds)
