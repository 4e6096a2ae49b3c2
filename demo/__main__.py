"""`python -m demo`, which `./run demo` runs."""

import signal
import sys

# Importing takes most of the start: Ctrl-C then just ends the process.
signal.signal(signal.SIGINT, signal.SIG_DFL)

from demo.command import main  # noqa: E402
from gateway.standard_streams import prepare_standard_streams  # noqa: E402

prepare_standard_streams()
sys.exit(main())
