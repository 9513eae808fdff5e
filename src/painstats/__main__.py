"""Run the command line with ``python -m painstats``."""

from painstats.cli import main

if __name__ == "__main__":
    raise SystemExit(main())
