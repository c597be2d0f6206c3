"""What the hand-ins of `grader demo` answer to the inline questions, in our own words."""

from __future__ import annotations

from collections.abc import Mapping

RIGHT: Mapping[str, str] = {
    "fc-q1": """1 and 2. The sigmoid is flat where its input is far from zero, on either side, so the
gradient is close to zero there. ReLU has a gradient of exactly zero for every negative
input. Leaky ReLU keeps a small slope for negative inputs and never has a zero gradient.""",
    "fc-q2": """The five-layer network was harder to train, and it is more sensitive to the scale of the
initial weights. The signal is multiplied by one more matrix in every layer, so a scale
that is a little too small or too large makes activations and gradients vanish or explode
exponentially with the depth.""",
    "fc-q3": """AdaGrad divides by the root of a cache to which the squared gradient is added in every
step. The cache only ever grows, so the updates become smaller and smaller. Adam does not
have this problem: it uses a decaying average of the squared gradients, which forgets the
old ones and does not grow without bound.""",
    "bn-q1": """With batch normalization the final accuracy hardly depends on the scale of the initial
weights; the baseline only learns in a narrow range of it. Batch normalization rescales
the activations of every layer to zero mean and unit variance, so whatever the scale of
the weights does to them is undone, and they neither vanish nor explode.""",
    "bn-q2": """The larger the batch, the better batch normalization works; with a batch of 5 it is worse
than the baseline. Mean and variance are estimated from the batch, and with few examples
these estimates are noisy.""",
    "bn-q3": """Step 3 is analogous to batch normalization: the mean is taken over all images. Step 2 is
analogous to layer normalization: every image is scaled by itself. 1 and 4 are neither.""",
    "bn-q4": """2. The mean and variance of layer normalization are computed over the features of one
example. With very few features they are noisy estimates.""",
    "do-q1": """Without the division the activations in training are only p times as large as at test
time, where nothing is dropped. The expected scale of the layers' inputs then differs
between training and test, and the predictions at test time are off.""",
    "do-q2": """With dropout the training accuracy is lower and the validation accuracy slightly higher,
so the gap between the two is smaller: dropout reduces overfitting, it acts as a
regularizer.""",
    "do-q3": """Keep more units, that is, increase p (or leave it). A smaller network has less capacity
and overfits less, so it needs less dropout.""",
}

MISTAKEN: Mapping[str, str] = {
    **RIGHT,
    "fc-q1": "ReLU only: its gradient is zero for negative inputs.",
    "bn-q3": "1 and 2 are like layer normalization, 3 is like batch normalization.",
    "bn-q4": "3. A strong regularization makes all weights small.",
    "do-q3": "Decrease p, so that fewer units are kept.",
}
"""The right ones, but for four."""
