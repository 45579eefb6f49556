"""Staff in chat: linked by a one-time code, acting only with proof, and out of office at once."""
