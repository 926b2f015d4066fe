import { afterEach, beforeEach, expect, test, vi } from "vitest"
import { LINK_MS, Links, type FileLink } from "./links"
import { PIECE_BYTES, STALL_MS, Upload } from "./upload"

/** A tus server in memory; `script` says what happens to the next requests. */
const server = { held: null as Uint8Array | null, log: [] as string[], script: [] as ("dead" | "lost" | "half" | number)[] }

class Request {
  upload: { onprogress: ((e: { loaded: number }) => void) | null } = { onprogress: null }
  status = 0
  responseText = ""
  onload: (() => void) | null = null
  onerror: (() => void) | null = null
  onabort: (() => void) | null = null
  private method = ""
  private sent: Record<string, string> = {}
  private answer: Record<string, string> = {}
  open(method: string): void {
    this.method = method
  }
  setRequestHeader(name: string, value: string): void {
    this.sent[name] = value
  }
  getResponseHeader(name: string): string | null {
    return this.answer[name] ?? null
  }
  abort(): void {
    this.status = 0
    this.onabort?.()
  }
  send(body: Bytes | null): void {
    server.log.push(this.method)
    const fate = server.script.shift()
    if (fate === "dead") return
    if (typeof fate === "number") return this.end(fate, '{"title":"no","status":413}')
    if (this.method === "POST") {
      if (server.held) return this.end(409)
      server.held = new Uint8Array(0)
      return queueMicrotask(() => (fate === "lost" ? this.onerror?.() : this.end(201)))
    }
    if (this.method === "DELETE") server.held = null
    if (!server.held) return this.end(404)
    if (this.method === "PATCH") {
      if (Number(this.sent["upload-offset"]) !== server.held.length) return this.end(409)
      let { bytes } = body!
      if (fate === "half") bytes = bytes.slice(0, bytes.length / 2)
      const all: Uint8Array = new Uint8Array(server.held.length + bytes.length)
      all.set(server.held)
      all.set(bytes, server.held.length)
      server.held = all
      if (fate === "half") return queueMicrotask(() => this.onerror?.())
    }
    this.end(204)
  }
  private end(status: number, text = ""): void {
    this.status = status
    this.responseText = text
    this.answer = { "upload-offset": String(server.held?.length ?? 0) }
    queueMicrotask(() => this.onload?.())
  }
}

/** A file whose slices can be looked into without waiting. */
class Bytes {
  constructor(readonly bytes: Uint8Array) {}
  get size(): number {
    return this.bytes.length
  }
  slice(from: number, until: number): Bytes {
    return new Bytes(this.bytes.slice(from, until))
  }
}
const arrived = (): boolean => server.held?.length === BYTES.length && BYTES.every((byte, at) => server.held![at] === byte)

beforeEach(() => {
  vi.useFakeTimers()
  vi.stubGlobal("XMLHttpRequest", Request)
  Object.assign(server, { held: null, log: [], script: [] })
})
afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

function upload(bytes: Uint8Array, headers: () => Record<string, string> | null = () => ({})): { upload: Upload; end: Promise<string> } {
  let it!: Upload
  const end = new Promise<string>((resolve) => {
    it = new Upload({
      ...{ url: "/files", file: new Bytes(bytes) as unknown as Blob, name: "чек.pdf", type: "application/pdf", id: "1", headers },
      onDone: resolve,
      onFail: (problem) => resolve(`failed ${problem.status}`),
    })
  })
  it.start()
  return { upload: it, end }
}
const BYTES = Uint8Array.from({ length: PIECE_BYTES * 2 + 7 }, (_, i) => i % 251)

test("a file arrives whole though links break in the middle, answers are lost and one line goes silent", async () => {
  server.script = ["lost", 503]
  const { end } = upload(BYTES)
  await vi.advanceTimersByTimeAsync(STALL_MS * 4)
  expect(await end).toBe("1")
  expect(arrived()).toBe(true)
})

test("half a piece and a silent line are gone on from, not sent anew", async () => {
  server.script = [undefined as never, "half", "dead"]
  const { end } = upload(BYTES)
  await vi.advanceTimersByTimeAsync(STALL_MS * 3)
  expect(await end).toBe("1")
  expect(arrived()).toBe(true)
  expect(server.log.filter((m) => m === "HEAD").length).toBeGreaterThanOrEqual(2)
  expect(server.log.filter((m) => m === "POST")).toHaveLength(1)
})

test("a file chosen before anybody is known waits for that and is not refused", async () => {
  let known = false
  const { end } = upload(BYTES, () => (known ? {} : null))
  await vi.advanceTimersByTimeAsync(5_000)
  expect(server.log).toEqual([])
  known = true
  await vi.advanceTimersByTimeAsync(60_000)
  expect(await end).toBe("1")
  expect(arrived()).toBe(true)
})

test("a refused file fails with the server's reason and is not tried again", async () => {
  server.script = [413]
  const { end } = upload(BYTES)
  expect(await end).toBe("failed 413")
  await vi.advanceTimersByTimeAsync(60_000)
  expect(server.log).toEqual(["POST"])
})

test("an aborted upload leaves nothing on the server and calls nobody", async () => {
  server.script = [undefined as never, "dead"]
  const { upload: it } = upload(BYTES)
  await vi.advanceTimersByTimeAsync(100)
  it.abort()
  await vi.advanceTimersByTimeAsync(60_000)
  expect(server.log).toEqual(["POST", "PATCH", "DELETE"])
  expect(server.held).toBeNull()
})

test("addresses wanted at the same moment are asked for once, and again when they are old or were refused", async () => {
  let now = 0
  const asked: string[][] = []
  const answer = (id: string): FileLink => ({ id, url: `/f/${id}`, preview_url: null, width: null, height: null })
  let broken = true
  const links = new Links(
    async (ids) => {
      asked.push(ids)
      if (broken) throw new Error("no link")
      return ids.filter((id) => id !== "gone").map(answer)
    },
    () => now,
  )
  await expect(links.links(["a"])).rejects.toThrow("no link")
  broken = false
  const [first, second] = await Promise.all([links.links(["a", "gone"]), links.links(["b", "a"])])
  expect([...first.keys()]).toEqual(["a"])
  expect([...second.keys()]).toEqual(["b", "a"])
  await links.links(["a", "b"])
  now = LINK_MS + 1
  await links.links(["a"])
  expect(asked).toEqual([["a"], ["a", "gone", "b"], ["a"]])
})
