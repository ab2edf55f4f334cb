"""Benchmarks, each a module with `main()`: speed against peers and physical limits, in the same run."""
