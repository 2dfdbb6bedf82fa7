"""Becomes Tesseract, confined: `python -I -S launch.py PACKAGE_PARENT MEMORY_BYTES CPU_S DATA_DIR PROGRAM ARGUMENT…`.

Imports the standard library and the sandbox only, so that it adds some 20 ms to a page. The pictures that Tesseract
gets come from strangers, so it may read its language data and nothing else, and write to its pipe only.
"""

import os
import resource
import sys

# Searches and answers come before pages that wait for recognition.
NICE = 5


def main() -> None:
    package_parent, memory_bytes, cpu_s, data_dir, program, *arguments = sys.argv[1:]
    sys.path.insert(0, package_parent)
    from opentrace.adapters.local.parser.sandbox import confine

    os.nice(NICE)
    resource.setrlimit(resource.RLIMIT_CPU, (int(cpu_s), int(cpu_s)))
    confine(memory_bytes=int(memory_bytes), readable=(data_dir, program), becomes_program=True)
    os.execv(program, [program, *arguments])  # noqa: S606 -- this is the point of it


if __name__ == "__main__":
    main()
