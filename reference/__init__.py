"""The assignment's mathematics, written to be read: every layer, loss, optimizer and net.

One file per concept. Each begins with the lecture (formula, derivation in index form, conventions,
sources); each function's docstring is its contract.

=====================  ==============================================================================
`affine`               fully connected layer
`activations`          ReLU, leaky ReLU, sigmoid
`losses`               softmax and SVM
`normalization`        batch norm, layer norm, spatial batch norm, group norm
`dropout`              inverted dropout
`convolution`          convolution by loops, the oracle for all others
`pooling`              max pooling by loops, likewise
`fast`                 both again, fast enough to train with
`layer_utils`          layers that usually come together
`optim`                SGD, momentum, RMSprop, Adam, AdaGrad
`nets`                 two layers, any depth, convolutional
`solver`, `checkpoint` the training loop
`gradient_check`       numerical gradients
`data`                 CIFAR-10 and MNIST in their own formats, and small sample data in the same
`mistakes`             the same functions, each wrong in one known way
`observations`         what a function does on ordinary inputs, to tell the two apart
`tour`                 a gradient check of everything
=====================  ==============================================================================
"""

from reference.activations import (
    leaky_relu_backward,
    leaky_relu_forward,
    relu_backward,
    relu_forward,
    sigmoid_backward,
    sigmoid_forward,
)
from reference.affine import affine_backward, affine_forward
from reference.convolution import conv_backward_naive, conv_forward_naive
from reference.dropout import dropout_backward, dropout_forward, dropout_forward_drop
from reference.fast.convolution import (
    conv_backward_im2col,
    conv_backward_strides,
    conv_forward_im2col,
    conv_forward_strides,
)
from reference.fast.dispatch import (
    conv_backward_fast,
    conv_forward_fast,
    max_pool_backward_fast,
    max_pool_forward_fast,
)
from reference.fast.pooling import (
    max_pool_backward_im2col,
    max_pool_backward_reshape,
    max_pool_forward_im2col,
    max_pool_forward_reshape,
)
from reference.layer_utils import (
    affine_norm_relu_backward,
    affine_norm_relu_forward,
    affine_relu_backward,
    affine_relu_forward,
    conv_bn_relu_backward,
    conv_bn_relu_forward,
    conv_relu_backward,
    conv_relu_forward,
    conv_relu_pool_backward,
    conv_relu_pool_forward,
)
from reference.losses import softmax_loss, svm_loss
from reference.nets import FullyConnectedNet, ThreeLayerConvNet, TwoLayerNet
from reference.normalization import (
    batchnorm_backward,
    batchnorm_backward_alt,
    batchnorm_forward,
    layernorm_backward,
    layernorm_forward,
    spatial_batchnorm_backward,
    spatial_batchnorm_forward,
    spatial_groupnorm_backward,
    spatial_groupnorm_forward,
)
from reference.optim import adagrad, adam, rmsprop, sgd, sgd_momentum
from reference.pooling import max_pool_backward_naive, max_pool_forward_naive
from reference.solver import Solver

__all__ = [
    "FullyConnectedNet",
    "Solver",
    "ThreeLayerConvNet",
    "TwoLayerNet",
    "adagrad",
    "adam",
    "affine_backward",
    "affine_forward",
    "affine_norm_relu_backward",
    "affine_norm_relu_forward",
    "affine_relu_backward",
    "affine_relu_forward",
    "batchnorm_backward",
    "batchnorm_backward_alt",
    "batchnorm_forward",
    "conv_backward_fast",
    "conv_backward_im2col",
    "conv_backward_naive",
    "conv_backward_strides",
    "conv_bn_relu_backward",
    "conv_bn_relu_forward",
    "conv_forward_fast",
    "conv_forward_im2col",
    "conv_forward_naive",
    "conv_forward_strides",
    "conv_relu_backward",
    "conv_relu_forward",
    "conv_relu_pool_backward",
    "conv_relu_pool_forward",
    "dropout_backward",
    "dropout_forward",
    "dropout_forward_drop",
    "layernorm_backward",
    "layernorm_forward",
    "leaky_relu_backward",
    "leaky_relu_forward",
    "max_pool_backward_fast",
    "max_pool_backward_im2col",
    "max_pool_backward_naive",
    "max_pool_backward_reshape",
    "max_pool_forward_fast",
    "max_pool_forward_im2col",
    "max_pool_forward_naive",
    "max_pool_forward_reshape",
    "relu_backward",
    "relu_forward",
    "rmsprop",
    "sgd",
    "sgd_momentum",
    "sigmoid_backward",
    "sigmoid_forward",
    "softmax_loss",
    "spatial_batchnorm_backward",
    "spatial_batchnorm_forward",
    "spatial_groupnorm_backward",
    "spatial_groupnorm_forward",
    "svm_loss",
]
