"""Leaves the compiler of torch out of a process: nothing here compiles a model, but bitsandbytes has it loaded.

PEFT imports bitsandbytes wherever it is installed, and sentence-transformers imports PEFT: so each process that loads
a model would take a second or more of processor time for code that it never runs.
"""

from collections.abc import MutableMapping


def leave_out_compiler(environment: MutableMapping[str, str]) -> None:
    """Tell torch, before it is imported; a process that was told otherwise keeps to that."""
    environment.setdefault("TORCHDYNAMO_DISABLE", "1")
