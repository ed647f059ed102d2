"""What is said of the load generator: its check finds what is wrong, and finds nothing else."""
