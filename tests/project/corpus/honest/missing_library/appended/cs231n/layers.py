from scipy.special import logsumexp
