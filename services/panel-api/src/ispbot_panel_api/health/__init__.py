"""What does not work now, what it means for customers, and what to do."""
