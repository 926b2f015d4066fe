import type { Ack, Refused } from "@okno/protocol"
import type { Pending } from "./thread"

export const OUTBOX_MAX = 200

/** Keeps sends until they are acked; `save` is called with all of them after every change. */
export class Outbox {
  private items: Pending[]

  constructor(
    restored: readonly Pending[],
    private readonly save: (items: readonly Pending[]) => void,
  ) {
    this.items = restored.slice(-OUTBOX_MAX).map((item) => ({ ...item, sent: false }))
  }

  get all(): readonly Pending[] {
    return this.items
  }

  /** Whether something on the line awaits its ack. */
  get waiting(): boolean {
    return this.items.some((item) => item.sent && !item.failed)
  }

  /** False when it is full: the sender must be told, nothing may be dropped silently. */
  add(item: Pending): boolean {
    if (this.items.length >= OUTBOX_MAX) return false
    this.items = [...this.items, item]
    this.save(this.items)
    return true
  }

  /** Hand over, in order, what is not on the line yet; stops when the line is gone. */
  flush(send: (item: Pending) => boolean): void {
    let open = true
    this.items = this.items.map((item) => {
      if (item.sent || item.failed || !open) return item
      open = send(item)
      return open ? { ...item, sent: true } : item
    })
  }

  /** A new connection: everything without an ack goes again. */
  lost(): void {
    this.items = this.items.map((item) => (item.sent ? { ...item, sent: false } : item))
  }

  acked(ack: Ack): Pending | undefined {
    return this.remove(ack.id)
  }

  /** Taken back by its writer. */
  remove(id: string): Pending | undefined {
    const found = this.items.find((item) => item.id === id)
    if (found) {
      this.items = this.items.filter((item) => item.id !== id)
      this.save(this.items)
    }
    return found
  }

  /** Refused for good: it stays with the reason until it is tried again or removed. `retry`: it goes again by itself. */
  refused(frame: Refused): Pending | undefined {
    const found = this.items.find((item) => item.id === frame.id)
    if (!found) return undefined
    const now: Pending = frame.retry
      ? { ...found, sent: false }
      : { ...found, sent: false, failed: frame.problem.detail ?? frame.problem.title }
    this.items = this.items.map((item) => (item.id === now.id ? now : item))
    this.save(this.items)
    return now
  }

  retry(id: string): void {
    this.items = this.items.map((item) => {
      if (item.id !== id) return item
      const { failed: _, ...rest } = item
      return { ...rest, sent: false }
    })
    this.save(this.items)
  }

  clear(): void {
    this.items = []
    this.save(this.items)
  }
}
