"""What a worker imports: a run's spec and key, and the events that it says while it trains."""
