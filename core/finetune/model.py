"""The model to be tuned: loaded in the wanted precision, with a fresh adapter or with its own weights to be tuned."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.errors import ModelUnavailable
from core.finetune.settings import Precision, TuningSettings
from core.models.device import CUDA, MPS, on_cpu
from core.models.pickled import refuse_pickled
from core.models.pool import ONE_LOADS, ModelPool, load, load_causal, transformers_class
from core.models.precision import ComputeRates

NOT_QUANTISED = "Choose bfloat16 or float32 for this experiment."
ADAPTER_CONFIG = "adapter_config.json"  # of PEFT: it tells an adapter from a whole model

if TYPE_CHECKING:
    import torch
    from peft import PeftModel
    from transformers import PreTrainedModel


def available_precisions(rates: ComputeRates) -> tuple[Precision, ...]:
    """What this computer can tune in, best first: the paper's 8 bits on a GPU; elsewhere what multiplies fastest."""
    if rates.device == MPS:  # which bitsandbytes does not know
        return (Precision.BF16, Precision.FP32) if rates.fastest == "bfloat16" else (Precision.FP32, Precision.BF16)
    if not on_cpu(rates.device):
        return (Precision.INT8, Precision.NF4, Precision.BF16, Precision.FP32)
    if rates.fastest == "bfloat16":
        return (Precision.BF16, Precision.FP32, Precision.INT8, Precision.NF4)
    return (Precision.FP32, Precision.INT8, Precision.NF4, Precision.BF16)


def load_base(pool: ModelPool, precision: Precision, device: str) -> "PreTrainedModel":
    """The profile's language model with its weights in this precision, for tuning and for measuring its loss.

    Where the frozen weights are bfloat16 the adapter is float32 all the same, so that small updates are not lost.

    Args:
        device: `cpu`, `cuda:0` and so on.

    Raises:
        ModelUnavailable: the model, or its quantisation on this machine, can't be had.
    """
    import torch

    half = precision is Precision.BF16 or (not on_cpu(device) and precision is not Precision.FP32)
    dtype = torch.bfloat16 if half else torch.float32
    options: dict[str, Any] = {}
    if precision is Precision.INT8:
        options["quantization_config"] = transformers_class("BitsAndBytesConfig")(load_in_8bit=True)
    elif precision is Precision.NF4:
        options["quantization_config"] = transformers_class("BitsAndBytesConfig")(
            load_in_4bit=True, bnb_4bit_quant_type="nf4", bnb_4bit_compute_dtype=dtype
        )
    if not options:
        return load_causal(pool.language_model_place, pool.profile.language_model, dtype, device)
    if device.startswith(MPS):
        raise ModelUnavailable(f"{precision} needs bitsandbytes, which does not know this GPU.", mend=NOT_QUANTISED)
    loader = transformers_class("AutoModelForCausalLM").from_pretrained
    options |= {"dtype": dtype, "device_map": {"": device}}
    try:
        return load(loader, pool.language_model_place, pool.profile.language_model, **options)
    except ImportError as error:
        raise ModelUnavailable(
            f"{precision} needs bitsandbytes, which cannot be loaded: {error}.",
            mend=NOT_QUANTISED,
        ) from error


def load_to_tune(pool: ModelPool, settings: TuningSettings, device: str) -> Any:
    """The profile's language model, ready for `core.finetune.run.tune`.

    Raises:
        ModelUnavailable: as `load_base` and `add_adapter`.
    """
    if settings.method == "lora":
        base = load_base(pool, settings.precision, device)
        return add_adapter(base, settings, pool.profile.language_model.base_name)
    return open_weights(load_base(pool, Precision.FP32, device), settings)


def open_weights(model: "PreTrainedModel", settings: TuningSettings) -> "PreTrainedModel":
    """The model with its own weights to be tuned: all of them, or those of the upper layers."""
    from transformers import set_seed

    set_seed(settings.seed)
    if (upper := upper_layers(model, settings.tuned_layers)) is not None:
        model.requires_grad_(False)
        for number in upper:
            model.get_decoder().layers[number].requires_grad_(True)
    return model


def load_tuned(pool: ModelPool, settings: TuningSettings, folder: Path, device: str) -> "PreTrainedModel":
    """A model from what `core.finetune.run.tune` has left: an adapter over the profile's model, or a whole model.

    Raises:
        ModelUnavailable: it can't be had here.
    """
    if (folder / ADAPTER_CONFIG).exists():
        return load_adapter(load_base(pool, settings.precision, device), folder).get_base_model()
    reference = pool.profile.language_model
    return load_causal(str(folder), replace(reference, id=str(folder), revision=""), dtype_of(settings), device).eval()


def dtype_of(settings: TuningSettings) -> "torch.dtype":
    """In which form a whole tuned model is kept and measured."""
    import torch

    return torch.bfloat16 if settings.precision is Precision.BF16 else torch.float32


def base_of(model: Any) -> Any:
    """The transformers model of a tuned one, which an adapter may wrap."""
    return model.get_base_model() if hasattr(model, "peft_config") else model


def add_adapter(model: "PreTrainedModel", settings: TuningSettings, name: str) -> "PeftModel":
    """A LoRA adapter over the frozen model, its random start fixed by the settings' seed.

    Args:
        name: what the adapter's files call its base model.

    Raises:
        ModelUnavailable: the model has none of the target modules.
    """
    from peft import LoraConfig, get_peft_model, prepare_model_for_kbit_training
    from transformers import set_seed

    set_seed(settings.seed)
    if settings.precision in (Precision.INT8, Precision.NF4):
        model = prepare_model_for_kbit_training(model, use_gradient_checkpointing=model.device.type == CUDA)
    config = LoraConfig(
        r=settings.lora_rank,
        lora_alpha=settings.lora_alpha,
        lora_dropout=settings.lora_dropout,
        target_modules=list(settings.target_modules),
        layers_to_transform=upper_layers(model, settings.tuned_layers),
        task_type="CAUSAL_LM",
    )
    try:
        with ONE_LOADS:
            tuned = get_peft_model(model, config)
    except ValueError as error:
        raise ModelUnavailable(
            f"This model has no modules named {', '.join(settings.target_modules)}.",
            mend="Set target modules to layers of this model, for example query_key_value.",
        ) from error
    tuned.peft_config["default"].base_model_name_or_path = name
    return tuned


def upper_layers(model: "PreTrainedModel", wanted: int) -> list[int] | None:
    """The numbers of so many of a model's last layers; None for all of them."""
    count = model.config.get_text_config().num_hidden_layers
    return list(range(count - wanted, count)) if 0 < wanted < count else None


def load_adapter(model: "PreTrainedModel", folder: Path) -> "PeftModel":
    """The model with a tuned adapter from its PEFT folder.

    Raises:
        ModelUnavailable: the adapter is a pickle.
    """
    from peft import PeftModel

    refuse_pickled(folder, "the adapter")

    with ONE_LOADS:
        return PeftModel.from_pretrained(model, folder).eval()
