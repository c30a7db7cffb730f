"""A platform of agents: a backend takes messages, workers have the agent answer them."""
