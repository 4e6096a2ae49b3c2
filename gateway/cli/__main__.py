"""The program `bonin`: what has to be set before any library is loaded, and the command."""

import gc
import os
import signal
import sys
from typing import Any, NoReturn, cast

from gateway.cli.main import main
from gateway.standard_streams import prepare_standard_streams
from gateway.uncaught import tell_by_place


def program() -> NoReturn:
    # Importing takes most of the start: Ctrl-C then just ends the process.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    prepare_standard_streams()
    tell_by_place()
    # What is imported stays: a few looks for cycles in it are enough.
    gc.set_threshold(50_000)
    # pydantic would look through every package that is installed for a plugin, which would then see every body.
    os.environ["PYDANTIC_DISABLE_PLUGINS"] = "__all__"
    # structlog would draw with rich wherever that happens to be installed, and bring a tenth of a start along.
    cast(dict[str, Any], sys.modules)["rich"] = None
    sys.exit(main())


if __name__ == "__main__":
    program()
