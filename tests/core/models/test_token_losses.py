"""Logits made in blocks of the vocabulary come to what torch makes of all of them at once."""

from pathlib import Path

import pytest
import torch
from peft import LoraConfig, get_peft_model
from transformers import AutoModelForCausalLM

from core.models.response_statistics import output_head, response_statistics
from core.models.token_losses import CPU_BLOCK, token_losses

WIDTH = 16
TOLERANCE = {"rtol": 0, "atol": 2e-5}


def head_of(vocabulary: int, bias: bool, scale: float) -> torch.nn.Linear:
    torch.manual_seed(vocabulary)
    head = torch.nn.Linear(WIDTH, vocabulary, bias=bias)
    head.weight.data.normal_().mul_(scale)
    return head


def agrees(head: torch.nn.Module, hidden: torch.Tensor, tokens: torch.Tensor) -> None:
    with torch.inference_mode():
        logits = head(hidden)
        found, without = (token_losses(head, hidden, tokens, entropy=entropy) for entropy in (True, False))
    expected = torch.nn.functional.cross_entropy(logits, tokens, reduction="none")
    chances = logits.softmax(dim=1)
    for each in (found, without):
        torch.testing.assert_close(each.loss_nats, expected, **TOLERANCE)
        assert torch.equal(each.greedy, logits.argmax(dim=1) == tokens)
    torch.testing.assert_close(found.entropy_nats, torch.special.entr(chances).sum(dim=1), **TOLERANCE)
    assert without.entropy_nats is None


@pytest.mark.parametrize("scale", [0.01, 1.0, 10.0])
@pytest.mark.parametrize("bias", [False, True])
@pytest.mark.parametrize("vocabulary", [7, CPU_BLOCK[1], CPU_BLOCK[1] + 1, 3 * CPU_BLOCK[1] - 1])
def test_losses_and_entropies_are_those_of_the_whole_distribution(vocabulary: int, bias: bool, scale: float) -> None:
    """From nearly even to nearly certain predictions; some tokens are the likeliest, some at a block's edge."""
    head = head_of(vocabulary, bias, scale)
    hidden = torch.randn(12, WIDTH)
    tokens = torch.randint(vocabulary, (12,))
    tokens[:3] = head(hidden[:3]).argmax(dim=1)
    tokens[3:6] = torch.tensor([0, min(CPU_BLOCK[1], vocabulary) - 1, vocabulary - 1])
    agrees(head, hidden, tokens)


def test_a_head_with_an_adapter_is_used_with_it() -> None:
    adapted = get_peft_model(
        torch.nn.Sequential(head_of(3 * CPU_BLOCK[1], False, 1.0)),
        LoraConfig(target_modules=["0"], init_lora_weights=False),
    )
    agrees(adapted.base_model.model[0], torch.randn(5, WIDTH), torch.randint(3 * CPU_BLOCK[1], (5,)))


def test_a_batch_is_described_only_where_wanted_and_over_the_first_tokens(shallow_models: Path) -> None:
    model = AutoModelForCausalLM.from_pretrained(shallow_models / "SmolLM2-135M-Instruct", dtype=torch.float32).eval()
    torch.manual_seed(0)
    ids = torch.randint(1_000, 40_000, (3, 30))
    spans = [(5, 30), (3, 12), (8, 8)]
    with torch.inference_mode():
        passed = model(input_ids=ids, output_hidden_states=True)
        logits = passed.logits
        assert torch.equal(output_head(model)(passed.hidden_states[-1]), logits)
    found = response_statistics(model, ids, passed.hidden_states[-1], spans, 10, [True, False, True])
    for row, (start, end) in enumerate(spans[:2]):
        losses = torch.nn.functional.cross_entropy(
            logits[row, start - 1 : end - 1], ids[row, start:end], reduction="none"
        )
        assert found.loss_nats_per_token[row] == pytest.approx(losses.mean().item(), abs=2e-5)
        assert found.first_nats[row] == pytest.approx(losses[:10].sum().item(), abs=1e-4)
    likely = torch.distributions.Categorical(logits=logits[0, 4:14])
    losses = -likely.log_prob(ids[0, 5:15])
    expected = [losses.mean(), losses.std(correction=0), likely.entropy().mean(), 0, losses.max()]
    assert found.predictability[0] == pytest.approx([float(each) for each in expected], abs=2e-5)
    assert (found.predictability[1:] != found.predictability[1:]).all(), "not wanted, or without a token"
