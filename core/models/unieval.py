"""UniEval (Zhong et al. 2022, arXiv 2210.07197), dialogue form: a T5 that answers yes-or-no questions."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from core.models.batching import run_batches
from core.progress import Progress
from core.rows.row import Row

if TYPE_CHECKING:
    import torch
    from transformers import PreTrainedModel, PreTrainedTokenizerBase

MAX_TOKENS = 1024
BUDGET = 4_096

# UniEval's own inputs, to the letter: the model was trained on them.
INPUTS = {
    "naturalness": "question: Is this a natural response in the dialogue? </s> response: {response}",
    "coherence": "question: Is this a coherent response given the dialogue history? </s> response: {response} "
    "</s> dialogue history: {history}",
    "understandability": "question: Is this an understandable response in the dialogue? </s> response: {response}",
}


class UniEval:
    """The evaluator: P('Yes') / (P('Yes') + P('No')) at the first decoder step."""

    def __init__(
        self, model: "PreTrainedModel", tokenizer: "PreTrainedTokenizerBase", device: "torch.device | str" = "cpu"
    ) -> None:
        self._model: Any = model.eval()
        self._model.to(device)
        self._tokenizer = tokenizer
        self._yes, self._no = (tokenizer(word)["input_ids"][0] for word in ("Yes", "No"))

    @classmethod
    def from_pretrained(cls, place: str, device: "torch.device | str" = "cpu", **options: str) -> "UniEval":
        """Load from a hub id or folder.

        Raises:
            OSError: it can't be had.
        """
        from transformers import AutoModelForSeq2SeqLM, AutoTokenizer

        model = AutoModelForSeq2SeqLM.from_pretrained(place, **options)
        return cls(model, AutoTokenizer.from_pretrained(place, **options), device)

    def score(self, dimension: str, rows: Sequence[Row], progress: Progress) -> np.ndarray:
        """Scores in 0 to 1 of one dimension (a key of `INPUTS`), shape (rows,).

        Raises:
            Cancelled: `progress` said so.
        """
        texts = [INPUTS[dimension].format(response=row.output, history=row.prompt) for row in rows]
        encoded = self._tokenizer(texts, truncation=True, max_length=MAX_TOKENS)["input_ids"]
        scores = np.full(len(rows), np.nan)

        def run(places: list[int]) -> None:
            scores[places] = self._batch([encoded[i] for i in places])

        run_batches([len(ids) for ids in encoded], BUDGET, run, progress, f"Running UniEval ({dimension})")
        return scores

    def _batch(self, encoded: list[list[int]]) -> np.ndarray:
        import torch

        inputs = self._tokenizer.pad({"input_ids": encoded}, return_tensors="pt").to(self._model.device)
        start = torch.full((len(encoded), 1), self._model.config.decoder_start_token_id, device=self._model.device)
        with torch.inference_mode():
            logits = self._model(**inputs, decoder_input_ids=start).logits[:, 0].float()
        chances = logits.softmax(dim=-1)
        yes, no = chances[:, self._yes], chances[:, self._no]
        return (yes / (yes + no)).cpu().numpy()
