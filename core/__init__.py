"""The house behind the doors: records, policy, FAQ, dialogue, delivery, confidentiality. Knows no channel."""
