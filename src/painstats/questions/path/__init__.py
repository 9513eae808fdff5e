"""The path from activity through sleep to an outcome, and the way back from the outcome to both."""
