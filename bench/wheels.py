"""How large are the wheels?

python -m bench.wheels dist
"""

from __future__ import annotations

import argparse
from pathlib import Path

from bench.compare import add_record_flag
from bench.recording import recording


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    add_record_flag(parser)
    options = parser.parse_args()
    wheels = sorted(options.folder.glob("*.whl"))
    if not wheels:
        parser.error(f"no wheels in {options.folder}")
    with recording(options) as record:
        for wheel in wheels:
            _, _, *tags = wheel.stem.split("-")
            megabytes = wheel.stat().st_size / 1e6
            print(f"{megabytes:.2f} MB  {wheel.name}")
            record.add("-".join(tags), "wordkin", "MB", [megabytes])


if __name__ == "__main__":
    main()
