"""Jobs: bash under a supervisor that outlives the agent, and the agent that follows it."""
