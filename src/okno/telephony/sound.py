"""The two sides of a recorded call: its sound as Opus, its outline, and how much each has spoken.

Only the worker loads this: it brings numpy and libsndfile.
"""

from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt
import soundfile

from okno.telephony.types import SpeakingFigures

RATE: Final = 8_000
FRAME: Final = 160  # 20 ms: what speech is looked for in
FRAME_S: Final = FRAME / RATE
PEAKS: Final = 200
LOUDER_DB: Final = 9.0  # than the quietest tenth of a side: somebody speaks
QUIET_DB: Final = -50.0  # whatever is under it is nobody's voice
VOICE_DB: Final = -35.0  # whatever is over it is one, also of who never pauses
BREATH: Final = 15  # frames between words of one who speaks on
BESIDE: Final = 10  # frames both speak: less is a nod
COMPRESSION: Final = 0.96  # some 33 kbit/s for both sides; less, and each is heard in the other
Samples = npt.NDArray[np.int16]
Frames = npt.NDArray[np.bool_]


class Outline(NamedTuple):
    """The loudest of each of `PEAKS` parts, 0 to 255."""

    customer: bytes
    operator: bytes


def read_raw(path: Path) -> Samples:
    """What MixMonitor has written: 16 bits, 8 kHz, the customer left and the operator right. Shape (samples, 2)."""
    samples = np.fromfile(path, dtype="<i2")
    return samples[: len(samples) // 2 * 2].reshape(-1, 2)


def write_opus(samples: Samples, target: Path) -> None:
    """As Ogg Opus, both sides."""
    soundfile.write(target, samples, RATE, format="OGG", subtype="OPUS", compression_level=COMPRESSION)


def outline_of(samples: Samples) -> Outline:
    """Empty for an empty recording."""
    if not len(samples):
        return Outline(b"", b"")
    parts = np.array_split(np.abs(samples.astype(np.int32)), min(PEAKS, len(samples)))
    loudest = np.stack([part.max(axis=0) for part in parts])
    scaled = np.clip(np.sqrt(loudest / 32_768) * 255, 0, 255).astype(np.uint8)
    return Outline(scaled[:, 0].tobytes(), scaled[:, 1].tobytes())


def figures_of(samples: Samples) -> SpeakingFigures:
    """Seconds of speech of each side, of silence and of both at once; who has broken into whose words, how often."""
    customer, operator = (_speaks(samples[:, side]) for side in (0, 1))
    silence = ~(customer | operator)
    return SpeakingFigures(
        *(_seconds(customer), _seconds(operator), _seconds(silence), _seconds(customer & operator)),
        *(_longest(customer), _longest(operator), _longest(silence)),
        *(_breaks_in(customer, operator), _breaks_in(operator, customer)),
    )


def _speaks(side: Samples) -> Frames:
    """Of each frame whether somebody speaks; breaths between words belong to the speech."""
    whole = side[: len(side) // FRAME * FRAME].reshape(-1, FRAME).astype(np.float32) / 32_768
    if not len(whole):
        return np.zeros(0, dtype=np.bool_)
    loud_db = 10 * np.log10((whole**2).mean(axis=1) + 1e-10)
    hum_db = float(np.percentile(loud_db, 10))
    speaks: Frames = loud_db > max(min(hum_db + LOUDER_DB, VOICE_DB), QUIET_DB)
    for first, after in _runs(~speaks):
        if first > 0 and after < len(speaks) and after - first < BREATH:
            speaks[first:after] = True
    return speaks


def _runs(frames: Frames) -> npt.NDArray[np.int64]:
    """First frame and the one after, of every stretch. Shape (stretches, 2)."""
    edges = np.diff(np.concatenate(([0], frames.astype(np.int8), [0])))
    return np.column_stack((np.flatnonzero(edges == 1), np.flatnonzero(edges == -1)))


def _seconds(frames: Frames) -> float:
    return round(float(frames.sum()) * FRAME_S, 1)


def _longest(frames: Frames) -> float:
    runs = _runs(frames)
    return round(float((runs[:, 1] - runs[:, 0]).max()) * FRAME_S, 1) if len(runs) else 0.0


def _breaks_in(one: Frames, other: Frames) -> int:
    """How often `one` began while `other` spoke, and both went on for more than a nod."""
    return sum(
        1
        for first, after in _runs(one)
        if first > 0 and other[first - 1] and int(other[first : min(after, first + 25)].sum()) > BESIDE
    )
