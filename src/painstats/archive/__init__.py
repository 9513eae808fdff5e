"""An export as it came, opened once: a file, a zip or a folder."""
