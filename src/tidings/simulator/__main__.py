"""`python -m tidings.simulator`: the simulator as a program of its own."""

import argparse
from pathlib import Path

from tidings.simulator.main import run


def main() -> None:
    """Read the command line and serve."""
    parser = argparse.ArgumentParser(prog="tidings.simulator", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8090, help="0 takes any free port")
    parser.add_argument("--state", type=Path, required=True, help="directory of the ledger")
    parser.add_argument("--config", type=Path, help="JSON file that describes the world")
    given = parser.parse_args()
    run(given.host, given.port, given.state, config=given.config)


main()
