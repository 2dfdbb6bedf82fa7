"""Writes the files of the embedding model into the package, for a wheel to carry: `make dist` runs it."""

import shutil

from opentrace.adapters.local.minilm import package_file, prepare_model
from opentrace.adapters.local.minilm_files import SHIPPED_FOLDER


def main() -> None:
    for earlier in SHIPPED_FOLDER.glob("*.onnx"):
        earlier.unlink()
    prepare_model(SHIPPED_FOLDER)
    shutil.copyfile(package_file("tokenizer.json"), SHIPPED_FOLDER / "tokenizer.json")


if __name__ == "__main__":
    main()
