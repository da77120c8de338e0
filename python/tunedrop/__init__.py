"""Checks datasets for Amazon Bedrock model customization, and trains custom models with a tunedrop stack."""

from ._advise import Advice, Question, advise, advise_questions
from ._data import Estimate, check, estimate
from ._records import Data
from ._report import FileReport, Finding, Report, Statistics, TokenRange, ValidationError
from ._reshape import Conversion, FixedFile, SplitFiles, convert, fix, split
from ._stack import Run, runs, submit, watch
from ._tunedrop import TunedropError, __version__

# Tracebacks show where users import it from.
ValidationError.__module__ = __name__

__all__ = [
    "Advice",
    "Conversion",
    "Data",
    "Estimate",
    "FileReport",
    "Finding",
    "FixedFile",
    "Question",
    "Report",
    "Run",
    "SplitFiles",
    "Statistics",
    "TokenRange",
    "TunedropError",
    "ValidationError",
    "__version__",
    "advise",
    "advise_questions",
    "check",
    "convert",
    "estimate",
    "fix",
    "runs",
    "split",
    "submit",
    "watch",
]
