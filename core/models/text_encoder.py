"""The sentence encoder in a process of its own, which ends when it is no longer asked.

A page that searches for a text would else keep half a gigabyte of libraries for as long as it runs.
"""

import json
import os
import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path
from typing import IO

import numpy as np

from core.environment import read_environment
from core.errors import ModelUnavailable
from core.models.no_compiler import leave_out_compiler
from core.models.profiles import Profile
from core.paths import PROJECT
from core.values import Door, read

_MODULE = "core.models.text_encoder"


class TextEncoder:
    """Embeds one text at a time. Its process starts when it is first asked, and again when it has ended.

    Threads share it.
    """

    def __init__(self, profile: Profile, models_dir: Path, idle_seconds: float) -> None:
        """Nothing is started yet.

        Args:
            profile: whose encoder.
            idle_seconds: without a question, after which the process ends.
        """
        self.profile = profile
        self._command = [sys.executable, "-m", _MODULE, str(models_dir), str(idle_seconds)]
        self._process: subprocess.Popen[str] | None = None
        self._asking = threading.Lock()

    def encode(self, text: str) -> np.ndarray:
        """The embedding of a text: unit length, shape (dimensions,), float32.

        Raises:
            ModelUnavailable: the encoder can't be had here, or its process has ended unforeseen.
        """
        with self._asking:
            # A process that has just ended for being idle leaves the first question unanswered.
            answer = self._asked(text) or self._asked(text)
        if answer is None:
            raise ModelUnavailable(
                "The process of the sentence encoder has ended.", mend="See the log of the page, then search again."
            )
        if "what" in answer:
            raise ModelUnavailable(answer["what"], where=answer["where"], mend=answer["mend"])
        return np.array(answer["vector"], np.float32)

    def load(self) -> None:
        """Start the process, which loads the model at once, so that the first question need not wait for that."""
        if self._asking.acquire(blocking=False):  # else it is at work
            try:
                self._start()
            finally:
                self._asking.release()

    def close(self) -> None:
        """Let the process end."""
        with self._asking:
            self._end()

    def _asked(self, text: str) -> dict | None:
        """What the process answers; None where it has ended."""
        self._start()
        self._write(text)
        assert self._process is not None and self._process.stdout is not None
        line = self._process.stdout.readline()
        if line:
            return dict(json.loads(line))
        self._end()
        return None

    def _start(self) -> None:
        """Start the process where there is none; one that has ended unasked is left for its answer to tell."""
        if self._process is None:
            self._process = subprocess.Popen(
                self._command, cwd=PROJECT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, encoding="utf-8"
            )
            threading.Thread(target=self._process.wait, daemon=True).start()  # so that nothing of it stays
            self._write(self.profile.as_dict())

    def _write(self, value: object) -> None:
        assert self._process is not None and self._process.stdin is not None
        with suppress(OSError):  # it has ended, which is seen where its answer is read
            self._process.stdin.write(json.dumps(value) + "\n")
            self._process.stdin.flush()

    def _end(self) -> None:
        if self._process is None:
            return
        for end in (self._process.stdin, self._process.stdout):
            assert end is not None
            with suppress(OSError):  # what it was not sent
                end.close()
        self._process.wait()
        self._process = None


def main() -> None:
    """Answer texts that come on standard input, a JSON string a line, until that closes or none comes any more."""
    leave_out_compiler(os.environ)
    models_dir, idle_seconds, device = Path(sys.argv[1]), float(sys.argv[2]), read_environment(os.environ).device
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # what libraries print is no answer
    _answer(sys.stdin, answers, models_dir, idle_seconds, device)


def _answer(questions: IO[str], answers: IO[str], models_dir: Path, idle_seconds: float, device: str) -> None:
    from core.models.pool import ModelPool

    pool = ModelPool(read(Profile, json.loads(questions.readline()), door=Door.STORE), models_dir, device)
    with suppress(ModelUnavailable):  # which the first question is told
        _ = pool.encoder
    while True:
        end = threading.Timer(idle_seconds, os._exit, [0])
        end.daemon = True
        end.start()
        question = questions.readline()
        end.cancel()
        if not question:
            return
        try:
            vector = pool.encoder.encode(json.loads(question), normalize_embeddings=True, show_progress_bar=False)
            answer = {"vector": np.asarray(vector, np.float64).tolist()}
        except ModelUnavailable as error:
            answer = {"what": error.what, "where": error.where, "mend": error.mend}
        answers.write(json.dumps(answer) + "\n")
        answers.flush()


if __name__ == "__main__":
    main()
