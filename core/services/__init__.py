"""What people do, named by verbs. A function takes the session, its arguments and the time; the door commits."""
