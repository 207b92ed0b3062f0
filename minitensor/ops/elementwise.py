from . import arithmetic, compare, functions, fused, powers, select, signs, aliases
