import signal
import sys

# Importing takes most of the start: Ctrl-C then just ends the process.
signal.signal(signal.SIGINT, signal.SIG_DFL)

from gateway.cli.main import main  # noqa: E402

sys.exit(main())
