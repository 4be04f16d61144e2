"""The whole server, wired: which resources exist and what they share."""
