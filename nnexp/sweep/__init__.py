"""Many runs: the plan, the ledger of what is done, the launch policy, and the executors beneath it."""
