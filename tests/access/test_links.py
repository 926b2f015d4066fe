"""A link that is used once begins somebody's work here."""

from okno.access.types import LinkUse, NewOperator
from okno.app.wiring import App
from okno.kit.ids import uuid7
from tests.routing.company import Company


async def test_the_language_chosen_at_the_link_is_kept(app: App) -> None:
    """Whoever began in his own language would go on in one he may not read."""
    company = await Company.found(app)
    chosen = {}
    for locale in ("ru", "en"):
        new = NewOperator(f"{uuid7()}@example.com", "Olga", "operator", [])
        _, link = await app.access.create_operator(company.workspace_id, new)
        use = LinkUse("long enough words", "Olga Vetrova", locale=locale)
        me, _ = await app.access.use_link(link.rsplit("/", 1)[-1], use)
        chosen[locale] = (me.operator.locale, me.operator.name)
    assert chosen == {"ru": ("ru", "Olga Vetrova"), "en": ("en", "Olga Vetrova")}
    new = NewOperator(f"{uuid7()}@example.com", "Igor", "operator", [])
    _, link = await app.access.create_operator(company.workspace_id, new)
    me, _ = await app.access.use_link(link.rsplit("/", 1)[-1], LinkUse("long enough words"))
    assert (me.operator.locale, me.operator.name) == ("en", "Igor")
