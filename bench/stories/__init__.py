"""What happens to policies: a history of about a wanted number of facts, for each product."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from bench.stories import care_and_cyber, health
from bench.story import Story

STORIES: dict[str, Callable[[Story, int], None]] = {
    "seikatsu": health.seikatsu,
    "sony-medical": health.sony_medical,
    "oyako": care_and_cyber.oyako,
    "ryoritsu": care_and_cyber.ryoritsu,
    "cyber": care_and_cyber.cyber,
}


def story(product: str, rng: Random, policy_id: str) -> Story:
    """A policy's history: about 40 facts, corrections included."""
    told = Story(rng, policy_id)
    STORIES[product](told, min(75, max(15, round(rng.gauss(39, 8)))))
    told.correct()
    return told
