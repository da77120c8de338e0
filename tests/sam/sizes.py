"""Zips each function that `sam build` made as `sam deploy` does, and holds it against what Lambda takes.

sizes.py FOLDER - FOLDER is the build folder.

Limits of a deployment package: 50 MB zipped when it is uploaded in a call of Lambda's (SAM uploads by S3, which allows
more), 250 MB unzipped (https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html, "Function
configuration, deployment, and execution"). A binary for provided.al2023 can ask for glibc 2.34 at most
(https://docs.aws.amazon.com/linux/al2023/ug/glibc-gcc-and-binutils.html).
"""

import pathlib
import re
import subprocess
import sys

from samcli.lib.package.utils import make_zip_with_lambda_permissions, zip_folder
from samcli.yamlhelper import yaml_parse

MEGABYTE = 1024 * 1024
ZIPPED, UNZIPPED = 50 * MEGABYTE, 250 * MEGABYTE
GLIBC = (2, 34)


def glibc(program):
    """The newest glibc whose symbols the program asks for; nothing for a static one or a script."""
    done = subprocess.run(["readelf", "--version-info", "--wide", program], capture_output=True, text=True)
    return max((tuple(map(int, found)) for found in re.findall(r"GLIBC_(\d+)\.(\d+)", done.stdout)), default=None)


def main():
    folder = pathlib.Path(sys.argv[1])
    template = yaml_parse((folder / "template.yaml").read_text())
    functions = {name: resource for name, resource in template["Resources"].items() if resource["Type"] == "AWS::Serverless::Function"}
    wrong = [] if functions else ["there is no function"]
    print(f"{'function':<20} {'unzipped':>12} {'zipped':>12}  glibc")
    for name, function in sorted(functions.items()):
        code = folder / function["Properties"]["CodeUri"]
        files = [path for path in code.rglob("*") if path.is_file()]
        unzipped = sum(path.stat().st_size for path in files)
        with zip_folder(str(code), make_zip_with_lambda_permissions) as (path, _):
            zipped = pathlib.Path(path).stat().st_size
        needs = glibc(code / "bootstrap")
        print(f"{name:<20} {unzipped:>12,} {zipped:>12,}  {'.'.join(map(str, needs)) if needs else '-'}")
        if [path.name for path in files] != ["bootstrap"]:
            wrong.append(f"{name} has other files than bootstrap: {files}")
        if zipped > ZIPPED:
            wrong.append(f"{name}: {zipped:,} bytes zipped are more than {ZIPPED:,}")
        if unzipped > UNZIPPED:
            wrong.append(f"{name}: {unzipped:,} bytes are more than {UNZIPPED:,}")
        if needs and needs > GLIBC:
            wrong.append(f"{name} needs glibc {needs[0]}.{needs[1]}; provided.al2023 has {GLIBC[0]}.{GLIBC[1]}")
    if wrong:
        sys.exit("\n".join(wrong))


if __name__ == "__main__":
    main()
