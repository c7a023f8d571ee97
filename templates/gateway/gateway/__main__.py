"""`python -m gateway openapi|settings`: what the gateway offers, and how it is set."""

from __future__ import annotations

import json
import sys

USAGE = "usage: python -m gateway openapi|settings"


def main(arguments: list[str]) -> int:
    """Prints one JSON document."""
    from gateway.app import create_app
    from gateway.settings import Settings

    match arguments:
        case ["openapi"]:
            document = create_app(Settings()).openapi()
        case ["settings"]:
            document = Settings().summary()
        case _:
            print(USAGE, file=sys.stderr)
            return 2
    print(json.dumps(document, indent=2, sort_keys=True))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
