"""What is told of a recording: who spoke, how long, over whom; and that its sound survives."""

from pathlib import Path

import numpy as np
import pytest
import soundfile

from okno.telephony import sound

DICE = np.random.default_rng(7)


def side(*spoken: tuple[float, float], seconds: float = 10.0) -> np.ndarray:
    """A voice between these moments, the hum of a line else."""
    samples = DICE.normal(0, 12, int(seconds * sound.RATE))
    for first, after in spoken:
        at = slice(int(first * sound.RATE), int(after * sound.RATE))
        samples[at] = DICE.normal(0, 3_000, at.stop - at.start)
    return samples


def call(customer: np.ndarray, operator: np.ndarray) -> sound.Samples:
    return np.column_stack((customer, operator)).astype("<i2")


def test_each_side_is_measured_by_itself() -> None:
    """A supervisor would read that an operator listened who in truth spoke alone."""
    figures = sound.figures_of(call(side((0, 2), (6, 7)), side((2.5, 5.5))))
    assert figures.customer_s == pytest.approx(3.0, abs=0.1)
    assert figures.operator_s == pytest.approx(3.0, abs=0.1)
    assert figures.silence_s == pytest.approx(4.0, abs=0.2)
    assert figures.both_s == 0
    assert (figures.operator_longest_s, figures.silence_longest_s) == pytest.approx((3.0, 3.0), abs=0.1)


def test_who_breaks_in_is_told_from_who_nods() -> None:
    """Every "uhum" would be an interruption."""
    nods = sound.figures_of(call(side((0, 6)), side((3, 3.15))))
    assert (nods.operator_breaks_in, nods.customer_breaks_in) == (0, 0)
    breaks = sound.figures_of(call(side((0, 6)), side((3, 8))))
    assert (breaks.operator_breaks_in, breaks.customer_breaks_in) == (1, 0)
    assert breaks.both_s == pytest.approx(3.0, abs=0.1)


def test_breaths_belong_to_the_speech() -> None:
    figures = sound.figures_of(call(side((1, 2), (2.2, 4)), side()))
    assert figures.customer_longest_s == pytest.approx(3.0, abs=0.1)


def test_who_never_pauses_speaks_all_the_time() -> None:
    """The loudest would count as silent, because nothing of him is quiet."""
    figures = sound.figures_of(call(side((0, 10)), side()))
    assert (figures.customer_s, figures.operator_s) == pytest.approx((10.0, 0.0), abs=0.1)


def test_the_outline_shows_where_it_is_loud() -> None:
    outline = sound.outline_of(call(side((5, 10)), side()))
    assert len(outline.customer) == len(outline.operator) == sound.PEAKS
    half = sound.PEAKS // 2
    assert min(outline.customer[half + 1 :]) > 4 * max(outline.customer[: half - 1])
    assert max(outline.operator) < 16
    assert sound.outline_of(np.zeros((0, 2), dtype="<i2")) == (b"", b"")


def test_both_sides_come_back_apart_and_small(tmp_path: Path) -> None:
    """The customer's words would be heard as the operator's, or a year of calls would fill the disk."""
    raw = tmp_path / "a.raw"
    raw.write_bytes(call(side((0, 5)), side((6, 9))).tobytes() + b"\x01")  # the last sample was cut off
    samples = sound.read_raw(raw)
    sound.write_opus(samples, tmp_path / "a.ogg")
    back, rate = soundfile.read(tmp_path / "a.ogg")
    assert (back.shape[1], rate) == (2, sound.RATE)
    assert abs(len(back) - len(samples)) < sound.RATE / 10
    loud = [np.abs(back[int(at * rate) : int((at + 1) * rate)]).mean(axis=0) for at in (2, 7)]
    assert loud[0][0] > 20 * loud[0][1]
    assert loud[1][1] > 20 * loud[1][0]
    assert (tmp_path / "a.ogg").stat().st_size < 10 * 64_000 / 8
