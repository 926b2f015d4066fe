// The reference: a socket.io chat with a PostgreSQL archive, as its users write it. GROUP=1 adds a group commit.
const { Server } = require("socket.io")
const { Pool } = require("pg")
const [port, host, database] = process.argv.slice(2)
const pool = new Pool({ host, user: "postgres", database, max: 20 })
const ONE = "insert into chat (conversation_id, client_id, sender, body) values ($1, $2, 1, $3) returning id"
const MANY = "insert into chat (conversation_id, client_id, sender, body) select c, u, 1, b from unnest($1::uuid[], $2::uuid[], $3::text[]) as x (c, u, b) returning id"
const DDL = `create table if not exists chat (id bigint generated always as identity primary key, conversation_id uuid not null,
  client_id uuid not null, sender smallint not null, body text not null, created_at timestamptz not null default now(),
  unique (conversation_id, client_id))`
let waiting = []
let running = false
async function group() {
  if (running) return
  running = true
  while (waiting.length) {
    const batch = waiting.splice(0, 1000)
    const columns = ["conversation", "client_id", "body"].map((name) => batch.map((x) => x.message[name]))
    const { rows } = await pool.query({ name: "many", text: MANY, values: columns })
    batch.forEach((x, i) => x.done(rows[i].id))
  }
  running = false
}
async function main() {
  await pool.query(DDL)
  const io = new Server(+port, { transports: ["websocket"], perMessageDeflate: false, serveClient: false })
  io.on("connection", (socket) => {
    if (socket.handshake.auth.role === "operator") socket.join("operators")
    socket.on("message", async (message, ack) => {
      const done = (id) => {
        ack({ id })
        io.to("operators").emit("message", { id, client_id: message.client_id, conversation: message.conversation, body: message.body })
      }
      if (process.env.GROUP) {
        waiting.push({ message, done })
        return void group()
      }
      const { rows } = await pool.query({ name: "one", text: ONE, values: [message.conversation, message.client_id, message.body] })
      done(rows[0].id)
    })
  })
  console.log("up")
}
main()
