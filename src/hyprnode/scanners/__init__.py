"""What a node can look at."""
