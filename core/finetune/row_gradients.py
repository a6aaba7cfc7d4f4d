"""Each row's gradient of its mean response loss by the adapters of a model's last layers.

Nothing below those layers needs a backward pass, and no sum over rows is ever taken: the gradient of a linear map's
weight is a sum over tokens of (gradient of the output) x (input), taken for each row of a batch by itself.
"""

from collections.abc import Callable, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch

from core.finetune.batches import Collator, Example, training_examples
from core.finetune.chunked_loss import chunked_loss, is_the_models_own
from core.finetune.model import load_adapter, load_base
from core.finetune.moments import SecondMoments, read_moments
from core.finetune.short_tuning import ADAPTER, MOMENTS, ShortTuning, layers_of, precision_of
from core.models.batching import run_batches
from core.models.device import on_cpu
from core.models.pool import ModelPool
from core.progress import Progress
from core.rows.row import Row

if TYPE_CHECKING:
    from collections.abc import Iterator

    from peft import PeftModel

CPU_BUDGET, GPU_BUDGET = 1_024, 16_384  # tokens a batch
Take = Callable[[list[int], torch.Tensor, torch.Tensor], None]


class RowGradients:
    """A warmed-up model, ready to give gradients.

    Args:
        model: with the adapter; nothing of it is tuned from here on, and the adapter's lower layers are merged.
        moments: of the warm-up's optimiser.
        layers: how many of the last layers count.
    """

    def __init__(self, model: "PeftModel", moments: SecondMoments, layers: int) -> None:
        self._model = model.eval().requires_grad_(False)
        stack = layers_of(model.get_base_model())
        self._first = stack[max(0, len(stack) - layers)]
        upper = {id(module) for layer in stack[max(0, len(stack) - layers) :] for module in layer.modules()}
        _merge(module for layer in stack for module in layer.modules() if id(module) not in upper)
        self._maps = {
            name.replace(".default", ""): module
            for name, module in model.named_modules()
            if id(module) in upper and name.endswith((".lora_A.default", ".lora_B.default"))
        }
        self._moments = [moments.squares[f"{name}.default.weight"] for name in self._maps]
        self._steps, self._decay, self._epsilon = moments.steps, moments.decay, moments.epsilon
        self._own_loss: bool | None = None  # until the first batch tells

    @classmethod
    def load(cls, pool: ModelPool, warmed: Path, layers: int) -> "RowGradients":
        """From the folder of `core.finetune.short_tuning.tune_shortly`.

        Raises:
            ModelUnavailable: the language model can't be loaded.
        """
        base = load_base(pool, precision_of(pool.profile), str(pool.device))
        return cls(load_adapter(base, warmed / ADAPTER), read_moments(warmed / MOMENTS), layers)

    @property
    def size(self) -> int:
        """How many numbers a gradient has."""
        return sum(each.numel() for each in self._moments)

    @property
    def device(self) -> torch.device:
        return self._model.device

    def each(self, examples: Sequence[Example], take: Take, progress: Progress, message: str) -> None:
        """Hand out gradients in batches of like length.

        Args:
            examples: from `core.finetune.batches.training_examples`.
            take: is given places of rows, their gradients, float32, shape (rows, `size`), and losses, shape (rows,).

        Raises:
            Cancelled: `progress` said so.
            MemoryError: memory is too short for a single row.
        """
        budget = CPU_BUDGET if on_cpu(self.device) else GPU_BUDGET

        def run(places: list[int]) -> None:
            gradients, losses = self._batch([examples[i] for i in places])
            take(places, gradients, losses)

        run_batches([len(each["input_ids"]) for each in examples], budget, run, progress, message)

    def scaled(self, gradients: torch.Tensor) -> torch.Tensor:
        """Gradients as the warm-up's Adam would scale them in its next step, without its momentum; the same shape.

        g / (sqrt(v) + eps), where v is the second moment with this gradient taken in and its start at zero corrected
        (LESS, arXiv 2402.04333, section 3.1). Momentum is the same vector for every row, and is left out.
        """
        squares = torch.cat([each.flatten() for each in self._moments]).to(gradients.device)
        after = self._decay * squares + (1 - self._decay) * gradients**2
        return gradients / ((after / (1 - self._decay ** (self._steps + 1))).sqrt() + self._epsilon)

    def _batch(self, examples: Sequence[Example]) -> tuple[torch.Tensor, torch.Tensor]:
        inputs = {name: value.to(self.device) for name, value in Collator(0)(examples).items()}
        if self._own_loss is None:
            self._own_loss = is_the_models_own(self._model, inputs)
        with torch.enable_grad(), self._watched() as seen:
            losses = self._losses(inputs)
            outputs = [output for calls in seen.values() for _, output in calls]
            if len(examples) > 1 and any(len(each) != len(examples) for each in outputs):
                # Some part of the model (experts, say) does not keep rows apart: one row at a time then.
                alone = [self._batch([each]) for each in examples]
                return torch.cat([g for g, _ in alone]), torch.cat([loss for _, loss in alone])
            back = iter(torch.autograd.grad(losses.sum(), outputs, allow_unused=True))
        parts = []
        for name, module in self._maps.items():
            total = torch.zeros(len(examples), *module.weight.shape, device=self.device)
            for given, _ in seen[name]:
                if (upstream := next(back)) is not None:
                    g, x = (each.reshape(len(examples), -1, each.shape[-1]).float() for each in (upstream, given))
                    total += torch.einsum("bto,bti->boi", g, x)
            parts.append(total.flatten(1))
        return torch.cat(parts, dim=1), losses.detach()

    def _losses(self, inputs: dict[str, torch.Tensor]) -> torch.Tensor:
        """The mean loss of each row's response in nats per token, shape (rows,)."""
        labels = inputs["shift_labels"]
        given = {"input_ids": inputs["input_ids"], "attention_mask": inputs["attention_mask"], "use_cache": False}
        base: Any = self._model.get_base_model()
        losses = []
        if self._own_loss:
            weight = base.get_output_embeddings().weight
            hidden = base.get_decoder()(**given).last_hidden_state[:, inputs["logits_to_keep"]].to(weight.dtype)
            for states, wanted in zip(hidden, labels, strict=True):
                kept = wanted >= 0
                losses.append(chunked_loss(states[kept], weight, wanted[kept]) / kept.sum())
        else:
            logits = base(**given, logits_to_keep=inputs["logits_to_keep"]).logits.float()
            for found, wanted in zip(logits, labels, strict=True):
                kept = wanted >= 0
                losses.append(torch.nn.functional.cross_entropy(found[kept], wanted[kept]))
        return torch.stack(losses)

    @contextmanager
    def _watched(self) -> "Iterator[dict[str, list[tuple[torch.Tensor, torch.Tensor]]]]":
        """While it is open, backward passes end below the last layers, and what the adapters' maps do is kept."""
        seen: dict[str, list[tuple[torch.Tensor, torch.Tensor]]] = {name: [] for name in self._maps}

        def begin(_: Any, arguments: tuple, named: dict[str, Any]) -> tuple[tuple, dict[str, Any]]:
            if arguments:
                return (arguments[0].detach().requires_grad_(), *arguments[1:]), named
            return arguments, named | {"hidden_states": named["hidden_states"].detach().requires_grad_()}

        def keep(name: str) -> Callable[[Any, tuple, torch.Tensor], None]:
            return lambda _, arguments, output: seen[name].append((arguments[0].detach(), output))

        hooks = [self._first.register_forward_pre_hook(begin, with_kwargs=True)]
        hooks += [module.register_forward_hook(keep(name)) for name, module in self._maps.items()]
        try:
            yield seen
        finally:
            for hook in hooks:
                hook.remove()


def as_examples(
    rows: Sequence[Row], settings: ShortTuning, pool: ModelPool, end_mark: bool = True
) -> tuple[list[int], list[Example]]:
    """Places of the rows that have a response, and their tokens as the warm-up reads them.

    Args:
        end_mark: whether loss stands on the end of a response too, as in training; not so where a loss is measured.
    """
    limits = settings.tuning(precision_of(pool.profile), ())
    found = [training_examples([row], limits, pool.profile, pool.tokenizer) for row in rows]
    if not end_mark:
        found = [[_without_end(each, pool.tokenizer.eos_token_id) for each in examples] for examples in found]
    places = [place for place, each in enumerate(found) if each]
    return places, [found[place][0] for place in places]


def _without_end(example: Example, end: int | None) -> Example:
    cut = -1 if example["input_ids"][-1] == end else None
    return {name: tokens[:cut] for name, tokens in example.items()}


def _merge(modules: "Iterator[torch.nn.Module]") -> None:
    """Put the adapters of these modules into their weights, so that they cost nothing more."""
    from peft.tuners.lora import LoraLayer

    for module in modules:
        if isinstance(module, LoraLayer):
            module.merge()
