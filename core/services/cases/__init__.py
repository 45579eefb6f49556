"""Cases: raised by anybody at the line, followed by number, decided by the officers of the level above."""
