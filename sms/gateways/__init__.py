"""One folder a gateway: its webhooks, its sender, and the one table of its codes."""
