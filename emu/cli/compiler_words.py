"""A command line of the C compiler's: which of its words are sources, what is read, where the output goes."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

C_SUFFIXES = (".c", ".i")
CXX_SUFFIXES = (".cc", ".cpp", ".cxx", ".c++", ".C", ".ii")
PREPROCESSED = {".i": "c", ".ii": "c++"}  # which zig doesn't know by their names
TAKE_A_FILE = ("-o", "-include", "-imacros", "-MF", "-MT", "-MQ")
TAKE_A_WORD = frozenset(
    "-o -MF -MT -MQ -D -U -I -L -l -x -e -u -z -T -h -target -arch -isystem -idirafter -iquote -iprefix -isysroot "
    "-Xlinker -Xclang -Xpreprocessor -Xassembler -mllvm --param".split()
)  # the next one, which is no input


def is_c(path: str) -> bool:
    """Whether a name is that of a C or C++ source."""
    return path.endswith(C_SUFFIXES) or is_cxx(path)


def is_cxx(path: str) -> bool:
    """Whether a name is that of a C++ source: then libc++ is linked."""
    return path.endswith(CXX_SUFFIXES)


def for_zig(arguments: Sequence[str]) -> list[str]:
    """A command line of clang's as zig takes it."""
    chosen = ["-Wno-unused-command-line-argument"] if "-S" in arguments else []  # of the -c that it adds by itself
    told = "none"  # the user's own -x
    for before, word in zip(("", *arguments), arguments, strict=False):
        told = word if before == "-x" else word[2:] or told if word.startswith("-x") else told
        file = before not in TAKE_A_FILE and is_c(word) and Path(word).is_file()
        path = f"./{word}" if file and word.startswith("-") else word
        language = PREPROCESSED.get(Path(word).suffix) if file and told == "none" else None
        chosen += ["-x", language, path, "-x", "none"] if language else [path]
    return chosen


def sources_among(arguments: Sequence[str]) -> list[str]:
    """The C and C++ sources on a command line."""
    pairs = zip(("", *arguments), arguments, strict=False)
    return [word for before, word in pairs if is_c(word) and not word.startswith("-") and before != "-o"]


def inputs_among(arguments: Sequence[str]) -> list[str]:
    """All files that are read: sources, objects, libraries, and what -include names."""
    pairs = zip(("", *arguments), arguments, strict=False)
    return [word for before, word in pairs if before not in TAKE_A_WORD and is_file(word)]


def is_file(word: str) -> bool:
    """Whether there is a file of this name, which may be any text."""
    try:
        return Path(word).is_file()
    except (OSError, ValueError):
        return False


def short_output(arguments: Sequence[str]) -> tuple[str, ...]:
    """The same with -o for --output, which zig doesn't know."""
    words: list[str] = []
    for word in arguments:
        words += ["-o", word.removeprefix("--output=")] if word.startswith("--output=") else [word]
    return tuple("-o" if word == "--output" else word for word in words)


def output_among(arguments: Sequence[str]) -> str:
    """What -o names on a command line, or ''."""
    joined = [word[2:] for word in arguments if word.startswith("-o") and len(word) > 2]
    apart = [word for before, word in pairwise(arguments) if before == "-o"]
    return (joined + apart)[-1] if joined or apart else ""
