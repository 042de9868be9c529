"""The entry point: runs the command line and is the one place where errors are printed."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

from sdctl.errors import Interrupted, SdctlError, UsageError

_FLAGS = ("--json", "--dry-run", "-v", "--verbose", "--no-color")
_VALUES = ("--stack",)


def main() -> None:
    """Run, print an error if there is one, and exit with its code."""
    argv = globals_first(sys.argv[1:])
    try:
        code = run(argv)
    except SdctlError as error:
        _print_error(error, as_json="--json" in argv)
        code = error.code
    except KeyboardInterrupt:
        end = Interrupted("interrupted", hint="The same command goes on from what is there.")
        _print_error(end, as_json="--json" in argv)
        code = end.code
    except BrokenPipeError:
        # whoever read our output has enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = 0
    except Exception:
        import traceback

        traceback.print_exc()
        print("This is a bug in sdctl: please report it with the lines above.", file=sys.stderr)
        code = 1
    sys.exit(code)


def run(argv: Sequence[str]) -> int:
    """Run one command line; its exit code. Raises ``SdctlError``; tests call this."""
    import typer

    from sdctl.cli.main import build

    try:
        result = build()(args=list(argv), prog_name="sdctl", standalone_mode=False)
    except typer.Abort:
        raise KeyboardInterrupt from None
    except typer.TyperException as error:
        raise UsageError(
            error.format_message(), hint="`sdctl --help` and `sdctl COMMAND --help` show the way."
        ) from None
    code = result if isinstance(result, int) else 0
    if code == Interrupted.code:
        raise KeyboardInterrupt
    return code


def globals_first(argv: Sequence[str]) -> list[str]:
    """Global options may stand anywhere before ``--``; here they are brought to the front."""
    front: list[str] = []
    rest: list[str] = []
    words = iter(argv)
    for word in words:
        if word == "--":
            return [*front, *rest, word, *words]
        if word in _FLAGS or any(word.startswith(f"{option}=") for option in _VALUES):
            front.append(word)
        elif word in _VALUES:
            front += [word, *(value for value in [next(words, None)] if value is not None)]
        else:
            rest.append(word)
    return [*front, *rest]


def _print_error(error: SdctlError, *, as_json: bool) -> None:
    if as_json:
        import json

        print(json.dumps(error.to_json()))
        return
    from sdctl.terminal.errors import show

    show(error)


if __name__ == "__main__":
    main()
