"""How fast minitensor is, next to PyTorch, NumPy by hand, and other small engines.

`python -m benchmarks` in the root of the repository runs everything; `--help` names the options.
"""
