"""How fast visitors may write and come: limits of a person first, of an address only far above that."""

from collections import OrderedDict
from collections.abc import Hashable
from ipaddress import ip_address
from uuid import UUID

from okno.kit import limits
from okno.kit.clock import Clock
from okno.kit.errors import TooMany


class Buckets:
    """A bucket of tokens a key: `burst` at once, then `per_s`."""

    def __init__(self, clock: Clock, burst: float, per_s: float) -> None:
        self._clock = clock
        self._burst, self._per_s = burst, per_s
        self._held: OrderedDict[Hashable, tuple[float, float]] = OrderedDict()

    def take(self, key: Hashable) -> bool:
        """Whether there was one left."""
        now = self._clock.monotonic()
        left, at = self._held.pop(key, (self._burst, now))
        left = min(self._burst, left + (now - at) * self._per_s)
        self._held[key] = (max(left - 1, 0.0), now)
        if len(self._held) > limits.FLOOD_KEPT_MAX:
            self._held.popitem(last=False)
        return left >= 1


class Flood:
    """Of this process; a visitor writes to one at a time. Switched off for measuring only."""

    def __init__(self, clock: Clock) -> None:
        self.enabled = True
        self._messages = Buckets(clock, limits.VISITOR_MESSAGES_BURST, limits.VISITOR_MESSAGES_PER_S_MAX)
        self._visitors = Buckets(clock, limits.ADDRESS_VISITORS_BURST, limits.ADDRESS_VISITORS_PER_S_MAX)

    def take_message(self, workspace_id: int, visitor_id: UUID) -> None:
        """Raises `TooMany` for who writes faster than anybody types."""
        if self.enabled and not self._messages.take((workspace_id, visitor_id)):
            raise TooMany("slow down")

    def take_visitor(self, ip: str) -> None:
        """Raises `TooMany` for a public address that makes new browsers all the time.

        A private one is a proxy's or an office's: it tells nothing of who comes.
        """
        if self.enabled and _is_public(ip) and not self._visitors.take(ip):
            raise TooMany("too many new visitors from one address")


def _is_public(ip: str) -> bool:
    try:
        return bool(ip) and ip_address(ip).is_global
    except ValueError:
        return False
