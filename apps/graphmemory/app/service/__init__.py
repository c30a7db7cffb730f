"""What the programs of the system have in common."""
