"""What the iPhone app Health Auto Export writes by itself every night."""
