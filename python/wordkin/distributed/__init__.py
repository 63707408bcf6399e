"""Training of one model by several processes, which may run on different machines.

A `Communicator` connects the processes. `MpiCommunicator` and `TorchCommunicator` are adapters of mpi4py and
torch.distributed; processes are started by their launchers, such as ``mpiexec``, ``srun`` and ``torchrun``.
"""

from .communicator import Communicator, LocalCommunicator
from .mpi import MpiCommunicator
from .torch import TorchCommunicator

__all__ = ["Communicator", "LocalCommunicator", "MpiCommunicator", "TorchCommunicator"]
