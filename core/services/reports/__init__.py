"""The confidential channel: filing, the daily move, coming back, and what inspectors take away and bring."""
