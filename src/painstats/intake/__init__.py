"""From the inbox to records: what is new, read, checked and loaded."""
