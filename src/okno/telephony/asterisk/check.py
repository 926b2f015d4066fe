"""Whether an Asterisk starts on this machine and has what calls need."""

import asyncio
import tempfile
from pathlib import Path

from okno.kit.tasks import Tasks
from okno.telephony.asterisk.adapter import AsteriskEngine
from okno.telephony.asterisk.install import Asterisk
from okno.telephony.asterisk.server import AsteriskServer, DoesNotStart
from okno.telephony.engine import EngineFailed

START_S = 30.0
NEEDED = frozenset(
    f"{name}.so"
    for name in (
        *("res_pjsip", "res_pjsip_transport_websocket", "res_ari_channels", "res_ari_bridges", "res_srtp"),
        *("res_rtp_asterisk", "res_stasis", "app_stasis", "app_mixmonitor", "codec_alaw", "bridge_holding"),
    )
)


def try_start(asterisk: Asterisk) -> int:
    """How many modules run. Raises `DoesNotStart`."""
    with tempfile.TemporaryDirectory(prefix="okno-asterisk-") as folder:
        Path(folder).chmod(0o755)
        return asyncio.run(_try(Path(folder), asterisk))


async def _try(home: Path, asterisk: Asterisk) -> int:
    server = AsteriskServer(home, asterisk, "trial", sip_host="127.0.0.1", sip_port=0, public="")
    server.write([], [])
    await server.ensure()
    engine = AsteriskEngine(Tasks(), server)
    try:
        async with asyncio.timeout(START_S):
            while True:
                running = asyncio.create_task(engine.run(lambda: True))
                while not engine.is_there() and not running.done():  # noqa: ASYNC110 - it has no event for it
                    await asyncio.sleep(0.05)
                if engine.is_there():
                    break
                await asyncio.gather(running, return_exceptions=True)
                await asyncio.sleep(0.2)
            names = await engine.list_modules()
            running.cancel()
    except (TimeoutError, EngineFailed) as error:
        raise DoesNotStart(str(error) or f"no answer within {START_S:.0f} s") from None
    finally:
        await server.stop()
    if missing := NEEDED - names:
        raise DoesNotStart(f"these modules are missing: {', '.join(sorted(missing))}")
    return len(names)
