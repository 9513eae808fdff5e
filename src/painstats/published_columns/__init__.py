"""The columns of the tables that a run publishes: type and meaning of each."""
