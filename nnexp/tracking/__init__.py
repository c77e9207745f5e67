"""Where runs are remembered: a small protocol, a store in memory, MLflow's, and the choice between them."""
