"""What a person keeps for themselves: saved items, lists, followed topics, progress, and what they found useful."""
