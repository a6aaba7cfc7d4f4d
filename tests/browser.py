"""The browser for the journeys: one that is here, or Chromium through apt where that is allowed."""

import os
import shutil
import subprocess
from pathlib import Path

SENTENCE = "No browser found: install Chromium, Chrome or Edge, or name one in CHROMIUM. The journeys need it."
_COMMANDS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "microsoft-edge", "msedge")
_FILES = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
    "C:/Program Files/Google/Chrome/Application/chrome.exe",
    "C:/Program Files (x86)/Microsoft/Edge/Application/msedge.exe",
)


def find_browser() -> str | None:
    """The program named in CHROMIUM, else the first browser found on the path or where it is usually installed."""
    named = os.environ.get("CHROMIUM")
    found = [named] if named else [*map(shutil.which, _COMMANDS), *_FILES]
    return next((path for path in found if path and Path(path).exists()), None)


def install_browser() -> None:
    """Install Chromium through apt, where there is apt and the right to use it."""
    apt_install("The journeys need a browser", "chromium")


def apt_install(why: str, package: str) -> None:
    """Install a Debian package, where there is apt and the right to use it; says each command that it runs."""
    rights = [] if getattr(os, "geteuid", lambda: 1)() == 0 else ["sudo", "-n"]
    if not shutil.which("apt-get") or (rights and not shutil.which("sudo")):
        return
    for command in (["apt-get", "update", "-q"], ["apt-get", "install", "-y", "-q", package]):
        print(f"{why}: {' '.join([*rights, *command])}", flush=True)
        if subprocess.run([*rights, *command], stdout=subprocess.DEVNULL).returncode:
            return
