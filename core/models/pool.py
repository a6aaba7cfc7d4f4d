"""The models of a profile, each loaded when it is first needed, in the precision that the profile says."""

import threading
from functools import cached_property
from pathlib import Path
from pickle import UnpicklingError
from typing import TYPE_CHECKING, Any

from core.errors import ModelUnavailable
from core.memory import memory_error, out_of_memory
from core.models.device import device_type, on_cpu
from core.models.embedded_model import package_folder, prepare
from core.models.pickled import refuse_pickled
from core.models.profiles import ModelRef, Profile

if TYPE_CHECKING:
    import torch
    from sentence_transformers import SentenceTransformer
    from transformers import PreTrainedModel, PreTrainedTokenizerBase

    from core.models.reward_model import RewardModel
    from core.models.unieval import UniEval


# Loading sets torch's default precision and patches its initialisers for the whole process, all threads included:
# one thread at a time loads a model or adds layers to one.
ONE_LOADS = threading.RLock()


class ModelPool:
    """The models of one profile on one device. They stay loaded as long as the pool lives."""

    def __init__(self, profile: Profile, models_dir: Path, device: str = "") -> None:
        """Nothing is loaded yet.

        Args:
            device: its type, as `core.models.device.device_type` takes it.
        """
        self.profile = profile
        self.models_dir = models_dir
        self._wanted_device = device

    @cached_property
    def device(self) -> "torch.device":
        import torch

        return torch.device(device_type(self._wanted_device))

    @cached_property
    def tokenizer(self) -> "PreTrainedTokenizerBase":
        """The language model's tokenizer.

        Raises:
            ModelUnavailable: it can't be had here.
        """
        loader = transformers_class("AutoTokenizer").from_pretrained
        return load(loader, self.language_model_place, self.profile.language_model)

    @property
    def language_model_place(self) -> str:
        """The hub id or folder from which the language model loads.

        Raises:
            ModelUnavailable: its package is not installed.
        """
        return self._place(self.profile.language_model)

    @cached_property
    def language_model(self) -> "PreTrainedModel":
        """The causal language model, for inference.

        Raises:
            ModelUnavailable: it can't be had here.
        """
        import torch

        reference = self.profile.language_model
        dtype = getattr(torch, reference.dtype)
        return load_causal(self.language_model_place, reference, dtype, self.device).eval()

    @cached_property
    def encoder(self) -> "SentenceTransformer":
        """The sentence encoder.

        Raises:
            ModelUnavailable: it can't be had here.
        """
        from sentence_transformers import SentenceTransformer

        reference = self.profile.encoder
        return load(SentenceTransformer, self._place(reference), reference, device=str(self.device))

    @cached_property
    def reward_model(self) -> "RewardModel":
        """The reward model of a hub checkpoint.

        Raises:
            ModelUnavailable: it can't be had here.
        """
        from core.models.reward_model import RewardModel

        reference = self.profile.reward
        loader = RewardModel.from_pretrained
        return load(loader, self._place(reference), reference, device=self.device, dtype=reference.dtype)

    @cached_property
    def unieval(self) -> "UniEval":
        """The UniEval evaluator.

        Raises:
            ModelUnavailable: it can't be had here.
        """
        from core.models.unieval import UniEval

        return load(
            UniEval.from_pretrained, self._place(self.profile.quality), self.profile.quality, device=self.device
        )

    def _place(self, reference: ModelRef) -> str:
        if reference.kind == "gguf_package":
            return str(prepare(self.models_dir))
        if reference.kind == "package":
            return str(package_folder(reference.id) / "model")
        return reference.id


def transformers_class(name: str) -> Any:
    """A class of transformers, whose modules can't be imported by two threads at once."""
    with ONE_LOADS:
        import transformers

        return getattr(transformers, name)


def load_causal(place: str, reference: ModelRef, dtype: "torch.dtype", device: "torch.device | str") -> Any:
    """Load a causal language model with its weights in this precision onto this device; else as `load`.

    On a CPU it is loaded in float32 and its weights are converted then, so that torch's default precision stays as it
    is for what other threads compute meanwhile. Buffers, such as rotary frequencies, stay in float32 either way.
    """
    import torch

    loader = transformers_class("AutoModelForCausalLM").from_pretrained
    if not on_cpu(device):
        return load(loader, place, reference, dtype=dtype).to(device)
    model = load(loader, place, reference, dtype=torch.float32)
    for weights in model.parameters():
        weights.data = weights.data.to(dtype)
    model.config.dtype = dtype
    return model


def load(loader: Any, place: str, reference: ModelRef, **options: Any) -> Any:
    """Load a model, and tell in one sentence why it can't be had.

    Hub code is never run: `trust_remote_code` stays off, and of weights in a pickle only numbers are read.

    Raises:
        ModelUnavailable: no network, no such model, no licence accepted, a pickle, or more than numbers.
        OutOfMemory: memory is too short for it.
    """
    from transformers.utils.logging import disable_progress_bar

    if not reference.pickled:
        refuse_pickled(Path(place), reference.id)
    disable_progress_bar()  # it would be written over the studio's own, and into a command's standard error
    revision = {"revision": reference.revision} if reference.revision else {}
    try:
        with ONE_LOADS:
            return loader(place, **revision, **options)
    except UnpicklingError as error:
        raise ModelUnavailable(
            f"The weights of {reference.id} cannot be loaded: the file is damaged or contains more than numbers.",
            mend="Use a model with safetensors weights.",
        ) from error
    except (OSError, ValueError, RuntimeError, MemoryError) as error:
        if out_of_memory(error):
            raise memory_error(error, f" while {reference.id} was loaded") from error
        raise ModelUnavailable(
            f"The model {reference.id} cannot be loaded: {_why(error)}.",
            mend="Connect to the hub once, set a local folder in its profile, or use the embedded profile. Scores "
            "so far are kept.",
        ) from error


def _why(error: Exception) -> str:
    text = str(error).lower()
    if "gated" in text or "401" in text or "403" in text:
        return "the hub requires a login and acceptance of the licence"
    if any(word in text for word in ("offline", "connect", "couldn't reach", "internet", "resolve", "cached files")):
        return "it is not cached on this computer and the hub cannot be reached"
    if "not a valid model identifier" in text or "404" in text or "no such file" in text:
        return "model not found"
    return str(error).splitlines()[0][:200]
