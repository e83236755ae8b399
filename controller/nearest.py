"""A name that nobody knows, and those that were probably meant. Pure."""

from collections.abc import Collection
from difflib import get_close_matches


def meant(name: str, known: Collection[str]) -> str:
    """What to write instead of `name`; a file lists what no guess finds."""
    near = " or ".join(get_close_matches(name, known, n=3))
    return f"did you mean {near}?" if near else "`footloop init` writes a file that lists all"


def unknown(name: str, known: Collection[str]) -> str:
    """That a file's word is none, and what to write instead: what is near, or else all there is."""
    likely = " or ".join(get_close_matches(name, known, n=3))
    return f"there is no such word; {f'did you mean {likely}?' if likely else listed(known)}"


def listed(known: Collection[str]) -> str:
    """All there is."""
    return f"known: {', '.join(known)}" if known else "nothing may stand here"
