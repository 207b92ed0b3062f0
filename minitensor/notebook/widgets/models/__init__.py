"""What the widgets know and do, without a browser: each model has a `picture()`, and `facts()`.

`picture()` is the drawing of its state and `facts()` the same in words, as (label, text) pairs.
`code()` gives the lines of code that the student's choices stand for.
"""
