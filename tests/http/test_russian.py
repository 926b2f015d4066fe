"""A Russian screen says in Russian what went wrong."""

import ast
import re
from pathlib import Path

import okno
from okno.http import russian
from okno.kit import errors
from okno.kit.errors import Problem
from tests.support.live import Live, other_workspace, sign_in

RAISED = {"Conflict", "Invalid", "NotFound", "NotAllowed", "TooMany", "TooLarge", "Stale", "Unavailable", "Malformed"}
SLICES = Path(okno.__file__).parent
# What only programs and administrators at a command line are told.
NOT_FOR_SCREENS = re.compile(
    r"^(NATS |Upload-|a beacon|a frame|a page view|a tracked event|a visitor does not|an operator (does|names)|an id is"
    r"|another process|give one of|id is a UUIDv7|it was answered(,|$)|more bytes|not a network|nothing ever opens"
    r"|the bus |the connection|the cursor|the database refuses writes|the first frame|the line has|the secret of"
    r"|the shop has|the workspace has no|there is no (room|conversation yet|site inbox|such (page|parked|address in))"
    r"|there is no such file; |this conversation is with|this is no key|this is not the address of|this stream|too many"
    r" (event|frames|page views|threads)|{} is a number of bytes|webhook: )"
)


def sentences() -> set[str]:
    """Every sentence the code raises a problem with; `{}` where it fills something in."""
    found = set()
    for path in SLICES.rglob("*.py"):
        if path.relative_to(SLICES).parts[0] in ("cli", "db"):
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in RAISED and node.args:
                text = node.args[0]
                if isinstance(text, ast.Constant):
                    found.add(str(text.value))
                if isinstance(text, ast.JoinedStr):
                    found.add("".join(str(v.value) if isinstance(v, ast.Constant) else "{}" for v in text.values))
    return found


def test_every_sentence_a_screen_may_show_is_translated() -> None:
    """An operator in Russia would be told in English what to do."""
    told = {re.sub(r"\{*\{\}\}*", "{}", one) for one in sentences() if not NOT_FOR_SCREENS.search(one)}
    assert len(told) > 200
    assert told - set(russian.DETAILS) == set()
    titles = {one.title for one in vars(errors).values() if isinstance(one, type) and issubclass(one, errors.OknoError)}
    assert titles <= set(russian.TITLES)


def test_what_the_code_fills_in_stays() -> None:
    """A name or a number would be lost, or a sentence be taken for another."""
    said = {
        "there are 100 rules already: delete some first": "правил уже 100: сначала удалите лишние",
        "Анна wrote while this was being written (message 7)": "пока вы писали, пришло сообщение: Анна (№ 7)",
        "nothing is known for {{contact.phone}}: it was not sent": "неизвестно {{contact.phone}}: не отправлено",
        "there is no such queue": "такой очереди нет",
        "there is no such gadget": "этого больше нет (gadget)",
        "say whom to ask for: {{contact.email}} or {{contact.phone}}": (
            "в адресе нужна переменная {{contact.email}} или {{contact.phone}}"
        ),
        "something quite new": "something quite new",
    }
    assert {text: russian.in_russian(text) for text in said} == said
    problem = Problem(
        "/problems/invalid", "A field is not right", 422, "it is closed", [{"field": "x", "message": "it is closed"}]
    )
    assert russian.translated(problem).errors == [{"field": "x", "message": "диалог закрыт"}]
    for english, translation in russian.DETAILS.items():
        assert translation.count("{}") <= english.count("{}"), english


async def test_the_reader_chooses_the_language(live: Live) -> None:
    """A program would get sentences it does not know; a person those he cannot read."""
    workspace_id, _ = await other_workspace(live)
    staff = await sign_in(live, workspace_id, "owner")
    path = "/api/v1/queues/999999999"
    async with staff.http as http:
        english = (await http.delete(path)).json()
        asked = (await http.delete(path, headers={"accept-language": "ru"})).json()
    assert (english["title"], english["detail"]) == ("There is nothing here", "there is no such queue")
    assert (asked["type"], asked["title"], asked["detail"]) == (
        english["type"],
        "Здесь ничего нет",
        "такой очереди нет",
    )
