// Vec of the instruction set that the including file is compiled for; isa_*.cpp says which.
#pragma once

#include WORDKIN_VEC_HEADER
