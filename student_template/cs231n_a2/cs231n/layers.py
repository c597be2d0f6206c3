"""Layers and losses: the forward and the backward pass of each.

What is marked TODO is for you to write; the docstrings say what it has to do.
"""

import numpy as np


def affine_forward(x, w, b):
    """Forward pass of an affine layer: ``out = x w + b`` with every example flattened to a row.

    Parameters
    ----------
    x : ndarray of shape (N, d_1, ..., d_k)
        A mini-batch of N examples; D = d_1 * ... * d_k.
    w : ndarray of shape (D, M)
        Weights.
    b : ndarray of shape (M,)
        Biases.

    Returns
    -------
    out : ndarray of shape (N, M)
    cache : tuple
        What `affine_backward` needs.

    Raises
    ------
    ValueError
        If the shapes do not fit each other.
    """
    # TODO: Flatten every example to a row of D numbers, multiply by the weights and add the biases.
    # Keep in `cache` what the backward pass will ask for.
    out = None
    cache = None
    return out, cache


def affine_backward(dout, cache):
    """Backward pass of an affine layer.

    Parameters
    ----------
    dout : ndarray of shape (N, M)
        Gradient of the loss with respect to ``out``.
    cache : tuple
        From `affine_forward`.

    Returns
    -------
    dx : ndarray of shape (N, d_1, ..., d_k)
        In the shape that ``x`` came in.
    dw : ndarray of shape (D, M)
    db : ndarray of shape (M,)

    Raises
    ------
    ValueError
        If ``dout`` does not have the shape of ``out``.
    """
    # TODO: Find the gradient of each of the three inputs. Each has the shape of its variable; the
    # sums over examples and outputs become matrix products.
    dx = None
    dw = None
    db = None
    return dx, dw, db


def relu_forward(x):
    """Forward pass of the rectified linear unit: ``out = max(x, 0)``, element by element.

    Parameters
    ----------
    x : ndarray of any shape (N, ...)

    Returns
    -------
    out : ndarray of the shape of ``x``
    cache : tuple
        What `relu_backward` needs.

    Raises
    ------
    ValueError
        If ``x`` is a scalar or does not hold real numbers.
    """
    # TODO: Replace every negative number by zero, in a new array: `x` must not change. Keep in
    # `cache` what tells the units that are on from those that are off.
    out = None
    cache = None
    return out, cache


def relu_backward(dout, cache):
    """Backward pass of the rectified linear unit.

    A unit counts as on where ``x > 0``; at ``x = 0``, where the function has a kink, it is off.

    Parameters
    ----------
    dout : ndarray of the shape of ``x``
        Gradient of the loss with respect to ``out``.
    cache : tuple
        From `relu_forward`.

    Returns
    -------
    dx : ndarray of the shape of ``x``

    Raises
    ------
    ValueError
        If ``dout`` does not have the shape of ``x``.
    """
    # TODO: Decide for each element whether a small change of the input would have changed the
    # output, and let the upstream gradient through accordingly.
    dx = None
    return dx


def softmax_loss(x, y):
    """Softmax (cross-entropy) loss of a batch of scores, and its gradient.

    The loss is the mean over the examples of the negative log-probability of the right class. It
    neither overflows nor becomes infinite for large scores.

    Parameters
    ----------
    x : ndarray of shape (N, C)
        Scores: ``x[n, c]`` for class c of example n.
    y : ndarray of integers of shape (N,)
        The right classes, ``0 <= y[n] < C``.

    Returns
    -------
    loss : float
    dx : ndarray of shape (N, C)
        Gradient of the loss with respect to ``x``.

    Raises
    ------
    ValueError
        If the shapes do not fit each other, the batch is empty, or a label is no class.
    """
    # TODO: Turn the scores into log-probabilities without overflow for scores around 1000, take the
    # mean loss of the right classes from these, and differentiate it with respect to every score.
    # `x` must not change.
    dx = None
    loss = None
    return loss, dx


def svm_loss(x, y):
    """Multiclass SVM (hinge) loss of a batch of scores with a margin of 1, and its gradient.

    The loss of an example is the sum of its margins over the wrong classes, where the margin of a
    class is ``max(0, its score - score of the right class + 1)``; the result is the mean over the
    examples. A margin of exactly 0 has gradient 0.

    Parameters
    ----------
    x : ndarray of shape (N, C)
        Scores: ``x[n, c]`` for class c of example n.
    y : ndarray of integers of shape (N,)
        The right classes, ``0 <= y[n] < C``.

    Returns
    -------
    loss : float
    dx : ndarray of shape (N, C)
        Gradient of the loss with respect to ``x``.

    Raises
    ------
    ValueError
        If the shapes do not fit each other, the batch is empty, or a label is no class.
    """
    # TODO: Compute the margins of all wrong classes at once and take their mean loss. Then ask, for
    # each score, which margins it takes part in and with which sign.
    loss = None
    dx = None
    return loss, dx


def batchnorm_forward(x, gamma, beta, bn_param):
    """Forward pass of batch normalization.

    In training every feature is normalized with the mean and the variance of the mini-batch, and
    running averages of both are kept::

        running_mean = momentum * running_mean + (1 - momentum) * mean
        running_var = momentum * running_var + (1 - momentum) * var

    At test time the running averages take the place of the mini-batch's mean and variance. In both
    modes gamma scales and beta shifts the normalized features.

    Parameters
    ----------
    x : ndarray of shape (N, D)
    gamma : ndarray of shape (D,)
        Scale of every feature.
    beta : ndarray of shape (D,)
        Shift of every feature.
    bn_param : dict
        ``mode`` : 'train' or 'test'
            Required.
        ``eps`` : float, default 1e-5
            Added to the variance, inside the square root.
        ``momentum`` : float, default 0.9
            The share that a running average keeps of its old value.
        ``running_mean``, ``running_var`` : ndarray of shape (D,), default zeros
            The running averages. Both keys are written at the end of every call: new arrays in the
            dtype of ``x`` after training, the values they had after test mode. This is the one
            change that is made to an argument.

    Returns
    -------
    out : ndarray of shape (N, D)
    cache : tuple
        What `batchnorm_backward` and `batchnorm_backward_alt` need.

    Raises
    ------
    ValueError
        If the shapes do not fit each other, the mode is neither of the two, or there is no example
        to train on.

    Notes
    -----
    The variance is the biased one: the sum of squares is divided by N, for normalizing as well as for
    the running average. The paper's correction of the running variance by N / (N - 1) is not made.

    References
    ----------
    S. Ioffe and C. Szegedy, "Batch Normalization: Accelerating Deep Network Training by Reducing
    Internal Covariate Shift", 2015.
    """
    # TODO: Optional: raise the errors for shapes that the docstring promises.
    mode = bn_param.get("mode")
    eps = float(bn_param.get("eps", 1e-5))
    momentum = float(bn_param.get("momentum", 0.9))

    N, D = x.shape
    running_mean = bn_param.get("running_mean", np.zeros(D, dtype=x.dtype))
    running_var = bn_param.get("running_var", np.zeros(D, dtype=x.dtype))

    if mode == "train":
        # TODO: Compute the mean and the (biased) variance of every feature over the mini-batch,
        # normalize with them, then scale and shift. Keep in `cache` what the backward pass will ask
        # for. Blend mean and variance into `running_mean` and `running_var`, as the docstring says,
        # without changing the arrays that came in.
        out = None
        cache = None
    elif mode == "test":
        # TODO: Normalize with the running averages instead of the mini-batch's own mean and
        # variance, then scale and shift as in training. The running averages stay as they are.
        out = None
        cache = None
    else:
        raise ValueError(f"bn_param['mode']: got {mode!r}, wanted 'train' or 'test'")

    # The next call, in either mode, starts from these.
    bn_param["running_mean"] = running_mean
    bn_param["running_var"] = running_var

    return out, cache


def batchnorm_backward(dout, cache):
    """Backward pass of batch normalization, node by node through the computational graph.

    Draw the graph of the forward pass with one simple operation per node, and walk back through it.
    A node that feeds several others collects a gradient from each of them.

    Parameters
    ----------
    dout : ndarray of shape (N, D)
        Gradient of the loss with respect to ``out``.
    cache : tuple
        From `batchnorm_forward`. After test mode the running averages count as constants.

    Returns
    -------
    dx : ndarray of shape (N, D)
    dgamma : ndarray of shape (D,)
    dbeta : ndarray of shape (D,)

    Raises
    ------
    ValueError
        If ``dout`` does not have the shape of ``out``.
    """
    # TODO: Go through the nodes of your forward pass in reverse order and give every intermediate
    # result its gradient. Two of them have two branches each: add up what comes back.
    dbeta = None
    dgamma = None
    dx = None
    return dx, dgamma, dbeta


def batchnorm_backward_alt(dout, cache):
    """Backward pass of batch normalization, by a formula simplified on paper.

    The same gradients as `batchnorm_backward` from the same cache, with fewer operations.

    Parameters
    ----------
    dout : ndarray of shape (N, D)
        Gradient of the loss with respect to ``out``.
    cache : tuple
        From `batchnorm_forward`. After test mode the running averages count as constants.

    Returns
    -------
    dx : ndarray of shape (N, D)
    dgamma : ndarray of shape (D,)
    dbeta : ndarray of shape (D,)

    Raises
    ------
    ValueError
        If ``dout`` does not have the shape of ``out``.
    """
    # TODO: Work out on paper how one element of `x` changes each element of the output, add up over
    # the output, and simplify until `dx` fits on one line. Look for sums that you have already
    # computed.
    dbeta = None
    dgamma = None
    dx = None
    return dx, dgamma, dbeta


def layernorm_forward(x, gamma, beta, ln_param):
    """Forward pass of layer normalization, the same in training and at test time.

    Every example is normalized with the mean and the variance of its own features. Then gamma scales
    and beta shifts every feature, as in batch normalization.

    Parameters
    ----------
    x : ndarray of shape (N, D)
    gamma : ndarray of shape (D,)
        Scale of every feature.
    beta : ndarray of shape (D,)
        Shift of every feature.
    ln_param : dict
        ``eps`` : float, default 1e-5
            Added to the variance, inside the square root.

        Other keys, such as ``mode``, have no effect.

    Returns
    -------
    out : ndarray of shape (N, D)
    cache : tuple
        What `layernorm_backward` needs.

    Raises
    ------
    ValueError
        If the shapes do not fit each other, or the examples have no features.

    Notes
    -----
    The variance is the biased one: the sum of squares is divided by D.

    References
    ----------
    J. L. Ba, J. R. Kiros and G. E. Hinton, "Layer Normalization", 2016.
    """
    eps = float(ln_param.get("eps", 1e-5))
    # TODO: Start from your training code of batch norm. Change the axis of the statistics, and see
    # to it that they broadcast against `x`; gamma and beta stay with the features. Keep in `cache`
    # what the backward pass will ask for.
    out = None
    cache = None
    return out, cache


def layernorm_backward(dout, cache):
    """Backward pass of layer normalization.

    Parameters
    ----------
    dout : ndarray of shape (N, D)
        Gradient of the loss with respect to ``out``.
    cache : tuple
        From `layernorm_forward`.

    Returns
    -------
    dx : ndarray of shape (N, D)
    dgamma : ndarray of shape (D,)
    dbeta : ndarray of shape (D,)

    Raises
    ------
    ValueError
        If ``dout`` does not have the shape of ``out``.
    """
    # TODO: Start from your backward pass of batch norm. Before you change an axis, ask of each sum
    # which examples and which features take part in it, and where gamma has to stand.
    dbeta = None
    dgamma = None
    dx = None
    return dx, dgamma, dbeta


def dropout_forward(x, dropout_param):
    """Forward pass of inverted dropout, where p is the probability to keep a unit.

    Parameters
    ----------
    x : ndarray of any shape (N, ...)
    dropout_param : dict
        ``mode`` : 'train' or 'test'
            Drop units at random and rescale the rest, or change nothing.
        ``p`` : float, 0 < p <= 1
            Probability to KEEP each unit.
        ``seed`` : int, optional
            Draw the numbers that follow ``np.random.seed(seed)``, which makes the result
            repeatable; the global stream is not touched. Without it, or with None, the numbers
            come from the global stream.

        In training one uniform number is drawn per element, as by ``np.random.rand(*x.shape)``, and
        a unit is kept where its number is below p.

    Returns
    -------
    out : ndarray of the shape and dtype of ``x``
        A new array, also in test mode.
    cache : tuple
        What `dropout_backward` needs, in either mode.

    Raises
    ------
    ValueError
        If the mode is neither, p is out of range, the seed is no seed, or a key is missing.
    """
    # TODO: In training mode draw a mask of the shape of `x` and apply it so that the expected value
    # of every unit stays what it was. In test mode hand `x` on as it is. Keep in `cache` what the
    # backward pass will ask for.
    out = None
    cache = None
    return out, cache


def dropout_backward(dout, cache):
    """Backward pass of inverted dropout, in the mode of the forward pass.

    Parameters
    ----------
    dout : ndarray of the shape of ``x``
        Gradient of the loss with respect to ``out``.
    cache : tuple
        From `dropout_forward`.

    Returns
    -------
    dx : ndarray of the shape of ``x``

    Raises
    ------
    ValueError
        If ``dout`` does not have the shape of ``x``.
    """
    # TODO: Send the gradient back along the way the values came: which units took part in the
    # forward pass, and by which factor? Both modes must work.
    dx = None
    return dx


def conv_forward_naive(x, w, b, conv_param):
    """Forward pass of a convolution, written with loops.

    N images of C channels meet F filters, each of which spans all the channels. Output pixel (i, j)
    of channel f is the sum of the products of filter f with the window of the zero-padded image that
    begins at row ``i * stride`` and column ``j * stride``, plus ``b[f]``. The filter is not turned
    (cross-correlation).

    Parameters
    ----------
    x : ndarray of shape (N, C, H, W)
        Images.
    w : ndarray of shape (F, C, HH, WW)
        Filters.
    b : ndarray of shape (F,)
        Biases.
    conv_param : dict
        ``stride``: pixels from one window to the next, in both directions, at least 1.
        ``pad``: rows and columns of zeros to add on each side, at least 0.

    Returns
    -------
    out : ndarray of shape (N, F, H', W')
        ``H' = 1 + (H + 2 * pad - HH) // stride`` and ``W' = 1 + (W + 2 * pad - WW) // stride``.
        Where the stride does not divide, rows and columns at the end that no whole window reaches
        are left out.
    cache : tuple
        What `conv_backward_naive` needs.

    Raises
    ------
    ValueError
        If the shapes do not fit each other, a filter is larger than the padded image, a key is
        missing, or ``stride`` or ``pad`` is too small or no whole number.

    Notes
    -----
    Source: CS231n course notes, "Convolutional Networks".
    """
    # TODO: Pad the images with zeros. Then, for every image, filter and place of the output, find
    # the window that this output sees and combine it with the filter and its bias.
    out = None
    cache = None
    return out, cache


def conv_backward_naive(dout, cache):
    """Backward pass of a convolution, written with loops.

    Parameters
    ----------
    dout : ndarray of shape (N, F, H', W')
        Gradient of the loss with respect to ``out``.
    cache : tuple
        From `conv_forward_naive`.

    Returns
    -------
    dx : ndarray of shape (N, C, H, W)
        Zero for pixels that no window reaches.
    dw : ndarray of shape (F, C, HH, WW)
    db : ndarray of shape (F,)

    Raises
    ------
    ValueError
        If ``dout`` does not have the shape of ``out``.
    """
    # TODO: Go through the outputs as the forward pass did. Each output has a share in the gradients
    # of the filter and bias that made it and of the window that it saw; overlapping windows share
    # pixels. The margin is no part of the input: mind that `pad` may be 0.
    dw = None
    db = None
    dx = None
    return dx, dw, db


def max_pool_forward_naive(x, pool_param):
    """Forward pass of max pooling, written with loops.

    Parameters
    ----------
    x : ndarray of shape (N, C, H, W)
        Images.
    pool_param : dict
        ``pool_height``, ``pool_width``: size of a window, at least 1.
        ``stride``: pixels from one window to the next, in both directions, at least 1.

    Returns
    -------
    out : ndarray of shape (N, C, H', W')
        ``H' = 1 + (H - pool_height) // stride`` and ``W' = 1 + (W - pool_width) // stride``.
        Rows and columns at the end that no whole window reaches are left out. A window that holds
        a NaN gives NaN.
    cache : tuple
        What `max_pool_backward_naive` needs.

    Raises
    ------
    ValueError
        If ``x`` does not have four dimensions, a window is larger than the image, a key is missing,
        or a number is too small or no whole number.

    Notes
    -----
    Source: CS231n course notes, "Convolutional Networks".
    """
    # TODO: For every image, channel and place of the output, find the window and take its largest
    # number. Windows need not be square, and may overlap or leave gaps.
    out = None
    cache = None
    return out, cache


def max_pool_backward_naive(dout, cache):
    """Backward pass of max pooling, written with loops.

    Where a window holds its maximum more than once, the first in row-major order takes the gradient;
    where it holds a NaN, the first NaN does.

    Parameters
    ----------
    dout : ndarray of shape (N, C, H', W')
        Gradient of the loss with respect to ``out``.
    cache : tuple
        From `max_pool_forward_naive`.

    Returns
    -------
    dx : ndarray of shape (N, C, H, W)

    Raises
    ------
    ValueError
        If ``dout`` does not have the shape of ``out``.
    """
    # TODO: Go through the outputs as the forward pass did, find the place that the maximum of each
    # window came from, and pass the gradient of the output on to it. One pixel can be the maximum
    # of several windows.
    dx = None
    return dx


def spatial_batchnorm_forward(x, gamma, beta, bn_param):
    """Forward pass of batch normalization for images: every channel is one feature.

    Parameters
    ----------
    x : ndarray of shape (N, C, H, W)
    gamma : ndarray of shape (C,)
        Scale of every channel.
    beta : ndarray of shape (C,)
        Shift of every channel.
    bn_param : dict
        ``mode``, ``eps``, ``momentum``, ``running_mean`` and ``running_var``, with the defaults and
        conventions of `batchnorm_forward`. The running averages have shape (C,) and are written to
        this dict.

    Returns
    -------
    out : ndarray of shape (N, C, H, W)
    cache : tuple
        What `spatial_batchnorm_backward` needs.

    Raises
    ------
    ValueError
        If the shapes do not fit each other, the mode is neither 'train' nor 'test', or there is no
        pixel to train on.

    References
    ----------
    S. Ioffe and C. Szegedy, "Batch Normalization: Accelerating Deep Network Training by Reducing
    Internal Covariate Shift", 2015, section 3.2.
    """
    # TODO: Your batch norm can do all of the work: bring the images into a form in which every row
    # holds one number per channel, and bring the result back. Keep in `cache` what the backward
    # pass will ask for.
    out = None
    cache = None
    return out, cache


def spatial_batchnorm_backward(dout, cache):
    """Backward pass of batch normalization for images.

    Parameters
    ----------
    dout : ndarray of shape (N, C, H, W)
        Gradient of the loss with respect to ``out``.
    cache : tuple
        From `spatial_batchnorm_forward`.

    Returns
    -------
    dx : ndarray of shape (N, C, H, W)
    dgamma : ndarray of shape (C,)
    dbeta : ndarray of shape (C,)

    Raises
    ------
    ValueError
        If ``dout`` does not have the shape of ``out``.
    """
    # TODO: As in the forward pass, rearrange and leave the work to your batch norm.
    dgamma = None
    dbeta = None
    dx = None
    return dx, dgamma, dbeta


def spatial_groupnorm_forward(x, gamma, beta, G, gn_param):
    """Forward pass of group normalization for images, the same in training and at test time.

    The channels of every image are split into G groups of C / G neighbours. The numbers of a group,
    over its channels and all pixels, are normalized with their own mean and variance; then gamma
    scales and beta shifts every channel.

    Parameters
    ----------
    x : ndarray of shape (N, C, H, W)
    gamma : ndarray of shape (1, C, 1, 1) or (C,)
        Scale of every channel.
    beta : ndarray of shape (1, C, 1, 1) or (C,)
        Shift of every channel.
    G : int
        Number of groups, a divisor of C.
    gn_param : dict
        ``eps`` : float, default 1e-5
            Added to the variance, inside the square root.

        Other keys, such as ``mode``, have no effect.

    Returns
    -------
    out : ndarray of shape (N, C, H, W)
    cache : tuple
        What `spatial_groupnorm_backward` needs.

    Raises
    ------
    ValueError
        If the shapes do not fit each other, C is not a multiple of G, or there is nothing in a group.

    Notes
    -----
    The variance is the biased one: the sum of squares is divided by the count of a group's numbers.

    References
    ----------
    Y. Wu and K. He, "Group Normalization", 2018.
    """
    eps = float(gn_param.get("eps", 1e-5))
    # TODO: Give the groups an axis of their own, so that the numbers of a group can be averaged in
    # one call, and normalize them. Return to the shape of the images for gamma and beta, which
    # belong to the channels. Keep in `cache` what the backward pass will ask for.
    out = None
    cache = None
    return out, cache


def spatial_groupnorm_backward(dout, cache):
    """Backward pass of group normalization for images.

    Parameters
    ----------
    dout : ndarray of shape (N, C, H, W)
        Gradient of the loss with respect to ``out``.
    cache : tuple
        From `spatial_groupnorm_forward`.

    Returns
    -------
    dx : ndarray of shape (N, C, H, W)
    dgamma : ndarray of shape (1, C, 1, 1) or (C,)
        In the shape that ``gamma`` came in.
    dbeta : ndarray of shape (1, C, 1, 1) or (C,)
        In the shape that ``beta`` came in.

    Raises
    ------
    ValueError
        If ``dout`` does not have the shape of ``out``.
    """
    # TODO: Decide for each sum whether it runs over a channel (gamma, beta) or over a group (the
    # statistics), and change the shape in between. The sums over a group are those of layer norm.
    dbeta = None
    dgamma = None
    dx = None
    return dx, dgamma, dbeta
