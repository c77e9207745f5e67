"""Many runs: the plan, the ledger of what is done, the launch policy, and the executors beneath it."""

import sys

from nnexp import CallablePackage

sys.modules[__name__].__class__ = CallablePackage
