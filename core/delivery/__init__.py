"""What came in and what goes out: each message handled once, sent once, its fate noted."""
