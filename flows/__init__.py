"""Prefect flows: the nightly run. The only folder that knows Prefect.

Importing this package sets Prefect up, before Prefect itself is imported: nothing leaves the machine, the embedded
server gets time to start and keeps every task's record. A variable that is already set is left alone.
"""

import os
from pathlib import Path

QUIET_AND_LOCAL = {
    # The models are many small matrix products, which more threads only slow down.
    "OPENBLAS_NUM_THREADS": "1",
    "DO_NOT_TRACK": "1",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
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
for name, value in QUIET_AND_LOCAL.items():
    os.environ.setdefault(name, value)
Path(os.environ["PREFECT_HOME"]).mkdir(parents=True, exist_ok=True)
