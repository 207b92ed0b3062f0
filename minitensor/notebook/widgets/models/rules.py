"""What each operation does to the gradient that arrives at it, in words."""

RULES = {
    "Add": "a sum hands the gradient to each term unchanged (times alpha, if there is one)",
    "Sub": "a difference hands the gradient to the first term, and minus the gradient to the second",
    "Rsub": "a difference hands on minus the gradient",
    "Mul": "the derivative of a product by one factor is the other factor",
    "Div": "by the numerator the derivative is 1/b; by the denominator it is -a/b²",
    "Neg": "the sign flips",
    "Pow": "the derivative of xⁿ is n·xⁿ⁻¹",
    "Square": "the derivative of x² is 2x",
    "Sqrt": "the derivative of √x is 1 / (2√x): half of one over the result",
    "Rsqrt": "the derivative of 1/√x is -½ times the result cubed",
    "Reciprocal": "the derivative of 1/x is minus the result squared",
    "Exp": "the derivative of eˣ is eˣ itself: the saved result",
    "Log": "the derivative of log x is 1/x",
    "Sin": "the derivative of sin x is cos x",
    "Cos": "the derivative of cos x is -sin x",
    "Tanh": "the derivative of tanh x is 1 minus the result squared",
    "Sigmoid": "the derivative is s·(1 - s), with s the saved result",
    "Relu": "1 where the input was positive, 0 elsewhere",
    "Abs": "1 where x was positive, -1 where it was negative",
    "Clamp": "1 inside the limits, 0 where the value was cut off",
    "Sum": "every element counted once, so each gets the gradient: it is spread out again",
    "Mean": "every one of the n elements counted 1/n, so each gets the gradient divided by n",
    "Prod": "the derivative by one factor is the product of all others",
    "Var": "each element gets 2(x - mean)/(n - 1) times the gradient",
    "Max": "only the largest element counted, so it alone gets the gradient",
    "Min": "only the smallest element counted, so it alone gets the gradient",
    "Amax": "only the largest elements counted; they share the gradient",
    "Amin": "only the smallest elements counted; they share the gradient",
    "Mm": "for A @ B: grad @ Bᵀ goes to A, and Aᵀ @ grad to B",
    "Addmm": "the bias gets the gradient; for A @ B: grad @ Bᵀ goes to A, and Aᵀ @ grad to B",
    "Bmm": "for each A @ B of the batch: grad @ Bᵀ goes to A, and Aᵀ @ grad to B",
    "Mv": "for A @ v: the outer product grad·vᵀ goes to A, and Aᵀ @ grad to v",
    "Dot": "for a·b: a gets b times the gradient, and b gets a times the gradient",
    "Where": "each side gets the gradient at the places that were taken from it",
    "MseLoss": "each element gets 2(input - target)/n times the gradient",
    "Softmax": "s·(grad - sum(grad·s)), with s the saved result",
    "LogSoftmax": "grad - softmax·sum(grad)",
    "Clone": "a copy hands the gradient on unchanged",
    "Cat": "the gradient is cut into the pieces that were joined",
    "Stack": "the gradient is cut into the pieces that were joined",
    "Unbind": "the gradients of the pieces are joined again",
    "Split": "the gradients of the pieces are joined again",
    "Expand": "one element was used many times: its gradients add up",
    "CopySlices": "the changed part gets its own gradient; the rest goes on to what was there before",
}
MOVES = (
    "View", "UnsafeView", "Reshape", "ReshapeAlias", "T", "Transpose", "Permute", "Squeeze",
    "Unsqueeze", "Flatten", "Unflatten", "Alias", "AsStrided", "Movedim", "Flip", "Roll",
)  # fmt: skip
PICKS = ("Select", "Slice", "Index", "IndexSelect", "Gather", "Diagonal", "MaskedSelect", "Narrow")


def rule(name):
    """The rule of the operation with this short name, such as "Mul".

    >>> rule("Neg")
    'the sign flips'
    """
    if name in RULES:
        return RULES[name]
    if name in MOVES:
        return "elements only changed places: the gradient goes back into the old shape"
    if name in PICKS:
        return "the elements that were picked get the gradient, all others get 0"
    return "its own formula, the chain rule: incoming gradient times its derivative"
