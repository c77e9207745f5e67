"""The commands. Each module is imported only when its command runs, so that `nnexp --help` is quick."""
