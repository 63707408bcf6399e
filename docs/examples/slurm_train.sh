#!/bin/bash
#SBATCH --job-name=wordkin
#SBATCH --nodes=4
#SBATCH --ntasks-per-node=1
#SBATCH --cpus-per-task=32
#SBATCH --mem=64G
#SBATCH --time=04:00:00
#SBATCH --signal=TERM@300
#SBATCH --requeue

# The same job resumes from the checkpoints when it is submitted or queued again.
srun --mpi=pmix wordkin train "$HOME/texts/" -o vectors.safetensors --distributed mpi --sg --max-isa avx2 \
    --workers "$SLURM_CPUS_PER_TASK" --checkpoint checkpoints --checkpoint-epochs 1
