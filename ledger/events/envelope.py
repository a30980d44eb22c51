"""The envelope around what was recorded, and the ledger's own event beside the facts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, ClassVar, Final, Literal
from uuid import UUID, uuid5

from pydantic import Field, Strict

from ledger.errors import escaped
from ledger.events import claims, corrections, health, policy_life, property_cyber
from ledger.events.base import EventIds, Fact, Id, Model, Said


class TermsUsed(Model):
    """The version of the product's terms that was applied, and the hash of its file."""

    version: Id
    hash: Id


class Assessed(Model):
    """What followed from the facts: the change of the journal, as opaque JSON arrays in order.

    cause: new facts, or the rules run again. causes: the facts' event ids. cause_position: the position in the log up
    to which the rules were run again. fault: why nothing could be derived; from then on the policy is undetermined.
    """

    SCHEMA: ClassVar[int] = 1

    cause: Literal["facts", "rules"]
    causes: EventIds
    cause_position: Annotated[int, Field(ge=0)] | None = None
    terms: Annotated[TermsUsed, Strict(False)] | None = None
    entries: Annotated[tuple[list[Any], ...], Strict(False)] = ()
    fault: Said | None = None


@dataclass(frozen=True, slots=True)
class Event:
    """One event. `recorded_at` is in UTC, None until the ledger gives it; `type` is the name of the data's class."""

    event_id: str
    policy_id: str
    type: str
    schema_: int
    recorded_at: datetime | None
    data: Fact | Assessed
    evidence: tuple[str, ...] = ()
    actor: str | None = None
    note: str | None = None
    root: str | None = None
    """For an amendment: the type that its new data are of, once the ledger has found and checked it."""


_FAULT_LENGTH: Final = 1000

ASSESSED: Final = "Assessed"
"""The type of the ledger's own event. It is never accepted from outside."""


def _types(*modules: Any) -> dict[str, type[Fact]]:
    named = [
        v
        for module in modules
        for v in vars(module).values()
        if isinstance(v, type) and v.__module__ == module.__name__
    ]
    return {cls.__name__: cls for cls in named if issubclass(cls, Fact)}


EVENT_TYPES: Final[dict[str, type[Fact]]] = _types(policy_life, health, property_cyber, claims, corrections)
"""Every type that may be recorded, by its wire name, in the order of the vocabulary."""

_NAMESPACE: Final = UUID("c0c64a3e-2f0b-5d8e-9a35-6a1f5f1f8a57")


def assessed(
    event: Event,
    *,
    entries: Iterable[Sequence[Any]],
    terms: Mapping[str, str] | None = None,
    fault: str | None = None,
    cause: Literal["facts", "rules"] = "facts",
    cause_position: int | None = None,
) -> Event:
    """What followed from an event, recorded with it: same policy, same instant, an id that follows from its own.

    For the rules run again, `event` is the policy's last and `cause_position` the position in the log they were run at.
    """
    data = Assessed(
        cause=cause,
        causes=(event.event_id,),
        cause_position=cause_position,
        terms=TermsUsed(**terms) if terms is not None else None,
        entries=tuple(list(entry) for entry in entries),
        fault=escaped(fault, _FAULT_LENGTH) if fault else None,
    )
    name = event.event_id if cause == "facts" else f"{event.event_id}/{cause_position}"
    event_id = str(uuid5(_NAMESPACE, f"{name}/{cause}"))
    return Event(event_id, event.policy_id, ASSESSED, Assessed.SCHEMA, event.recorded_at, data)
