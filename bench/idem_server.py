"""The bare limit of the durable path: a batch is one INSERT ON CONFLICT; nothing else a product needs is there."""

import asyncio
import sys
from typing import Any
from uuid import UUID

import asyncpg
import msgspec
import uvloop
from picows import WSListener, WSMsgType, ws_create_server

INSERT = (
    "INSERT INTO idem (conversation_id, client_id, sender, body) SELECT c, u, 1, b"
    " FROM unnest($1::uuid[], $2::uuid[], $3::text[]) AS x (c, u, b) ON CONFLICT DO NOTHING"
)


class Incoming(msgspec.Struct):
    client_id: UUID
    conversation: UUID
    body: str


decode = msgspec.json.Decoder(Incoming).decode
operators: set[Any] = set()
pending: list[tuple[Any, Incoming]] = []
wake = asyncio.Event()


class Peer(WSListener):
    def __init__(self, operator: bool) -> None:
        super().__init__()
        self.operator = operator

    def on_ws_connected(self, transport: Any) -> None:
        if self.operator:
            operators.add(transport)

    def on_ws_frame(self, transport: Any, frame: Any) -> None:
        if frame.msg_type == WSMsgType.TEXT:
            pending.append((transport, decode(frame.get_payload_as_memoryview())))
            wake.set()
        elif frame.msg_type == WSMsgType.CLOSE:
            transport.disconnect()


async def write(connection: Any) -> None:
    while True:
        await wake.wait()
        wake.clear()
        await asyncio.sleep(0)
        while pending:
            batch = pending[:1000]
            del pending[:1000]
            columns = ([m.conversation for _, m in batch], [m.client_id for _, m in batch], [m.body for _, m in batch])
            await connection.execute(INSERT, *columns)
            for transport, message in batch:
                transport.send(WSMsgType.TEXT, b'{"id":"%b"}' % str(message.client_id).encode())
            frame = msgspec.json.encode(
                [{"id": m.client_id, "conversation": m.conversation, "body": m.body} for _, m in batch]
            )
            for operator in operators:
                operator.send(WSMsgType.TEXT, frame)


async def main() -> None:
    connection = await asyncpg.connect(sys.argv[2])
    server = await ws_create_server(
        lambda request: Peer(request.path.endswith(b"operator")),
        "127.0.0.1",
        int(sys.argv[1]),
        backlog=4096,
        use_aiofastnet=False,
        read_buffer_init_size=2048,
    )
    print("up", flush=True)
    await asyncio.gather(write(connection), server.serve_forever())


if __name__ == "__main__":
    uvloop.run(main())
