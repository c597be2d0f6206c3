"""Lines that are not run: shell commands, installations, and what belongs to Colab's own folders.

Only text is looked at: a notebook is never parsed here. Lines that IPython would hand to a shell are
replaced one by one, so that everything else in their cell still runs.
"""

from __future__ import annotations

import re
from typing import Final

SHELL: Final = "no shell commands are run"
INSTALLING: Final = "nothing is installed"
FOLDER: Final = "the working folder is set already"
COLAB: Final = "Colab is not here; a stand-in does nothing"

_ALIASES: Final = (
    "cat|chmod|cp|curl|env|git|ldir|less|lf|lk|ll|ln|ls|lx|make|man|mkdir|more|mv|rm|rmdir|tar|unzip|wget"
)

#: Lines that are taken out.
_OUT: Final = (
    (re.compile(r"\s*[!%](?:pip3?|conda|mamba|uv|apt(?:-get)?)\b"), INSTALLING),
    (re.compile(r"\s*[!%]cd\b"), FOLDER),
    (re.compile(r"\s*!(?!=)"), SHELL),
    (re.compile(rf"\s*%(?:sx|sc|system|{_ALIASES})\b"), SHELL),
    (re.compile(r"\s*os\.chdir\(.*/content\b"), FOLDER),
    (re.compile(r"\s*assert\s*\(?\s*FOLDERNAME\b"), FOLDER),
)
#: Lines that stay and do nothing.
_INERT: Final = re.compile(r"\s*(?:from\s+google\.colab\b|import\s+google\.colab\b|(?:drive|files)\.\w+\()")
_CAPTURED: Final = re.compile(r"(\s*[A-Za-z_][\w, ]*=\s*)!(?!=)")
_WHOLE_CELL: Final = re.compile(r"\s*%%(?:bash|sh|script|system|sx|!|perl|ruby|cmd)\b|\s*!!")


def without_what_is_not_run(source: str) -> tuple[str, tuple[tuple[str, str], ...]]:
    """A code cell as it is run, and the lines of it that are not, each with the reason.

    Parameters
    ----------
    source : str
    """
    lines = source.split("\n")
    if _WHOLE_CELL.match(source):
        first = next(line for line in lines if line.strip())
        return "", ((first.strip(), SHELL),)
    kept: list[str] = []
    left_out: list[tuple[str, str]] = []
    going_on = ""  # the reason of the line above, if it ends with a backslash
    for line in lines:
        reason = going_on or _reason(line)
        captured = _CAPTURED.match(line)
        if captured and not going_on:
            reason, line_kept = SHELL, f"{captured.group(1)}[]"
        elif reason and going_on:
            line_kept = ""
        elif reason:
            line_kept = f"{line[: len(line) - len(line.lstrip())]}pass"
        else:
            line_kept = line
        kept.append(line_kept)
        if reason:
            left_out.append((line.strip(), reason))
        elif _INERT.match(line):
            left_out.append((line.strip(), COLAB))
        going_on = reason if reason and line.endswith("\\") else ""
    return "\n".join(kept), tuple(left_out)


def _reason(line: str) -> str:
    return next((reason for pattern, reason in _OUT if pattern.match(line)), "")
