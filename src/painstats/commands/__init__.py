"""What each command does and prints: one file a command, imported when it is used; no logic of the stages."""
