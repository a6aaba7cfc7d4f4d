"""Memory that ran out, in the words of the libraries that say so, and in ours."""

import errno
import os
import subprocess
import sys

import numpy as np
import pytest
import torch

from core.errors import StudioError
from core.memory import held_of_limit, memory_error, out_of_memory
from core.paths import PROJECT

LIMITED = """
import resource
resource.setrlimit(resource.RLIMIT_AS, (3 * 10**9, 3 * 10**9))
from core.memory import held_of_limit
print(held_of_limit())
"""


def numpy_asks() -> object:
    return np.empty(2**45)


def torch_asks() -> object:
    return torch.empty(2**45)


@pytest.mark.parametrize("ask", [numpy_asks, torch_asks])
def test_what_libraries_raise_is_told_with_what_was_asked_for(ask) -> None:
    with pytest.raises((MemoryError, RuntimeError)) as raised:
        ask()
    assert out_of_memory(raised.value)
    told = memory_error(raised.value, " while it was tried")
    assert isinstance(told, StudioError) and told.mend
    assert told.what.startswith("Memory ran out while it was tried: ") and " more were asked for; " in told.what
    assert told.what.endswith(" GB.")


@pytest.mark.parametrize(
    "error",
    [
        OSError(errno.ENOMEM, os.strerror(errno.ENOMEM)),
        RuntimeError("CUDA out of memory. Tried to allocate 2.00 GiB."),
        ImportError("libtorch_cpu.so: failed to map segment from shared object"),
        RuntimeError("can't start new thread"),
        RuntimeError("std::bad_alloc"),
    ],
)
def test_it_is_known_in_other_words_too(error: Exception) -> None:
    assert out_of_memory(error)


def test_other_faults_are_not_taken_for_it() -> None:
    assert not out_of_memory(ValueError("no such file"))


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux holds a process to a limit of its address space")
def test_what_a_process_may_have_is_its_limit() -> None:
    ended = subprocess.run([sys.executable, "-c", LIMITED], cwd=PROJECT, capture_output=True, text=True, check=True)
    held, most = ended.stdout.split(" of ")
    assert most == "3.0 GB\n" and 0 <= float(held) < 3
    assert held_of_limit().endswith(" GB")
