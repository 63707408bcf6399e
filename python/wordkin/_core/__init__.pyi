from . import kernels as kernels

compiler: str
