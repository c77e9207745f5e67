"""Where runs are run: in this process, or in worker processes."""
