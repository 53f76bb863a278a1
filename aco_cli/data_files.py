"""The data that comes with the package: YAML, read by the loader that is written in C where there is one."""

from functools import partial
from typing import Any

import yaml

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
load_yaml = partial(yaml.load, Loader=_LOADER)
