from . import kernels as kernels
from . import search as search
from . import text as text
from . import word2vec as word2vec
from . import vector_files as vector_files

compiler: str
