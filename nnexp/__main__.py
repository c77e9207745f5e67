"""`python -m nnexp` is the same as `nnexp`."""

from nnexp.cli.main import main

if __name__ == "__main__":
    main()
