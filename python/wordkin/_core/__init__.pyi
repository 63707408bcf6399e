from . import charcnn as charcnn
from . import elmo as elmo
from . import kernels as kernels
from . import linalg as linalg
from . import optim as optim
from . import phrases as phrases
from . import recurrent as recurrent
from . import search as search
from . import softmax as softmax
from . import tasks as tasks
from . import text as text
from . import vector_files as vector_files
from . import word2vec as word2vec

compiler: str
