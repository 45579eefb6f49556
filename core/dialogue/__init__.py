"""The conversation, ignorant of channels: what was meant, which question comes next, what is said."""
