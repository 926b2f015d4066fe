import { defineStore } from "pinia"
import { ref } from "vue"
import { i18n } from "../i18n"
import { useInbox } from "./inbox"
import { useToast } from "./toast"
import "../words.joining"

const HELD_MS = 5_000
interface Line { id: string; conversation: string; seq: number }

/** A deletion cannot be taken back once it is done: it waits for some seconds, and does not once this window closes. */
export const useErasing = defineStore("erasing", () => {
  const inbox = useInbox()
  const toast = useToast()
  const held = ref<ReadonlyMap<string, Line>>(new Map())
  const timers = new Map<string, ReturnType<typeof setTimeout>>()

  function drop(id: string): Line | undefined {
    const line = held.value.get(id)
    const after = new Map(held.value)
    after.delete(id)
    held.value = after
    clearTimeout(timers.get(id))
    timers.delete(id)
    return line
  }
  function now(id: string): void {
    const line = drop(id)
    if (line) inbox.send(line.conversation, { type: "deleted", seq: line.seq })
  }
  const keep = (id: string): void => void drop(id)
  function erase(line: Line): void {
    held.value = new Map(held.value).set(line.id, line)
    timers.set(line.id, setTimeout(() => now(line.id), HELD_MS))
    toast.tell(i18n.global.t("undo.erased"), { label: i18n.global.t("app.undo"), run: () => keep(line.id) })
  }
  addEventListener("pagehide", () => [...held.value.keys()].forEach(now)) // the outbox keeps it
  return { held, erase, keep, now }
})
