"""What comes later: the day after activity, days 2 to 7 after it, and days 8 to 28."""
