import type { ServerFrame } from "@okno/protocol"
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest"
import { Link, type Dial, type WireEvents } from "./link"
import { Outbox } from "./outbox"
import type { Pending } from "./thread"

/** A line that can go silent without closing, as a phone's does behind a NAT. */
class Lines {
  dials: WireEvents[] = []
  sent: string[][] = []
  abandoned = 0
  silent = false
  dial: Dial = (events) => {
    const at = this.dials.push(events) - 1
    this.sent.push([])
    queueMicrotask(() => events.open())
    return {
      send: (text) => {
        this.sent[at]!.push(text)
        if (this.silent) return
        const frame = JSON.parse(text) as { t: string }
        if (frame.t === "visitor") events.frame('{"t":"visitor"}')
        if (frame.t === "ping") events.frame('{"t":"pong","n":0}')
      },
      abandon: () => void this.abandoned++,
    }
  }
}

describe("a link", () => {
  let lines: Lines
  let waiting = false
  let visible = true
  let link: Link
  beforeEach(() => {
    vi.useFakeTimers()
    lines = new Lines()
    waiting = false
    visible = true
    link = new Link({
      dials: [lines.dial],
      hello: () => ({ t: "visitor", version: 1, key: "k" }),
      onFrame: (_: ServerFrame) => undefined,
      onStatus: () => undefined,
      visible: () => visible,
      waiting: () => waiting,
      random: () => 0.5,
    })
    link.start()
  })
  afterEach(() => {
    link.stop()
    vi.useRealTimers()
  })

  it("notices a half-open line within 8 s while something awaits its ack", async () => {
    await vi.advanceTimersByTimeAsync(100)
    expect(link.status).toBe("online")
    lines.silent = true
    waiting = true
    link.send({ t: "send", id: "1", body: { type: "message", text: "x" } })
    await vi.advanceTimersByTimeAsync(8_000)
    expect(lines.dials.length).toBeGreaterThan(1)
  })

  it("notices it within 12 s while somebody merely looks", async () => {
    await vi.advanceTimersByTimeAsync(100)
    lines.silent = true
    await vi.advanceTimersByTimeAsync(12_000)
    expect(lines.dials.length).toBeGreaterThan(1)
  })

  it("leaves a hidden tab's line alone between its slow beats", async () => {
    visible = false
    await vi.advanceTimersByTimeAsync(100)
    await vi.advanceTimersByTimeAsync(20_000)
    expect(lines.sent[0]!.filter((text) => text.includes("ping"))).toEqual([])
    await vi.advanceTimersByTimeAsync(6_000)
    expect(lines.sent[0]!.filter((text) => text.includes("ping")).length).toBe(1)
    expect(lines.dials.length).toBe(1)
  })

  it("backs off, and comes back at once when it is woken", async () => {
    await vi.advanceTimersByTimeAsync(100)
    lines.silent = true
    for (let i = 0; i < 6; i++) {
      lines.dials.at(-1)!.lost()
      await vi.advanceTimersByTimeAsync(40_000)
    }
    lines.dials.at(-1)!.lost()
    const before = lines.dials.length
    await vi.advanceTimersByTimeAsync(1_500)
    lines.silent = false
    link.wake()
    await vi.advanceTimersByTimeAsync(50)
    expect(lines.dials.length).toBe(before + 1)
    expect(link.status).toBe("online")
  })
})

describe("the outbox", () => {
  const item = (id: string): Pending => ({ id, conversation: null, body: { type: "message", text: id }, at: "", sent: false })

  it("keeps the order, sends again after a loss and forgets what was acked", () => {
    let saved: readonly Pending[] = []
    const box = new Outbox([], (items) => (saved = items))
    for (const id of ["a", "b", "c"]) box.add(item(id))
    const line: string[] = []
    box.flush((x) => line.push(x.id) > 0)
    box.acked({ id: "a", conversation: "c", seq: 1, at: "" })
    box.lost()
    box.flush((x) => line.push(x.id) > 0)
    expect(line).toEqual(["a", "b", "c", "b", "c"])
    expect(new Outbox(saved, () => undefined).all.map((x) => [x.id, x.sent])).toEqual([["b", false], ["c", false]])
  })

  it("says when it is full instead of dropping", () => {
    const box = new Outbox([], () => undefined)
    for (let i = 0; i < 200; i++) expect(box.add(item(String(i)))).toBe(true)
    expect(box.add(item("late"))).toBe(false)
  })

  it("keeps a refused message with the reason until it is tried again", () => {
    const box = new Outbox([item("a")], () => undefined)
    box.flush(() => true)
    box.refused({ t: "refused", id: "a", problem: { type: "", title: "No", status: 422 } })
    expect(box.all[0]!.failed).toBe("No")
    expect(box.waiting).toBe(false)
    box.retry("a")
    expect(box.all[0]).toMatchObject({ sent: false })
    expect(box.all[0]).not.toHaveProperty("failed")
  })
})
