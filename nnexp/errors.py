"""The errors that a person can do something about.

Every one of them is shown as a single line that names what was expected, what came and what to do. Anything else that
escapes is a defect of nnexp and keeps its traceback. Each class also inherits the builtin that fits, so that callers
who know nothing of nnexp can catch it.
"""


class NnexpError(Exception):
    """Whatever the person at the keyboard can mend."""


class ConfigError(NnexpError, ValueError):
    """A setting that cannot be used: unknown, of the wrong type, or out of range."""


class DataError(NnexpError, ValueError):
    """A data file that is missing, damaged, or not what it says it is."""


class PlaceError(NnexpError, OSError):
    """What this machine does not let a command have: too few files at once, say."""


class DivergedError(NnexpError, ArithmeticError):
    """Training whose parameters stopped being finite."""


class ChangedError(NnexpError, RuntimeError):
    """Code or data that were changed after a run was planned: what would be trained is not what its key says."""


class TrackingError(NnexpError, OSError):
    """A tracking store that cannot be opened, read or written."""


class NoAnswerError(TrackingError):
    """A tracking store that was asked, and did not answer in time."""


class RecordError(NnexpError, ValueError):
    """A run's record that is incomplete, contradicts itself, or holds anything but data."""


class NotFoundError(NnexpError, LookupError):
    """A run or sweep that the tracking store does not hold."""


class UnfinishedError(NnexpError, RuntimeError):
    """A run or a sweep that was begun and did not finish; what did finish is recorded."""

    def __init__(self, message: str, exit_status: int = 1) -> None:
        super().__init__(message)
        self.exit_status = exit_status


class BusyError(NnexpError, RuntimeError):
    """A sweep that another process is running."""


class InputError(NnexpError, ValueError):
    """What a command cannot use, where its exit status is an answer: this one is none."""

    exit_status = 64  # EX_USAGE of sysexits.h
