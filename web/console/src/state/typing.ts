import type { TypingFrame } from "@okno/protocol"
import { shallowRef } from "vue"

const TYPING_MS = 6_000
/** What a watched operator has written stands there while he thinks. */
const DRAFT_MS = 120_000

/** Who writes where; a note of it fades by itself when its end got lost. */
export function makeTyping() {
  const now = shallowRef<readonly TypingFrame[]>([])
  const timers = new Map<string, ReturnType<typeof setTimeout>>()

  function hear(frame: TypingFrame): void {
    const key = `${frame.conversation} ${frame.actor_id}`
    clearTimeout(timers.get(key))
    timers.delete(key)
    const others = now.value.filter((one) => one.conversation !== frame.conversation || one.actor_id !== frame.actor_id)
    if (frame.on) timers.set(key, setTimeout(() => hear({ ...frame, on: false }), frame.actor === "operator" && frame.draft ? DRAFT_MS : TYPING_MS))
    now.value = frame.on ? [...others, frame] : others
  }
  /** The message is here: nobody writes it any more. */
  function said(conversation: string, actor: string): void {
    if (now.value.some((one) => one.conversation === conversation && one.actor_id === actor))
      hear({ t: "typing", conversation, actor: "system", actor_id: actor, name: "", on: false })
  }
  return { now, hear, said }
}
