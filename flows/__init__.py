"""Prefect flows: the nightly run, the cohort analysis, a personal report. The only folder that knows Prefect.

Importing this package sets Prefect up, before Prefect itself is imported: nothing leaves the machine, the embedded
server gets time to start and keeps every task's record. Telemetry is off whatever is set; any other variable that is
already set is left alone. Importing it makes no folder: :func:`make_home` does, for the programs.
"""

import os
import warnings
from pathlib import Path

NO_TELEMETRY = {
    "DO_NOT_TRACK": "1",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
}
DEFAULTS = {
    # The models are many small matrix products, which more threads only slow down.
    "OPENBLAS_NUM_THREADS": "1",
    "PREFECT_HOME": str(Path.home() / ".painstats" / "prefect"),
    "PREFECT_LOGGING_LEVEL": "WARNING",
    "PREFECT_SERVER_ALLOW_EPHEMERAL_MODE": "true",
    "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "120",
    # The recorder's defaults lose task records when an embedded server stops.
    "PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_BATCH_SIZE": "200",
    "PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_READ_BATCH_SIZE": "200",
    "PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_FLUSH_INTERVAL": "0.5",
}

os.umask(0o077)
os.environ.update(NO_TELEMETRY)
for name, value in DEFAULTS.items():
    os.environ.setdefault(name, value)
for name in ("no_proxy", "NO_PROXY"):  # what is meant for this machine goes through no proxy
    os.environ[name] = ",".join(filter(None, [os.environ.get(name), "127.0.0.1,localhost"]))
warnings.filterwarnings("ignore", "Failed to create the Prefect home directory")  # if only the flows are imported


def make_home() -> None:
    """Make Prefect's home, readable only by its owner."""
    Path(os.environ["PREFECT_HOME"]).mkdir(parents=True, exist_ok=True)
