"""Finds the program `tunedrop` of this package."""

import os
import sys
import sysconfig

from ._tunedrop import TunedropError


def program() -> str:
    """Returns the path of the program that was installed with this package."""
    name = "tunedrop.exe" if os.name == "nt" else "tunedrop"
    package = os.path.dirname(os.path.abspath(__file__))
    folders = [
        sysconfig.get_path("scripts"),
        sysconfig.get_path("scripts", scheme=sysconfig.get_preferred_scheme("user")),
        os.path.dirname(sys.executable),
        # `pip install --target FOLDER`
        os.path.join(os.path.dirname(package), "bin"),
    ]
    for folder in folders:
        path = os.path.join(folder, name)
        if os.path.isfile(path):
            return path
    raise TunedropError(f"the program tunedrop isn't in {', '.join(folders)}; install the package again")
