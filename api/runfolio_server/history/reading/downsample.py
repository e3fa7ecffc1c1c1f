"""Which rows of a curve a sample takes, by their values.

Pure. Used by sample.py, long_sample.py and table.py.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from tsdownsample import MinMaxLTTBDownsampler

from runfolio_server.history.storage.cells import Floats, Indices


def downsample_rows(x: Floats, series: Sequence[Floats], samples: int) -> Indices:
    """Indices, rising and at most `samples`, of the points that show every series: first, last, extremes, then shape.

    NaN is no value: it is never an extreme. Everything is chosen when it fits.
    """
    count = len(x)
    if count <= samples:
        return np.arange(count)
    needed = [0, count - 1]
    for values in series:
        known = np.flatnonzero(~np.isnan(values))
        if len(known):
            needed += [int(known[np.argmin(values[known])]), int(known[np.argmax(values[known])])]
    chosen = list(dict.fromkeys(needed))[:samples]
    shown = [values for values in series if bool(np.isfinite(values).any())]
    if not shown:
        return evenly_spaced(count, samples)
    share = (samples - len(chosen)) // len(shown)
    for values in shown:
        # Looked for again, because of thousands of series the places together are as large as the values.
        known = np.flatnonzero(np.isfinite(values))
        chosen += known[_shape(x[known], values[known], share)].tolist()
    return _filled(np.unique(np.array(chosen, dtype=np.intp)), count, samples)


def _filled(chosen: Indices, count: int, samples: int) -> Indices:
    """The chosen indices and, up to `samples`, others spread evenly: series often agree on what shows them."""
    spare = np.setdiff1d(evenly_spaced(count, samples), chosen)
    return np.union1d(chosen, spare[evenly_spaced(len(spare), samples - len(chosen))])


def evenly_spaced(count: int, samples: int) -> Indices:
    """Indices from 0 to `count` - 1, at most `samples`."""
    if count <= samples:
        return np.arange(count)
    return np.unique(np.linspace(0, count - 1, samples).round().astype(np.intp))


def _shape(x: Floats, values: Floats, samples: int) -> Indices:
    if len(values) <= samples:
        return np.arange(len(values))
    if samples < 3:  # the first, the last and one between are the least that it chooses
        return np.arange(0)
    arguments = (x, values) if np.isfinite(x).all() and (x[1:] > x[:-1]).all() else (values,)
    chosen: Indices = MinMaxLTTBDownsampler().downsample(*map(np.ascontiguousarray, arguments), n_out=samples)
    return chosen.astype(np.intp)
