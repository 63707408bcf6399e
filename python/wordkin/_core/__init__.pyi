from . import kernels as kernels


from . import word2vec as word2vec

compiler: str
