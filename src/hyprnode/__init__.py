"""HyprNode, the agent: says how its server is, and does what it is told. Imports nothing: the nursery comes first."""
