"""Indicators of the user's own travel with the job: the worker runs what was switched on when it was enqueued."""

from collections.abc import Collection
from pathlib import Path

from core.errors import JobError
from core.indicators import indicator, use_own
from core.indicators.own import load
from core.own_code import CodeSource
from jobs.queue.folder import JobFolder, job_file
from jobs.scoring.spec import OwnCode, ScoringSpec

_FOLDER = "own"


def write_own_code(folder: JobFolder, names: Collection[str]) -> tuple[OwnCode, ...]:
    """Write the code of these indicators into `input/own`, as far as it is a file of the user's own.

    Raises:
        StorageFull: there is no space left.
    """
    codes = []
    for name in names:
        origin = indicator(name).origin
        if origin is None:
            continue
        if not origin.entry:
            (folder.input / _FOLDER).mkdir(exist_ok=True)
            with job_file(folder.input / _FOLDER / origin.label) as partial:
                partial.write_bytes(origin.content)
        codes.append(OwnCode(origin.label, origin.digest, origin.entry))
    return tuple(codes)


def use_own_code(folder: JobFolder, spec: ScoringSpec, allowed: bool) -> None:
    """Let the registry of this worker offer the own indicators of a job, and none but those.

    Args:
        allowed: whether this worker runs such code at all.

    Raises:
        InputError: one of them is at fault.
        JobError: it is not allowed here, or the code is gone or another than when the job was enqueued.
    """
    use_own(())
    if not spec.own:
        return
    if not allowed:
        raise JobError(
            "This worker runs no indicators of one's own, as its jobs come from another machine.",
            mend="Start it with STUDIO_OWN_INDICATORS=on where you trust whoever can write to the remote folder.",
        )
    own = load([_source(folder, code) for code in spec.own])
    if own.faults:
        raise own.faults[0]
    here = {each.origin.digest for each in own.offered if each.origin}
    if changed := [code.label for code in spec.own if code.digest not in here]:
        raise JobError(
            "An own indicator has changed since this job was enqueued.",
            where=", ".join(changed),
            mend="Start the job again from the Indicators page.",
        )
    use_own(own.offered)


def _source(folder: JobFolder, code: OwnCode) -> CodeSource:
    if code.entry:
        return CodeSource(code.label, entry=code.entry)
    try:
        if Path(code.label).name != code.label:
            raise FileNotFoundError(code.label)
        return CodeSource(code.label, content=(folder.input / _FOLDER / code.label).read_bytes())
    except OSError as error:
        raise JobError(
            "A file of this job is gone or damaged.", where=code.label, mend="Start the job again."
        ) from error
