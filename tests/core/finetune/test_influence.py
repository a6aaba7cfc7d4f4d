"""Gradients are those of plain autograd, and influence is the same in whatever order and batches rows come."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import settings as tries
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from safetensors.torch import load_file
from transformers import GPTNeoXConfig, GPTNeoXForCausalLM, LlamaForCausalLM

from core.errors import JobError
from core.finetune import row_gradients
from core.finetune.influence import InfluenceSettings, cosines, guide_gradient, influence, warm_up
from core.finetune.kept_gradients import GRADIENTS, INDEX, KeptGradients, Quantised, bytes_per_row, gradient_size
from core.finetune.loss_drop import LossDrop, LossDropSettings, tune_on_guide
from core.finetune.model import add_adapter
from core.finetune.moments import SecondMoments, read_moments
from core.finetune.row_gradients import RowGradients, as_examples
from core.finetune.settings import Precision
from core.finetune.short_tuning import ADAPTER, MOMENTS, ShortTuning, projections
from core.models.pool import ModelPool
from core.models.precision import in_precision
from core.models.profiles import profile
from core.progress import Cancelled, Silent
from core.rows.evaluation_set import EvaluationExample, digest_of
from core.rows.row import Row

SHORT = ShortTuning(least_rows=8, batch_size=4, max_tokens=96, learning_rate=1e-2)
SETTINGS = InfluenceSettings(layers=1, warm_up=SHORT)
GUIDE = [
    EvaluationExample("Name a colour.", "", ("Red is a colour.", "Blue.")),
    EvaluationExample("Count to three.", "", ("One, two, three.",)),
]


@pytest.fixture(scope="module")
def pool(models_dir: Path, tiny: Callable[[], LlamaForCausalLM], tmp_path_factory: pytest.TempPathFactory) -> ModelPool:
    """A profile whose language model is the tiny one, on the disk."""
    folder = tmp_path_factory.mktemp("tiny") / "model"
    tiny().save_pretrained(folder)
    embedded = in_precision(profile("embedded"), "float32")
    ModelPool(embedded, models_dir).tokenizer.save_pretrained(folder)
    model = replace(embedded.language_model, kind="hub", id=str(folder), hub_id="")
    return ModelPool(replace(embedded, language_model=model), models_dir)


@pytest.fixture(scope="module")
def warmed(pool: ModelPool, rows: list[Row], tmp_path_factory: pytest.TempPathFactory) -> Path:
    return warm_up(pool, rows, SETTINGS, tmp_path_factory.mktemp("warm") / "up", Silent())


@pytest.fixture
def gradients(pool: ModelPool, warmed: Path) -> RowGradients:
    return RowGradients.load(pool, warmed, SETTINGS.layers)


def gathered(source: RowGradients, examples: list) -> np.ndarray:
    """Gradients in the order of the examples."""
    found = np.empty((len(examples), source.size), np.float32)

    def take(places: list[int], values: torch.Tensor, _: torch.Tensor) -> None:
        found[places] = values.numpy()

    source.each(examples, take, Silent(), "")
    return found


def plain_autograd(pool: ModelPool, warmed: Path, example: dict, layer: int) -> np.ndarray:
    """By PyTorch alone, through all of the model: the mean loss of the response by one layer's adapters."""
    from core.finetune.model import load_adapter, load_base

    model = load_adapter(load_base(pool, Precision.FP32, "cpu"), warmed / ADAPTER)
    for name, weights in model.named_parameters():
        weights.requires_grad_("lora_" in name)
    ids, labels = (torch.tensor([example[name]]) for name in ("input_ids", "labels"))
    logits = model(input_ids=ids).logits[0, :-1]
    torch.nn.functional.cross_entropy(logits, labels[0, 1:], ignore_index=-100).backward()
    wanted = [w.grad.flatten() for n, w in model.named_parameters() if "lora_" in n and f"layers.{layer}." in n]
    return torch.cat(wanted).numpy()


def cosine(a: np.ndarray, b: np.ndarray) -> float:
    return float(a @ b / np.linalg.norm(a) / np.linalg.norm(b))


def test_gradients_are_those_of_plain_autograd(
    pool: ModelPool, warmed: Path, gradients: RowGradients, rows: list[Row]
) -> None:
    _, examples = as_examples(rows[:4], SHORT, pool)
    ours = gathered(gradients, examples)
    for mine, example in zip(ours, examples, strict=True):
        theirs = plain_autograd(pool, warmed, example, layer=1)
        assert cosine(mine, theirs) > 1 - 1e-4
        assert np.linalg.norm(mine) == pytest.approx(np.linalg.norm(theirs), rel=1e-3)


def test_a_gradient_by_all_layers_ends_with_that_by_the_last(
    pool: ModelPool, warmed: Path, gradients: RowGradients, rows: list[Row]
) -> None:
    _, examples = as_examples(rows[:3], SHORT, pool)
    whole = gathered(RowGradients.load(pool, warmed, 99), examples)
    assert whole.shape[1] == 2 * gradients.size
    np.testing.assert_allclose(whole[:, gradients.size :], gathered(gradients, examples), rtol=1e-3, atol=1e-6)


def test_neither_order_nor_batches_change_a_row(
    pool: ModelPool, gradients: RowGradients, rows: list[Row], monkeypatch: pytest.MonkeyPatch
) -> None:
    guide = guide_gradient(pool, gradients, SETTINGS, GUIDE, Silent())
    scores = influence(pool, gradients, SETTINGS, rows, guide, None, Silent())
    assert len(np.unique(scores)) == len(rows) and np.abs(scores).max() <= 1
    monkeypatch.setattr(row_gradients, "CPU_BUDGET", 1)  # one row at a time
    turned = guide_gradient(pool, gradients, SETTINGS, GUIDE[::-1], Silent())
    again = influence(pool, gradients, SETTINGS, rows[::-1], turned, None, Silent())[::-1]
    np.testing.assert_allclose(again, scores, atol=2e-3)  # by rounding to eight bits


def test_the_guide_is_read_without_end_marks_as_losses_are_measured(
    pool: ModelPool, gradients: RowGradients, warmed: Path
) -> None:
    asked = Row(GUIDE[1].instruction, "", GUIDE[1].outputs[0])
    ((example,),) = as_examples([asked], SHORT, pool, end_mark=False)[1:]
    assert example["input_ids"] == as_examples([asked], SHORT, pool)[1][0]["input_ids"][:-1]
    direction = guide_gradient(pool, gradients, SETTINGS, GUIDE[1:], Silent()).directions[0]
    assert cosine(direction, plain_autograd(pool, warmed, example, layer=1)) > 1 - 1e-4


def test_a_step_on_a_row_of_high_influence_lowers_the_loss_of_the_guide_most(
    pool: ModelPool, gradients: RowGradients, rows: list[Row]
) -> None:
    same = Row(GUIDE[1].instruction, "", GUIDE[1].outputs[0])
    guide = guide_gradient(pool, gradients, SETTINGS, GUIDE[1:], Silent())
    scores = influence(pool, gradients, SETTINGS, [*rows, same], guide, None, Silent())
    assert scores.argmax() == len(rows)


def test_tasks_have_directions_of_their_own_and_the_nearest_counts(
    pool: ModelPool, gradients: RowGradients, rows: list[Row]
) -> None:
    both = guide_gradient(pool, gradients, SETTINGS, GUIDE, Silent(), tasks=["a", "b"])
    each = [guide_gradient(pool, gradients, SETTINGS, [one], Silent()) for one in GUIDE]
    scores = [influence(pool, gradients, SETTINGS, rows, guide, None, Silent()) for guide in (both, *each)]
    np.testing.assert_allclose(scores[0], np.maximum(*scores[1:]), atol=1e-5)


def test_scaling_is_adams_next_step_without_momentum(gradients: RowGradients, warmed: Path) -> None:
    moments = read_moments(warmed / MOMENTS)
    name = next(name for name in moments.squares if "layers.1.self_attn.q_proj.lora_A" in name)
    weights = torch.nn.Parameter(torch.zeros_like(moments.squares[name]))
    adam = torch.optim.Adam([weights], lr=1.0, betas=(0.0, moments.decay), eps=moments.epsilon)
    adam.state[weights] = {
        "step": torch.tensor(float(moments.steps)),
        "exp_avg": torch.zeros_like(weights),
        "exp_avg_sq": moments.squares[name].clone(),
    }
    gradient = torch.randn(gradients.size, generator=torch.Generator().manual_seed(0)) * 1e-2
    weights.grad = gradient[: weights.numel()].reshape(weights.shape)
    adam.step()
    first = gradients.scaled(gradient[None])[0, : weights.numel()]
    torch.testing.assert_close(first, -weights.detach().flatten(), rtol=1e-4, atol=1e-5)


def test_kept_gradients_serve_another_guide_without_a_pass(
    pool: ModelPool, gradients: RowGradients, rows: list[Row], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = (guide_gradient(pool, gradients, SETTINGS, [one], Silent()) for one in GUIDE)
    kept = KeptGradients(tmp_path, gradients.size)
    influence(pool, gradients, SETTINGS, rows[:9], first, kept, Silent())
    whole = influence(pool, gradients, SETTINGS, rows, second, KeptGradients(tmp_path, gradients.size), Silent())
    assert (tmp_path / GRADIENTS).stat().st_size + (tmp_path / INDEX).stat().st_size == len(rows) * bytes_per_row(
        gradients.size
    )
    monkeypatch.setattr(RowGradients, "_batch", None)  # no pass any more
    again = KeptGradients(tmp_path, gradients.size)
    found = influence(pool, gradients, SETTINGS, rows, second, again, Silent())
    np.testing.assert_allclose(found, whole, atol=1e-6)


def test_a_cut_off_write_is_written_over(tmp_path: Path) -> None:
    values = np.arange(600, dtype=np.float32).reshape(2, 300)
    keys = ["a" * 32, "b" * 32]
    KeptGradients(tmp_path, 300).add(keys[:1], Quantised.of(values[:1]))
    with (tmp_path / GRADIENTS).open("ab") as file, (tmp_path / INDEX).open("ab") as index:
        file.write(b"half a record")
        index.write(b"half a key")
    kept = KeptGradients(tmp_path, 300)
    kept.add(keys, Quantised.of(values))
    assert len(kept) == 2
    np.testing.assert_allclose(KeptGradients(tmp_path, 300).of(keys[::-1]).numbers(300), values[::-1], atol=2.4)


@tries(max_examples=50)
@given(arrays(np.float32, (3, 300), elements=st.floats(-1e6, 1e6, width=32)))
def test_eight_bits_are_off_by_half_a_level_at_most(values: np.ndarray) -> None:
    found = Quantised.of(values).numbers(300)
    for start, stop in ((0, 256), (256, 300)):
        most = np.abs(values[:, start:stop]).max(axis=1, keepdims=True) / 127 / 2
        assert (np.abs(found - values)[:, start:stop] <= most * 1.001 + 1e-30).all()


def test_models_of_another_make_have_gradients_too(pool: ModelPool, rows: list[Row]) -> None:
    torch.manual_seed(1)
    config = GPTNeoXConfig(
        vocab_size=49152, hidden_size=32, intermediate_size=64, num_hidden_layers=2, num_attention_heads=4
    )
    base = GPTNeoXForCausalLM(config)
    chosen = SHORT.tuning(Precision.FP32, projections(base))
    assert chosen.target_modules == ("dense", "dense_4h_to_h", "dense_h_to_4h", "query_key_value")
    model = add_adapter(base, chosen, "tiny")
    squares = {name: torch.ones_like(w) for name, w in model.named_parameters() if w.requires_grad}
    source = RowGradients(model, SecondMoments(squares, 1, 0.999, 1e-8), layers=1)
    _, examples = as_examples(rows[:2], SHORT, pool)
    assert np.isfinite(gathered(source, examples)).all() and np.linalg.norm(gathered(source, examples)[0]) > 0


def test_the_size_is_told_from_the_configuration(gradients: RowGradients, tiny: Callable[[], LlamaForCausalLM]) -> None:
    assert gradient_size(tiny().config.to_dict(), 1, SHORT.lora_rank) == gradients.size
    assert gradient_size({"n_embd": 768}, 3, 8) is None


def test_a_warm_up_that_was_stopped_goes_on_and_ends_alike(
    pool: ModelPool, rows: list[Row], warmed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.finetune.run.CHECKPOINT_SECONDS", 0.0)

    class Stops:
        def update(self, done: int, total: int, message: str = "") -> None:
            if done == total:
                raise Cancelled

    with pytest.raises(Cancelled):
        warm_up(pool, rows, SETTINGS, tmp_path, Stops())
    said: list[str] = []
    warm_up(pool, rows[::-1], SETTINGS, tmp_path, Silent(), said.append)
    assert any("Resumes from step" in each for each in said)
    once, again = (load_file(folder / MOMENTS) for folder in (warmed, tmp_path))
    assert once.keys() == again.keys()
    for name in once:
        torch.testing.assert_close(again[name], once[name], rtol=1e-3, atol=1e-12)


def test_what_the_guide_says_falls_in_loss(pool: ModelPool, rows: list[Row], tmp_path: Path) -> None:
    settings = LossDropSettings(tuning=replace(SHORT, epochs=4))
    same, empty = Row(GUIDE[1].instruction, "", GUIDE[1].outputs[0]), Row("Say nothing.", "", "")
    drops = LossDrop(pool, tune_on_guide(pool, GUIDE, settings, tmp_path, Silent()), settings)
    found = drops.of([*rows, same, empty], Silent())
    assert np.isnan(found[-1]) and np.argmax(found[:-1]) == len(rows) and found[-2] > 0
    np.testing.assert_allclose(drops.of([same, *rows], Silent())[1:], found[:-2], rtol=1e-3, atol=1e-5)


def test_guide_questions_are_told_apart_but_not_their_order() -> None:
    assert digest_of(GUIDE) == digest_of(GUIDE[::-1]) != digest_of(GUIDE[:1])


def test_a_guide_without_responses_is_refused(pool: ModelPool, gradients: RowGradients) -> None:
    with pytest.raises(JobError, match="guide question"):
        guide_gradient(pool, gradients, SETTINGS, [EvaluationExample("Speak.", "", ("",))], Silent())


def test_a_row_without_a_response_has_no_influence(pool: ModelPool, gradients: RowGradients, rows: list[Row]) -> None:
    guide = guide_gradient(pool, gradients, SETTINGS, GUIDE, Silent())
    found = influence(pool, gradients, SETTINGS, [Row("Say nothing.", "", ""), *rows[:2]], guide, None, Silent())
    assert np.isnan(found[0]) and np.isfinite(found[1:]).all()
    assert np.isnan(cosines(Quantised.of(np.zeros((1, gradients.size), np.float32)), guide)).all()
