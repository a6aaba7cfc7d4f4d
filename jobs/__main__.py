"""The studio as commands, for servers and scripts: `python -m jobs --help`. Each does what a page does.

Exit codes: 0 done, 1 not done for a reason that is told, 2 wrong arguments, 130 stopped by Ctrl-C.
"""

import argparse
import json
import logging
import os
import sys
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from core.errors import StoreDamaged, StudioError
from core.private_folder import OTHERS
from jobs.commands import Command, command_called, commands
from jobs.commands.command import CommandOutput
from jobs.commands.terminal import TerminalProgress, harmless

if TYPE_CHECKING:
    from jobs.api import Studio

INTERRUPTED = 130
ANSWERING_SECONDS = 1.0  # after which a command answers others: most are over by then


def main(arguments: list[str] | None = None) -> int:
    """Run a command; the exit code."""
    given = sys.argv[1:] if arguments is None else arguments
    one = command_called(given[0]) if given else None
    asked = command_parser([one] if one else commands().values()).parse_args(given)
    command = one or commands()[asked.command]
    os.umask(OTHERS)
    logging.basicConfig(level=logging.ERROR, stream=sys.stderr)
    progress = TerminalProgress(asked.quiet)
    try:
        told = _run(command, asked, progress)
    except StudioError as error:
        return _tell(error, asked, progress)
    except Exception as error:
        from core.memory import memory_error, out_of_memory  # only now: it takes as long as a short command

        if not out_of_memory(error):
            raise
        return _tell(memory_error(error), asked, progress)
    except KeyboardInterrupt:
        progress.end()
        print(f"Interrupted. {command.again}", file=sys.stderr)
        return INTERRUPTED
    progress.end()
    _print(json.dumps(told.document, ensure_ascii=False, allow_nan=False) if asked.json else told.text)
    return 0


def _tell(error: StudioError, asked: argparse.Namespace, progress: TerminalProgress) -> int:
    """Print why it was not done; the exit code."""
    progress.end()
    if asked.json:
        print(json.dumps({"error": {"what": error.what, "where": error.where, "mend": error.mend}}))
    print(harmless(str(error)), file=sys.stderr)
    return 1


def _run(command: Command, asked: argparse.Namespace, progress: TerminalProgress) -> CommandOutput:
    """Do it; where the database is damaged, as a command that mends it does it then.

    Raises:
        StudioError: it can't be done.
    """
    from jobs.api import Studio  # only now: what a wrong argument or --help costs shall be nothing

    try:
        with Studio.open(asked.data, asked.profile, progress) as studio, _answering(studio):
            return command.run(studio, asked)
    except StoreDamaged:
        from jobs.api.rescue import Rescue

        rescue = Rescue.of(asked.data)
        if command.rescue is None or rescue.damage is None:
            raise
        return command.rescue(rescue, asked)


@contextmanager
def _answering(studio: "Studio") -> Iterator[None]:
    """Answer other commands and notebooks where this one has the data folder for itself, and takes longer."""
    from jobs.api.session_beside import SessionBeside
    from jobs.serving.beside import ServingBeside

    if isinstance(studio.session, SessionBeside):
        yield
        return
    answering = ServingBeside(lambda: studio, studio.paths, ANSWERING_SECONDS)
    try:
        yield
    finally:
        answering.stop()


def _print(text: str) -> None:
    """Print to whoever still listens: `| head` closes the pipe when it has enough, which is no fault."""
    try:
        print(harmless(text), flush=True)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # for what the interpreter flushes at its end


def command_parser(asked: Collection[Command]) -> argparse.ArgumentParser:
    """What reads the arguments of these commands."""
    parser = argparse.ArgumentParser("python -m jobs", description="InstructMining Studio on the command line.")
    offered = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for command in asked:
        own = offered.add_parser(command.name, help=command.about, description=command.about)
        command.ask(own)
        own.add_argument("--json", action="store_true", help="print one JSON document")
        own.add_argument("--quiet", action="store_true", help="do not show progress")
        own.add_argument("--data", default="", metavar="FOLDER", help="data folder (default: STUDIO_DATA)")
        own.add_argument("--profile", default="", metavar="NAME", help="model profile (default: that of the app)")
    return parser


if __name__ == "__main__":
    sys.exit(main())
