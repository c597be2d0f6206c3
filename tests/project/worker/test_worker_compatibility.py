"""What ordinary numerical code needs goes on working behind the walls, at every level."""

# ruff: noqa: E501 - one piece of code per entry

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from grader.worker import Limits, Place, StudentError

ORDINARY = {
    "random": "np.random.seed(0); return float(np.random.randn(3, 4).sum() + np.random.rand())",
    "a fresh generator": "return np.random.default_rng().normal(size=3).shape",
    "permutations": "np.random.shuffle(np.arange(10)); return np.random.choice(10, 3).shape",
    "linear algebra": "a = np.eye(50) * 2; return float(np.linalg.det(a) + np.linalg.norm(np.linalg.svd(a)[0]))",
    "fft": "return float(np.abs(np.fft.fft(np.arange(1000.0))).sum())",
    "einsum": "return np.einsum('ij,jk,kl->il', np.ones((30, 30)), np.eye(30), np.eye(30), optimize=True).sum()",
    "large products": "a = np.ones((600, 600)); return float((a @ a).sum())",
    "large arrays": "a = np.ones(50_000_000); a += 1; return float(a[-1])",
    "sorting": "return np.sort(np.random.rand(100000)).shape",
    "padding": "return np.pad(np.ones((2, 3, 4, 4)), ((0, 0), (0, 0), (1, 1), (1, 1)), mode='constant').shape",
    "windows": "return np.lib.stride_tricks.sliding_window_view(np.ones((9, 9)), (3, 3)).shape",
    "printing": "print(np.ones(3)); print('caf\u00e9', end='', flush=True); return 1",
    "writing to stderr": "import sys; sys.stderr.write('x'); sys.stdout.flush(); return sys.stdout.isatty()",
    "warnings": "import warnings; warnings.warn('w'); return float(np.log(np.zeros(1))[0])",
    "sleeping": "import time; time.sleep(0.001); return time.time() > 0 and time.perf_counter() > 0",
    "dates": "import datetime; return datetime.datetime.now().year > 2000 and time.strftime('%Y') > '2000'",
    "timing": "import timeit; return timeit.timeit('1 + 1', number=10) >= 0",
    "recursion": "g = lambda n: 0 if n == 0 else 1 + g(n - 1); return g(900)",
    "tracebacks": "try:\n        1 / 0\n    except ZeroDivisionError:\n        import traceback\n"
    "        return 'ZeroDivisionError' in traceback.format_exc()",
    "logging": "import logging; logging.getLogger('x').warning('w'); return 1",
    "assertions": "np.testing.assert_allclose(1.0, 1.0); return 1",
    "pickle in memory": "import pickle; return pickle.loads(pickle.dumps({'a': np.ones(3)}))['a'].sum()",
    "copying": "import copy; return copy.deepcopy({'a': np.ones(3)})['a'].sum()",
    "big numbers": "return len(str(3 ** 1000))",
    "formatting": "return '{:.3e} {}'.format(np.float64(1.5), np.ones(2))",
    "regular expressions": "import re; return re.sub('a+', 'b', 'caat')",
    "hashing": "import hashlib; return hashlib.sha256(b'x').hexdigest()[:4]",
    "the platform": "import platform; return platform.python_version() > '3' and platform.system() == 'Linux'",
    "the process": "import os; return os.getpid() > 0 and os.cpu_count() != 0",
    "garbage": "import gc; gc.collect(); return 1",
    "locks": "import threading\n    with threading.Lock():\n        return threading.current_thread().name",
    "queues": "import queue; q = queue.Queue(); q.put(1); return q.get(timeout=1)",
    "generators": "return sum(x for x in range(10))",
    "classes": "from dataclasses import dataclass\n    @dataclass\n    class P:\n        x: int\n    return P(3).x",
    "text files in memory": "import io; s = io.StringIO(); np.savetxt(s, np.eye(2)); s.seek(0); return np.loadtxt(s).sum()",
    "arrays in memory": "import io; s = io.BytesIO(); np.save(s, np.eye(2)); s.seek(0); return np.load(s).sum()",
}


@pytest.mark.parametrize("name", ORDINARY)
def test_ordinary_code_runs(name: str, lab: Any) -> None:
    code = f"import time\nimport numpy as np\ndef f():\n    {ORDINARY[name]}\n"
    value = lab.value(code)
    assert value is not None
    assert value is not False or name == "writing to stderr"


REFUSED = {
    "input": "return input('name? ')",
    "a file": "return open('data.npy')",
    "saving": "np.save('x.npy', np.ones(3))",
    "loading": "return np.load('x.npy')",
    "a thread": "import threading; threading.Thread(target=print).start()",
    "a program": "import subprocess; subprocess.run(['ls'])",
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_refused_is_an_error_at_the_students_line(name: str, lab: Any) -> None:
    with pytest.raises(StudentError) as caught:
        lab.value(f"import numpy as np\ndef f():\n    {REFUSED[name]}\n")
    assert caught.value.frames[-1].line == 3
    assert caught.value.frames[-1].text == REFUSED[name]


def test_a_small_net_trains(lab: Any) -> None:
    code = """
    import numpy as np

    def f(steps):
        rng = np.random.RandomState(0)
        X, y = rng.randn(50, 20), rng.randint(5, size=50)
        W1, W2 = rng.randn(20, 30) * 0.1, rng.randn(30, 5) * 0.1
        for step in range(steps):
            hidden = np.maximum(0, X @ W1)
            scores = hidden @ W2
            p = np.exp(scores - scores.max(axis=1, keepdims=True))
            p /= p.sum(axis=1, keepdims=True)
            loss = -np.log(p[np.arange(50), y]).mean()
            p[np.arange(50), y] -= 1
            p /= 50
            dhidden = (p @ W2.T) * (hidden > 0)
            W2 -= hidden.T @ p
            W1 -= X.T @ dhidden
        return loss
    """
    with lab.open(code) as worker:
        place = Place("student").attribute("f")
        assert worker.call(place, 1).value > 1.5
        assert worker.call(place, 200, limits=Limits(cpu_seconds=20)).value < 0.1


def test_results_are_those_of_the_same_code_outside(lab: Any, rng: np.random.Generator) -> None:
    x = rng.normal(size=(40, 30))
    inside = lab.value(
        "import numpy as np\ndef f(x):\n    return np.exp(x).sum(axis=0), np.sort(x, axis=None)", x
    )
    assert np.array_equal(inside[0], np.exp(x).sum(axis=0))
    assert np.array_equal(inside[1], np.sort(x, axis=None))
