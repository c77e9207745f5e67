"""Points of a space, and who asks for them. Knows no runs and no store."""

import sys

from nnexp import CallablePackage

sys.modules[__name__].__class__ = CallablePackage
