"""The one question about rights."""

from okno.access.types import Actor
from okno.kit.errors import NotAllowed


def require(actor: Actor, permission: str) -> None:
    """Raises `NotAllowed` naming the missing right."""
    if permission not in actor.permissions:
        raise NotAllowed(f"you need the right “{permission}”; an administrator grants it")
