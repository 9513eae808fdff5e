"""Apps that record sleep: Sleep Cycle, Sleep as Android, Zepp Life, AutoSleep."""
