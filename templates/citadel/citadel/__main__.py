"""`python -m citadel COMMAND`."""

import sys

from citadel.cli import main

sys.exit(main(sys.argv[1:]))
