"""The loss in chunks is torch's cross-entropy, its gradient too; a model that does otherwise keeps its own."""

from collections.abc import Callable

import pytest
import torch
from peft import LoraConfig, get_peft_model
from transformers import Gemma2Config, Gemma2ForCausalLM, LlamaForCausalLM

from core.finetune import chunked_loss as module
from core.finetune.batches import Collator, Example
from core.finetune.chunked_loss import chunked_loss, is_the_models_own, response_loss
from core.finetune.model import add_adapter
from core.finetune.settings import TuningSettings

Tiny = Callable[[], LlamaForCausalLM]


@pytest.mark.parametrize("positions", [1, 5, 8, 17])
@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_loss_and_gradient_are_torchs(positions: int, dtype: torch.dtype, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "CPU_CHUNK", 8)
    generator = torch.Generator().manual_seed(positions)
    states = torch.randn(positions, 16, generator=generator).to(dtype)
    weight = (3 * torch.randn(100, 16, generator=generator)).to(dtype)
    labels = torch.randint(0, 100, (positions,), generator=generator)
    ours, plain = states.clone().requires_grad_(), states.double().requires_grad_()
    loss = chunked_loss(ours, weight, labels)
    wanted = torch.nn.functional.cross_entropy(plain @ weight.double().T, labels, reduction="sum")
    (loss / 7).backward()
    (wanted / 7).backward()
    assert ours.grad is not None and plain.grad is not None
    exact = dtype is torch.float32
    assert loss.item() == pytest.approx(wanted.item(), rel=1e-6 if exact else 1e-2)
    assert torch.allclose(ours.grad.double(), plain.grad, atol=1e-5 if exact else 3e-2)


def test_great_logits_do_not_overflow() -> None:
    states = torch.full((3, 4), 1e4, requires_grad=True)
    loss = chunked_loss(states, torch.eye(4), torch.tensor([0, 1, 2]))
    loss.backward()
    assert loss.item() == pytest.approx(3 * torch.log(torch.tensor(4.0)).item(), rel=1e-3)
    assert states.grad is not None and bool(states.grad.isfinite().all())


def test_a_batch_has_the_loss_and_the_gradients_of_the_model(
    tiny: Tiny, examples: list[Example], settings: TuningSettings
) -> None:
    batch = Collator(0)(examples[:3])
    model = add_adapter(tiny(), settings, "tiny").eval()
    assert is_the_models_own(model, batch)
    model(**batch).loss.backward()
    wanted = {name: each.grad.clone() for name, each in model.named_parameters() if each.grad is not None}
    model.zero_grad()
    loss = response_loss(model, batch)
    assert loss is not None and wanted
    (loss / (batch["shift_labels"] >= 0).sum()).backward()
    for name, each in model.named_parameters():
        if name in wanted:
            assert each.grad is not None and torch.allclose(each.grad, wanted[name], atol=1e-6), name


def test_a_model_that_caps_its_logits_keeps_its_own_loss(examples: list[Example]) -> None:
    config = Gemma2Config(
        vocab_size=49152, hidden_size=32, intermediate_size=64, num_hidden_layers=2, num_attention_heads=4,
        num_key_value_heads=2, head_dim=8, final_logit_softcapping=0.1,
    )  # fmt: skip
    model = get_peft_model(Gemma2ForCausalLM(config), LoraConfig(target_modules=["q_proj"], task_type="CAUSAL_LM"))
    model.get_base_model().lm_head.weight.data.mul_(50)
    assert not is_the_models_own(model, Collator(0)(examples[:2]))


def test_a_tuned_head_keeps_its_own_loss(tiny: Tiny, examples: list[Example]) -> None:
    model = get_peft_model(tiny(), LoraConfig(target_modules=["q_proj", "lm_head"], task_type="CAUSAL_LM"))
    assert response_loss(model, Collator(0)(examples[:2])) is None
    assert not is_the_models_own(model, Collator(0)(examples[:2]))
