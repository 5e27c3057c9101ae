"""Composes a caption and its hashtags from numbers drawn once per video.

Here: the planted content category per field, and the composition. Not here: the phrases
themselves (`phrases`), and any coding of captions, which is the pipeline's.
"""

from __future__ import annotations

import numpy as np

from sz_assets.simulation.calibrate import Integers
from sz_assets.simulation.phrases import (
    CLOSERS,
    FIELD_SENTENCES,
    HASHTAGS,
    HOSTILE,
    LEADS,
    PLACES,
    PLAIN,
    SENTENCES,
)

SIMULATED_HASHTAG = "模拟数据"
CATEGORIES = tuple(SENTENCES)
# Of 100 captions so many have no cue, and so many more have a sentence of another category.
PLAIN_PERCENT = 12
MIXED_PERCENT = 10
CHOICE_COUNT = 7
HOSTILE_COUNT = len(HOSTILE)

# How often a field's accounts speak of each category, in the order of CATEGORIES.
CATEGORY_WEIGHTS: dict[str, tuple[int, ...]] = {
    "news": (6, 10, 12, 8, 7, 6, 6, 7, 9, 4, 1, 5, 5, 3, 8, 3),
    "traffic": (1, 3, 14, 40, 4, 8, 2, 3, 1, 1, 1, 4, 1, 4, 12, 1),
    "police": (1, 4, 8, 10, 2, 18, 1, 3, 1, 1, 1, 2, 1, 20, 26, 1),
    "health": (1, 8, 8, 28, 2, 6, 2, 24, 1, 1, 1, 2, 1, 5, 9, 1),
    "cyber": (1, 4, 8, 34, 2, 20, 1, 3, 3, 1, 1, 2, 2, 9, 8, 1),
    "tourism": (1, 1, 4, 4, 6, 2, 32, 6, 3, 14, 3, 6, 6, 1, 1, 10),
    "military": (3, 8, 3, 4, 4, 22, 3, 4, 3, 4, 1, 1, 12, 17, 9, 2),
}


def draw_categories(field: str, count: int, rng: np.random.Generator) -> Integers:
    """Planted category of `count` videos of an account in `field`, as indexes of CATEGORIES."""
    deck = np.repeat(np.arange(len(CATEGORIES)), CATEGORY_WEIGHTS[field])
    return deck[rng.integers(0, deck.size, count)].astype(np.int64)


def draw_choices(count: int, rng: np.random.Generator) -> Integers:
    """Numbers from which captions are composed, shape (count, CHOICE_COUNT)."""
    return rng.integers(0, 2**31, (count, CHOICE_COUNT))


def compose(
    field: str, category: int, choices: list[int], hostile: int
) -> tuple[str, tuple[str, ...]]:
    """The caption as published and its hashtags; `hostile` is an index of HOSTILE or −1.

    Every caption ends with the hashtag that says the data are simulated.
    """
    sentence, place, number, lead, closer, hashtag, mode = choices
    if hostile >= 0:
        tags: tuple[str, ...] = (SIMULATED_HASHTAG,)
        return f"{HOSTILE[hostile]} #{SIMULATED_HASHTAG}", tags
    name = CATEGORIES[category]
    options = FIELD_SENTENCES.get((field, name), SENTENCES[name])
    percent = mode % 100
    if percent < PLAIN_PERCENT:
        options = PLAIN
    text = options[sentence % len(options)]
    if PLAIN_PERCENT <= percent < PLAIN_PERCENT + MIXED_PERCENT:
        other = SENTENCES[CATEGORIES[(category + 1 + mode // 100 % 15) % len(CATEGORIES)]]
        text = f"{text}；{other[sentence // 7 % len(other)]}"
    text = text.format(place=PLACES[place % len(PLACES)], n=2 + number % 48)
    if lead % 3:
        text = f"{LEADS[field][lead // 3 % len(LEADS[field])]}：{text}"
    ending = CLOSERS[closer % len(CLOSERS)]
    if ending:
        text = f"{text}{'' if text[-1] in '？！' else '，'}{ending}"
    own = HASHTAGS[field]
    tags = (own[hashtag % len(own)],)
    if hashtag // 7 % 3 == 0:
        tags = (*tags, own[(hashtag + 1) % len(own)])
    tags = (*tags, SIMULATED_HASHTAG)
    return f"{text} {' '.join(f'#{tag}' for tag in tags)}", tags
