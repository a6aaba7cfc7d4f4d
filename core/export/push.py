"""A dataset folder onto the Hugging Face hub. The token goes into the requests and nowhere else."""

import re
from pathlib import Path

from core.errors import InputError, StudioError
from core.progress import Progress

_NAME = re.compile(r"[A-Za-z0-9][\w.-]*/[A-Za-z0-9][\w.-]*", re.ASCII)


def push_folder(
    folder: Path,
    dataset_id: str,
    token: str,
    progress: Progress,
    *,
    private: bool = True,
    add_to: bool = False,
    endpoint: str | None = None,
) -> str:
    """Make a dataset repository and put the folder's files into it, in one commit.

    Args:
        dataset_id: `owner/name`.
        token: with the right to write; "" for the one of `hf auth login`.
        add_to: whether files may go into a repository that is there already, over those of the same names.
        endpoint: another hub than the one of `HF_ENDPOINT`.

    Returns: the address of the dataset.

    Raises:
        InputError: the name is none, or is taken.
        StudioError: the hub can't be reached, or does not take the files.
        Cancelled: `progress` said so, before anything was sent.
    """
    from huggingface_hub import HfApi

    if not _NAME.fullmatch(dataset_id) or ".." in dataset_id or "--" in dataset_id:
        raise InputError("This is not a dataset id.", where=dataset_id, mend="Use owner/name.")
    api = HfApi(endpoint, token=token or None)
    try:
        progress.update(0, 2, f"Creating {dataset_id}")
        address = api.create_repo(dataset_id, repo_type="dataset", private=private, exist_ok=add_to)
        progress.update(1, 2, f"Uploading to {dataset_id}")
        api.upload_folder(
            repo_id=dataset_id,
            folder_path=folder,
            repo_type="dataset",
            commit_message="Selected with InstructMining Studio",
            ignore_patterns=".*",
        )
    except Exception as error:  # the library raises a dozen families, from its own to the system's
        raise _told(error, dataset_id, token) from None  # the library's errors hold the request, and it the token
    return str(address)


def _told(error: Exception, dataset_id: str, token: str) -> StudioError:
    text = f"{type(error).__name__}: {error}".replace(token or "\0", "…")
    status = getattr(getattr(error, "response", None), "status_code", None)
    if status == 409:
        return InputError(
            "A dataset of this name exists already.",
            where=dataset_id,
            mend="Choose another name, or allow replacing its files.",
        )
    if status == 401 or "LocalTokenNotFound" in text or "Invalid user token" in text:
        return StudioError(
            "The hub rejected the token.",
            where=dataset_id,
            mend="Create a token with write permission at huggingface.co/settings/tokens.",
        )
    if status == 403:
        return StudioError(
            "The token has no permission for this.",
            where=dataset_id,
            mend="Use a token with write permission and your own or your organisation's namespace.",
        )
    if status is not None:
        return StudioError(f"The hub returned status {status}: {text[:300]}", where=dataset_id, mend="Try again later.")
    if re.search("offline|connect|resolve|reach|timed? ?out|proxy|ssl", text, re.IGNORECASE):
        return StudioError("The hub cannot be reached.", where=dataset_id, mend="Check the network and try again.")
    return StudioError(f"Upload failed: {text[:300]}", where=dataset_id, mend="The local folder is kept.")
