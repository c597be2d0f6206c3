"""The first thing a worker says, and then its loop. Loads NumPy, so the search path must be set."""

from __future__ import annotations

import os
from collections.abc import Mapping

from . import console, loop
from .channel import DescriptorStream, Stream
from .layers import Layer


def serve(stream: Stream, states: Mapping[Layer, str], output_bytes: int) -> None:
    """Greet the judge with the state of the walls, then answer its requests."""
    channel, held = loop.make_channel(stream)
    loop.at_home()
    uid = os.getuid() if hasattr(os, "getuid") else -1
    greeting = {"layers": {layer.value: state for layer, state in states.items()}, "uid": uid}
    channel.send(0, ("hello", greeting))
    loop.Worker(channel, console.install(1, output_bytes), held).run()


def serve_descriptor(descriptor: int, states: Mapping[Layer, str], output_bytes: int) -> None:
    """The same on a descriptor."""
    serve(DescriptorStream(descriptor), states, output_bytes)
