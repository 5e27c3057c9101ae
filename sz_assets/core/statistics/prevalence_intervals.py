"""Intervals of shares from a sample with known probabilities: Wilson, effective sizes, MOVER.

Here: functions of plain arrays. Not here: frames, refusals, notes (`prevalence`).
"""

from __future__ import annotations

from statistics import NormalDist
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

# How many codes the assumption that a share is the same everywhere weighs against what is seen.
# Without it coverage of rare shares fell to 90 % in simulation, with it alone that of common ones
# rose to 99 %; from 2 to 10 coverage stays between 93.5 and 98 %.
PRIOR_CODES = 3.0
_ROUNDING = 1e-12


class Shares(NamedTuple):
    """Estimated shares and the ends of their intervals, all of one shape."""

    value: Floats
    low: Floats
    high: Floats


def wilson(share: Floats, size: Floats, level: float = 0.95) -> Shares:
    """Wilson's (1927) score interval of a share, for a real (effective) number of codes.

    `size` may be infinite (a census): both ends are the share. 0 codes: from 0 to 1.
    """
    z2 = NormalDist().inv_cdf(0.5 + level / 2) ** 2
    part = np.divide(z2, size, out=np.full_like(share, np.inf), where=size > 0)
    known = np.isfinite(part)
    part = np.where(known, part, 1.0)
    centre = (share + part / 2) / (1 + part)
    reach = np.sqrt(part * share * (1 - share) + part**2 / 4) / (1 + part)
    # The ends of 0 and 1 are themselves, whatever rounding says.
    low = np.where(share == 0, 0.0, np.clip(centre - reach, 0.0, share))
    high = np.where(share == 1, 1.0, np.clip(centre + reach, share, 1.0))
    return Shares(share, np.where(known, low, 0.0), np.where(known, high, 1.0))


def mover(weights: Floats, parts: Shares) -> Shares:
    """Σ w p of independent estimates with intervals, over the first axis.

    The ends are Σ w p ∓ sqrt(Σ w² d²), d the distance from p to the end on that side: the method of
    variance estimates recovery (Zou and Donner 2008, Statistics in Medicine 27).
    """
    value = (weights * parts.value).sum(axis=0)
    below = np.sqrt((weights**2 * (parts.value - parts.low) ** 2).sum(axis=0))
    above = np.sqrt((weights**2 * (parts.high - parts.value) ** 2).sum(axis=0))
    return Shares(value, value - below, value + above)


def effective_size(share: Floats, equal: Floats, seen: Floats, rarer: Floats) -> Floats:
    """The number of simply drawn codes that would tell as much: p (1 - p) / variance.

    `equal` is the variance over p (1 - p) if p is the same in all strata and unrelated to the
    weights (then 1 / `equal` is Kish's effective size), `seen` the variance as the codes show it.
    The latter is right where there is much to see, and far too small where the few positive codes
    happen to have small weights: they are averaged, `seen` weighing as much as there are codes of
    the rarer kind (`rarer`), `equal` PRIOR_CODES.
    """
    spread = share * (1 - share)
    mixed = (rarer * seen + PRIOR_CODES * equal * spread) / (rarer + PRIOR_CODES)
    is_mixed = (spread > 0) & (mixed > 0)
    relative = np.divide(
        mixed, spread, out=np.broadcast_to(equal, share.shape).copy(), where=is_mixed
    )
    return np.divide(1.0, relative, out=np.full_like(share, np.inf), where=relative > 0)


class Sample:
    """Codes of people by the machine's word. All numbering is from 0.

    `sizes`: videos of the population by word, shape (words,). `words`: each coded video's word,
    `weights`: 1 / probability, shape (codes,). `said`: whether the code has the category, shape
    (codes, categories). Within a word weights are taken relative to each other, so that each word
    weighs what it does in the population.
    """

    def __init__(self, sizes: Ints, words: Ints, weights: Floats, said: Bools) -> None:
        count = len(sizes)
        self.sizes, self.words, self.said = sizes, words, said.astype(float)
        self.counts = np.bincount(words, minlength=count)
        self.is_seen = self.counts > 0
        self.weights = weights
        self._stand_for = np.bincount(words, weights, count)
        # Finite population: the part of a simple sample's variance that a sample without
        # replacement keeps.
        left = (sizes - self.counts) / np.maximum(sizes - 1, 1)
        self.finite = np.where(self.counts >= sizes, 0.0, left)
        own = weights / self._stand_for[words]
        self._kish = np.bincount(words, own**2, count)  # 1 / Kish's effective size
        self.shares = self._by_word(own[:, None] * self.said)
        off = (self.said - self.shares[words]) ** 2
        self._seen = self._by_word(own[:, None] ** 2 * off)

    def _by_word(self, values: Floats) -> Floats:
        """Sums over each word's codes: shape (words, categories)."""
        sums: Floats = np.zeros((len(self.sizes), values.shape[1]))
        np.add.at(sums, self.words, values)
        return sums

    def poststratified(self, groups: Bools, level: float) -> Shares:
        """Shares of each category in its own group of words, with Wilson's interval.

        `groups` (words, categories) says which words belong. Where none of them was seen nothing
        is known: 0, from 0 to 1.
        """
        part = self.sizes[:, None] * (groups & self.is_seen[:, None])
        total = part.sum(axis=0)
        part = part / np.maximum(total, 1)
        share = np.clip((part * self.shares).sum(axis=0), 0.0, 1.0)
        variance_part = part**2 * self.finite[:, None]
        equal = (variance_part * self._kish[:, None]).sum(axis=0)
        # Videos that no code stands for are those with small probabilities, and may be of another
        # kind than the few that were drawn: they count as one code that was not seen.
        stand_for = (self._stand_for[:, None] * groups).sum(axis=0)
        lost = np.clip(1 - stand_for / np.maximum(total, 1), 0.0, 1.0)
        equal += np.where(lost > _ROUNDING, lost, 0.0) ** 2
        codes = self.counts[:, None]
        shrunk = (codes * self._seen + PRIOR_CODES * share * (1 - share) * self._kish[:, None]) / (
            codes + PRIOR_CODES
        )
        seen = (variance_part * shrunk).sum(axis=0)
        inside = groups[self.words]
        positive = (self.said * inside).sum(axis=0)
        rarer = np.minimum(positive, inside.sum(axis=0) - positive)
        size = np.where(total > 0, effective_size(share, equal, seen, rarer), 0.0)
        return wilson(share, size, level)

    def weighted(self, level: float) -> Shares:
        """Hájek's weighted shares of all codes, which know nothing of the machine's words."""
        own = (self.weights / self.weights.sum())[:, None]
        share = np.clip((own * self.said).sum(axis=0), 0.0, 1.0)
        finite = self.finite[self.words][:, None]
        equal = np.broadcast_to((own**2 * finite).sum(), share.shape)
        seen = (own**2 * finite * (self.said - share) ** 2).sum(axis=0)
        positive = self.said.sum(axis=0)
        rarer = np.minimum(positive, len(self.words) - positive)
        return wilson(share, effective_size(share, equal, seen, rarer), level)

    def corrected(self, own: Bools, level: float) -> Shares:
        """Shares in the population, post-stratified on the machine's word.

        `own` (words, categories): whether the word is the category's. For each category the videos
        are those of which the machine says it, and all others. Words without any code of people
        are taken to have the share that all others have together, and their interval is 0 to 1.
        """
        total = self.sizes.sum()
        seen = self.sizes * self.is_seen
        weights, parts = [], []
        for groups in (own, ~own):
            weights.append((seen[:, None] * groups).sum(axis=0) / total)
            parts.append(self.poststratified(groups, level))
        stacked = Shares(*(np.stack(ends) for ends in zip(*parts, strict=True)))
        known = mover(np.stack(weights), stacked)
        unseen = 1 - seen.sum() / total
        if not unseen:
            return known
        value = known.value / (1 - unseen)
        return Shares(value, known.low, known.high + unseen)

    def bounded(self, shares: Shares) -> Shares:
        """No end can contradict the codes themselves: what was seen is there."""
        total = self.sizes.sum()
        positive = self.said.sum(axis=0)
        least = positive / total
        most = 1 - (len(self.words) - positive) / total
        value = np.clip(shares.value, least, most)
        low, high = np.clip(shares.low, least, value), np.clip(shares.high, value, most)
        return Shares(value, low, high)
