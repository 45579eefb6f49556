"""The scheduler: one table of jobs; a job opens a session, calls one service, commits."""
