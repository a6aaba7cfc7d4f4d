"""One pass with masked questions gives the numbers of asking everything one by one, in whatever batch a row stands."""

import math
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest
import torch

from core.indicators.scoring import needs_of, score_chunk
from core.models.chunk import Chunk
from core.models.language_pass import RESPONSE_TOKENS, STATE_LAYER, Asked, LanguagePass, language_pass, sequences
from core.models.pool import ModelPool
from core.models.profiles import profile
from core.models.prompts import ALPACA, QUESTIONS, answer_tokens, encode, prompt_end, question_suffix
from core.progress import Silent
from core.rows.row import Message, Row, row_from_messages
from tests.embedded import embedded_pool
from tests.shallow_model import keep_first_layers

NAMES = tuple(QUESTIONS)
ROWS = [
    Row("Name three ferries' ports in Greece.", "", "Piraeus, Rafina and Lavrio."),
    Row("Translate to German.", "The bees are asleep.", "Die Bienen schlafen."),
    Row("Explain tides.", "", "The Moon pulls the near side of the sea more than the far side. " * 12),
    row_from_messages(
        [Message("system", "Be brief."), Message("user", "Hi"), Message("assistant", "Hello!"), Message("user", "Bye"),
         Message("assistant", "Goodbye.")]
    ),
    Row("Say yes", "", "да, 是的, 🙂"),
]  # fmt: skip
LONG = Row("The dam is old. Its wall leaks. Who mends it? Answer in a word.", "", "Masons.")


@pytest.fixture(scope="module")
def models_dir(models_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """With as many of the model's layers as a pass needs that reads states: the other half adds nothing but time."""
    return keep_first_layers(models_dir, tmp_path_factory.mktemp("shallow"), STATE_LAYER)


@pytest.fixture(scope="module")
def models(models_dir: Path) -> ModelPool:
    """In float32, so that numbers of different batches can be compared closely."""
    embedded = profile("embedded")
    exact = replace(embedded.language_model, dtype="float32")
    asked = replace(embedded.language_model, kind="zero_shot", dtype="float32")
    return ModelPool(replace(embedded, language_model=exact, quality=asked), models_dir)


@pytest.fixture(scope="module")
def asked_all(models: ModelPool) -> LanguagePass:
    """Everything that can be asked of the rows, read once for the tests that look at it."""
    asked = Asked(questions=NAMES, states=True, alone=True, association=True, predictability=True)
    return language_pass(ROWS, asked, models.language_model, models.tokenizer, models.profile, Silent())


@pytest.fixture(scope="module")
def associated(models: ModelPool) -> LanguagePass:
    """Association by itself, of the rows and of one whose prompt has several sentences."""
    asked = Asked(likelihood=False, association=True)
    return language_pass([*ROWS, LONG], asked, models.language_model, models.tokenizer, models.profile, Silent())


@cache
def plain_loss(row: Row, models: ModelPool) -> float:
    """As anyone would write it: the whole sequence through the model, transformers' own loss over the response."""
    each = encode(row, models.profile, models.tokenizer)
    return loss_behind(each.prompt, each.response, models)


def loss_behind(prompt: list[int], response: list[int], models: ModelPool) -> float:
    labels = torch.tensor([[-100] * len(prompt) + response])
    with torch.inference_mode():
        return models.language_model(input_ids=torch.tensor([prompt + response]), labels=labels).loss.item()


def plain_yes(row: Row, question: str, models: ModelPool) -> float:
    """The question asked by itself: P(Yes) and P(No) from the last position's whole distribution."""
    each = encode(row, models.profile, models.tokenizer)
    ids = each.prompt + each.response + question_suffix(QUESTIONS[question], models.tokenizer)
    with torch.inference_mode():
        chances = models.language_model(input_ids=torch.tensor([ids])).logits[0, -1].softmax(-1)
    yes, no = (chances[answer_tokens(word, models.tokenizer)].sum().item() for word in ("Yes", "No"))
    return yes / (yes + no)


def test_losses_are_those_of_the_plain_loop(asked_all: LanguagePass, models: ModelPool) -> None:
    np.testing.assert_allclose(asked_all.loss_nats_per_token, [plain_loss(row, models) for row in ROWS], rtol=1e-3)


def test_questions_in_one_sequence_do_not_see_each_other(asked_all: LanguagePass, models: ModelPool) -> None:
    for name in NAMES:
        np.testing.assert_allclose(asked_all.yes[name], [plain_yes(row, name, models) for row in ROWS], rtol=1e-3)


def test_a_rows_scores_do_not_depend_on_its_batch(models: ModelPool) -> None:
    together = score_chunk(ROWS, ["perplexity", *NAMES], models, models.profile)
    alone = [score_chunk([row], ["perplexity", *NAMES], models, models.profile) for row in ROWS]
    for name, values in together.values.items():
        np.testing.assert_allclose(values, [one.values[name][0] for one in alone], rtol=1e-3)


def test_all_indicators_of_the_language_model_come_from_one_pass_over_the_rows(models_dir: Path) -> None:
    """And IFD adds the responses by themselves, not a second reading of the rows."""
    pool = embedded_pool(models_dir)
    read: list[int] = []
    trunk = pool.language_model.get_decoder()
    hook = trunk.register_forward_pre_hook(
        lambda module, args, given: read.append(given["input_ids"].numel()), with_kwargs=True
    )
    names = ["perplexity", "reward", *NAMES]
    try:
        score_chunk(ROWS[:2], names, pool, pool.profile)
        assert len(read) == 1
        score_chunk(ROWS[:2], [*names, "ifd"], pool, pool.profile)
    finally:
        hook.remove()
    assert len(read) == 2
    assert read[1] < 2.5 * read[0]


def test_predictability_is_that_of_the_plain_distributions(asked_all: LanguagePass, models: ModelPool) -> None:
    """Over the first 128 tokens, in whatever batch and however much of the response is read."""
    shared = models.language_model, models.tokenizer, models.profile, Silent()
    rows = [*ROWS, Row("Say nothing.", "", "")]
    first = language_pass(rows, Asked(likelihood=False, states=True, predictability=True), *shared)
    assert first.predictability is not None and asked_all.predictability is not None
    np.testing.assert_allclose(asked_all.predictability, first.predictability[:-1], rtol=1e-3, atol=1e-3)
    assert np.isnan(first.loss_nats_per_token).all(), "not asked for"
    assert np.isnan(first.predictability[-1]).all()
    for row, found in zip(ROWS, first.predictability, strict=False):
        each = encode(row, models.profile, models.tokenizer)
        tokens = torch.tensor(each.response[:RESPONSE_TOKENS])
        with torch.inference_mode():
            logits = models.language_model(input_ids=torch.tensor([each.prompt + each.response])).logits[0]
        likely = torch.distributions.Categorical(logits=logits[len(each.prompt) - 1 :][: len(tokens)].double())
        losses, greedy = -likely.log_prob(tokens), likely.probs.argmax(dim=1) == tokens
        expected = [
            losses.mean(),
            losses.std(correction=0),
            likely.entropy().mean(),
            greedy.double().mean(),
            losses.max(),
        ]
        np.testing.assert_allclose(found, expected, rtol=1e-3)


def test_where_heads_alone_read_the_pass_ends_after_the_first_tokens(models: ModelPool) -> None:
    shared = models.language_model, models.tokenizer, models.profile, Silent()
    read: list[int] = []
    trunk = models.language_model.get_decoder()
    hook = trunk.register_forward_pre_hook(
        lambda module, args, given: read.append(given["input_ids"].shape[1]), with_kwargs=True
    )
    heads = language_pass(ROWS[2:3], Asked(likelihood=False, states=True, predictability=True), *shared)
    whole = language_pass(ROWS[2:3], Asked(states=True), *shared)
    hook.remove()
    each = encode(ROWS[2], models.profile, models.tokenizer)
    assert read == [len(each.prompt) + RESPONSE_TOKENS, len(each.prompt) + len(each.response)]
    for ours, theirs in ((heads.response_states, whole.response_states), (heads.prompt_states, whole.prompt_states)):
        assert ours is not None
        np.testing.assert_allclose(ours, theirs, rtol=1e-3, atol=1e-3)


def test_where_states_alone_are_read_no_layer_above_them_computes_and_they_are_those_of_the_whole_pass(
    models: ModelPool, monkeypatch: pytest.MonkeyPatch
) -> None:
    middle = 3
    monkeypatch.setattr("core.models.language_pass.STATE_LAYER", middle)
    shared = models.language_model, models.tokenizer, models.profile, Silent()
    layers = models.language_model.get_decoder().layers
    computed: list[int] = []
    hooks = [
        layer.register_forward_hook(lambda *_, number=number: computed.append(number))
        for number, layer in enumerate(layers)
    ]
    alone = language_pass(ROWS, Asked(likelihood=False, states=True), *shared)
    assert computed and max(computed) == middle - 1
    computed.clear()
    whole = language_pass(ROWS, Asked(states=True), *shared)
    for hook in hooks:
        hook.remove()
    assert max(computed) == len(layers) - 1
    for ours, theirs in ((alone.response_states, whole.response_states), (alone.prompt_states, whole.prompt_states)):
        assert ours is not None
        np.testing.assert_allclose(ours, theirs, rtol=1e-5, atol=1e-5)
    assert np.isnan(alone.loss_nats_per_token).all(), "not asked for"


def test_association_is_what_the_end_of_the_prompt_tells_of_the_response(
    associated: LanguagePass, models: ModelPool
) -> None:
    assert associated.association_nats is not None and associated.alone_nats_per_token is None
    assert np.isnan(associated.loss_nats_per_token).all(), "not asked for"
    ends = [*(row.prompt for row in ROWS[:3]), "Bye", ROWS[4].prompt, "Who mends it? Answer in a word."]
    for row, end, value in zip([*ROWS, LONG], ends, associated.association_nats, strict=True):
        response = models.tokenizer(row.output, add_special_tokens=False)["input_ids"][:RESPONSE_TOKENS]
        opening = models.tokenizer("<|im_start|>assistant\n", add_special_tokens=False)["input_ids"]
        given, alone = (
            len(response) * loss_behind(before, response, models)
            for before in (encode(Row(end, "", "x"), models.profile, models.tokenizer).prompt, opening)
        )
        assert value == pytest.approx(alone - given, rel=1e-3, abs=1e-2)


def test_association_beside_whole_responses_is_of_their_beginning(
    asked_all: LanguagePass, associated: LanguagePass
) -> None:
    assert associated.association_nats is not None and asked_all.association_nats is not None
    np.testing.assert_allclose(asked_all.association_nats, associated.association_nats[:-1], rtol=1e-3, atol=1e-2)
    assert asked_all.alone_nats_per_token is not None and asked_all.alone_nats_per_token.shape == (len(ROWS),)


@pytest.mark.parametrize(
    ("names", "by_itself"),
    [(["perplexity"], []), (["reward"], []), (["perplexity", "coherence"], [RESPONSE_TOKENS]), (["ifd"], [None])],
)
def test_a_response_is_read_by_itself_only_where_and_as_far_as_that_is_wanted(
    names: list[str], by_itself: list[int | None], models_dir: Path
) -> None:
    pool = embedded_pool(models_dir)
    asked = needs_of(names, pool.profile).language
    (row, *others), _ = sequences(ROWS[2:3], asked, pool.tokenizer, pool.profile)
    whole = encode(ROWS[2], pool.profile, pool.tokenizer)
    assert len(whole.response) > RESPONSE_TOKENS
    assert row.prompt == whole.prompt
    assert [each.response for each in others] == [whole.response[:tokens] for tokens in by_itself]


@pytest.mark.parametrize(
    ("said", "end"),
    [
        ("One. Two! Three?", "Two! Three?"),
        ("Only this", "Only this"),
        ("a line\nanother\n\n the last", "another\n\n the last"),
        ("Version 2.5 is out. Get it. Now.", "Get it. Now."),
        ("", ""),
    ],
)
def test_the_end_of_a_prompt_is_its_last_two_sentences(said: str, end: str) -> None:
    assert prompt_end(Row(said, "", "x")) == end


def test_the_end_of_a_dialogue_is_of_its_last_turn() -> None:
    assert prompt_end(ROWS[3]) == "Bye"
    assert prompt_end(ROWS[1]) == "Translate to German.\n\nThe bees are asleep."


def test_perplexity_is_exp_of_the_loss_and_undefined_without_a_response(models: ModelPool) -> None:
    scores = score_chunk([ROWS[0], Row("Say nothing.", "", "")], ["perplexity"], models, models.profile)
    assert scores.values["perplexity"][0] == pytest.approx(math.exp(plain_loss(ROWS[0], models)), rel=1e-3)
    assert math.isnan(scores.values["perplexity"][1])


def test_the_chat_template_is_the_models_own(models: ModelPool) -> None:
    text = models.tokenizer.decode(encode(ROWS[1], models.profile, models.tokenizer).prompt)
    assert text.endswith(
        "<|im_start|>user\nTranslate to German.\n\nThe bees are asleep.<|im_end|>\n<|im_start|>assistant\n"
    )
    assert models.tokenizer.decode(question_suffix("Is it?", models.tokenizer)) == (
        "<|im_end|>\n<|im_start|>user\nIs it?<|im_end|>\n<|im_start|>assistant\n"
    )


def test_alpacas_template_is_used_in_the_papers_profile(models: ModelPool) -> None:
    text = models.tokenizer.decode(encode(ROWS[1], profile("paper"), models.tokenizer).prompt)
    assert text.endswith(ALPACA.format(instruction="Translate to German.\n\nThe bees are asleep."))


def test_long_texts_are_cut_to_the_profiles_limits(models: ModelPool) -> None:
    long = Row("word " * 5_000, "", "answer " * 10_000)
    each = encode(long, models.profile, models.tokenizer)
    assert (len(each.prompt), len(each.response)) == (512, 512)
    scores = score_chunk([long], ["perplexity", "coherence", "output_length"], models, models.profile)
    assert all(np.isfinite(values).all() for values in scores.values.values())
    assert scores.values["output_length"][0] > 9_000, "lengths are counted before the cut"


def test_lengths_are_the_tokenizers_counts(models: ModelPool) -> None:
    chunk = Chunk(ROWS, models)
    for row, prompt, response in zip(ROWS, chunk.prompt_tokens, chunk.response_tokens, strict=True):
        assert prompt == len(models.tokenizer.tokenize(row.prompt))
        assert response == len(models.tokenizer.tokenize(row.output))


def test_odd_texts_are_scored_or_undefined_but_never_crash(models: ModelPool) -> None:
    odd = [Row("?", "", text) for text in (" ", ".", "‏مرحبا بالعالم‏", "🙂" * 300, "\u0301" * 50, "a" * 3000, "\n\n")]
    names = ["perplexity", "mtld", "naturalness", "input_length", "output_words", "reward"]
    scores = score_chunk(odd, names, models, models.profile)
    assert all(values.shape == (len(odd),) for values in scores.values.values())
    assert not any(np.isinf(values).any() for values in scores.values.values())
