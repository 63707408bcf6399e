from collections.abc import Sequence

from . import elmo as elmo
from . import kernels as kernels
from . import optim as optim
from . import phrases as phrases
from . import search as search
from . import tasks as tasks
from . import text as text
from . import vector_files as vector_files
from . import word2vec as word2vec

compiler: str

def end_calls(threads: Sequence[int], /) -> None: ...
