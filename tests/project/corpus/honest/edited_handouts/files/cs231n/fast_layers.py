from .im2col_cython import col2im_cython, im2col_cython
