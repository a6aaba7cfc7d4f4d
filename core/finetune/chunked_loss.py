"""Cross-entropy of response tokens without their logits ever being held: a chunk of positions at a time.

A vocabulary of 49,000 makes the logits of a row larger than its model's layers. Where the output embeddings are frozen,
the gradient of a chunk's hidden states can be made together with its loss, and its logits are let go of at once.
"""

from typing import TYPE_CHECKING, Any

import torch

from core.models.device import on_cpu

if TYPE_CHECKING:
    from peft import PeftModel

CPU_CHUNK, GPU_CHUNK = 128, 1_024  # positions; few on a CPU, whose cache they fit
ALIKE = 1e-2  # relative difference from the model's own loss, by rounding, up to which the two are the same


class _ChunkedLoss(torch.autograd.Function):
    """Sum of the cross-entropy of some positions, and its gradient by their hidden states."""

    @staticmethod
    def forward(ctx: Any, hidden: torch.Tensor, weight: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
        loss = torch.zeros((), dtype=torch.float32, device=hidden.device)
        gradient = torch.empty_like(hidden)
        chunk = CPU_CHUNK if on_cpu(hidden.device) else GPU_CHUNK
        for states, wanted, out in zip(hidden.split(chunk), labels.split(chunk), gradient.split(chunk), strict=True):
            logits = (states @ weight.T).float()
            right = logits.gather(1, wanted[:, None])
            greatest = logits.amax(dim=1, keepdim=True)
            logits.sub_(greatest).exp_()
            total = logits.sum(dim=1, keepdim=True)
            loss += (total.log() + greatest - right).sum()
            logits.div_(total).scatter_add_(1, wanted[:, None], torch.full_like(total, -1.0))
            torch.mm(logits.to(weight.dtype), weight, out=out)
        ctx.save_for_backward(gradient)
        return loss

    @staticmethod
    def backward(ctx: Any, *upstream: torch.Tensor) -> tuple[torch.Tensor, None, None]:
        (gradient,) = ctx.saved_tensors
        return gradient * upstream[0].to(gradient.dtype), None, None


def chunked_loss(hidden: torch.Tensor, weight: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
    """Sum over positions of the cross-entropy of `labels` under softmax(hidden · weightᵀ), in nats; a scalar, float32.

    The gradient reaches `hidden` alone: the weight is taken for frozen.

    Args:
        hidden: shape (positions, width).
        weight: of the output embeddings, shape (vocabulary, width).
        labels: shape (positions,), each in the vocabulary.
    """
    return _ChunkedLoss.apply(hidden, weight, labels)


def response_loss(model: "PeftModel", inputs: dict[str, torch.Tensor]) -> torch.Tensor | None:
    """Sum of the loss over the response tokens of a batch of `core.finetune.batches.Collator`.

    None where the model's output embeddings are tuned, quantised or more than a matrix.
    """
    base: Any = model.get_base_model()
    head = base.get_output_embeddings()
    if type(head) is not torch.nn.Linear or head.bias is not None or head.weight.requires_grad:
        return None
    decoder = base.get_decoder()
    seen = decoder(input_ids=inputs["input_ids"], attention_mask=inputs["attention_mask"], use_cache=False)
    hidden = seen.last_hidden_state[:, inputs["logits_to_keep"]].flatten(0, 1)
    labels = inputs["shift_labels"].flatten()
    kept = labels >= 0
    return chunked_loss(hidden[kept].to(head.weight.dtype), head.weight, labels[kept])


def is_the_models_own(model: "PeftModel", inputs: dict[str, torch.Tensor]) -> bool:
    """Whether `response_loss` is what the model itself makes of a batch: some scale or cap their logits.

    Never of a quantised model: on a CPU bitsandbytes packs weights that are read without gradients, and no gradient
    comes through them any more.
    """
    if getattr(model.get_base_model(), "is_quantized", False):
        return False
    training = model.training
    model.eval()
    try:
        with torch.no_grad():
            own, found = model(**inputs).loss, response_loss(model, inputs)
            tokens = (inputs["shift_labels"] >= 0).sum()
            return found is not None and bool((found / tokens - own).abs() <= ALIKE * own.abs())
    finally:
        model.train(training)
