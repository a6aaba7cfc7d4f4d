"""A pass that ends at a layer: for whoever reads states in the midst of a model, the layers above are not computed."""

from contextlib import suppress
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import torch


class _Enough(Exception):
    pass


def layer_input(decoder: Any, layer: int, **given: Any) -> "torch.Tensor":
    """The hidden states that a layer is given, shape (rows, length, width).

    Args:
        decoder: a model's trunk, whose `layers` are a list.
        layer: its number, from 0.
        given: what the decoder is called with.
    """
    import torch

    seen: list[torch.Tensor] = []

    def stop(_: Any, arguments: tuple, named: dict[str, Any]) -> None:
        seen.append(arguments[0] if arguments else named["hidden_states"])
        raise _Enough

    hook = decoder.layers[layer].register_forward_pre_hook(stop, with_kwargs=True)
    try:
        with torch.inference_mode(), suppress(_Enough):
            decoder(use_cache=False, **given)
    finally:
        hook.remove()
    return seen[0]
