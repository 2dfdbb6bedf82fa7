from os import PathLike

import numpy as np
from numpy.typing import NDArray

def load_file(filename: str | PathLike[str]) -> dict[str, NDArray[np.float32]]: ...
