"""The one family of errors that a user can cause: each says what happened, where, and how to mend it."""


class StudioError(Exception):
    """A fault that is the user's to mend. Pages show it, commands print it; anything else is a bug.

    Args:
        what: one sentence, what happened.
        where: the file, row, dataset or process concerned.
        mend: one sentence, what to do now.
    """

    def __init__(self, what: str, *, where: str = "", mend: str = "") -> None:
        self.what, self.where, self.mend = what, where, mend
        super().__init__(what, where, mend)

    def __str__(self) -> str:
        located = f"{self.where}: {self.what}" if self.where else self.what
        return f"{located} {self.mend}".strip()

    def __reduce__(self) -> tuple:
        return (_rebuild, (type(self), self.what, self.where, self.mend))


def _rebuild(family: type[StudioError], what: str, where: str, mend: str) -> StudioError:
    return family(what, where=where, mend=mend)


class InputError(StudioError):
    """A file, column or cell that can't be read."""


class ValueRefused(InputError):
    """A value that is not allowed; `where` is its path: `selection.quotas`."""


class ValueUnknown(ValueRefused):
    """A value of a name that is not known."""


class StoreError(StudioError):
    """The store can't be opened, read or written."""


class StoreBusy(StoreError):
    """Another process holds the store."""


class StoreDamaged(StoreError):
    """The store's files are damaged, or something of them is gone: what is left is for the user to decide."""


class StorageFull(StoreError):
    """There is no space left where the data live."""


class ModelUnavailable(StudioError):
    """A model can't be had here: no hub, no memory, no such folder."""


class OutOfMemory(ModelUnavailable):
    """There is not enough memory, of the computer or of the GPU, for what was asked."""


class JobError(StudioError):
    """A background job can't be started, found or finished."""


class SelectionError(StudioError):
    """A selection or rule that can't be applied to these data."""


class RegressionError(StudioError):
    """A table of candidate sets from which no rule can be learned."""


class JudgeError(StudioError):
    """An endpoint that can't be asked for verdicts."""
