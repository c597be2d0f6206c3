"""Normalization layers: the same standardization four times, over different numbers.

Each layer takes a group of numbers, subtracts their mean, divides by their standard deviation, and
then scales and shifts with the learned gamma and beta. They differ in which numbers form a group:

===================  ============  ==========================================  ==================
layer                x             numbers that share a mean and a deviation   gamma and beta
===================  ============  ==========================================  ==================
batch norm           (N, D)        one feature of all N examples               one per feature
layer norm           (N, D)        all D features of one example               one per feature
spatial batch norm   (N, C, H, W)  one channel of all examples and pixels      one per channel
spatial group norm   (N, C, H, W)  C/G channels of one example, all pixels     one per channel
===================  ============  ==========================================  ==================

Where the examples of a mini-batch share a mean (batch norms), the result for one example depends on
the others; so training and test differ, and running averages stand in for the mini-batch at test
time. Where every example is on its own (layer and group norm), training and test are the same.

Read `batchnorm` first: it derives the gradient that all four use.
"""

from reference.normalization.batchnorm import (
    batchnorm_backward,
    batchnorm_backward_alt,
    batchnorm_forward,
)
from reference.normalization.groupnorm import spatial_groupnorm_backward, spatial_groupnorm_forward
from reference.normalization.layernorm import layernorm_backward, layernorm_forward
from reference.normalization.spatial_batchnorm import spatial_batchnorm_backward, spatial_batchnorm_forward

__all__ = [
    "batchnorm_backward",
    "batchnorm_backward_alt",
    "batchnorm_forward",
    "layernorm_backward",
    "layernorm_forward",
    "spatial_batchnorm_backward",
    "spatial_batchnorm_forward",
    "spatial_groupnorm_backward",
    "spatial_groupnorm_forward",
]
