import { uuid7 } from "@okno/client"
import type { ServerFrame, WhisperDone, WhisperFrame } from "@okno/protocol"
import { defineStore } from "pinia"
import { ref, shallowRef } from "vue"
import { useInbox } from "./inbox"

/** Over whose shoulder a supervisor looks, and what an operator hears of it. */
export const useWatching = defineStore("watching", () => {
  const inbox = useInbox()
  /** Of one's own conversations those that are watched, and by whom, as far as it is told. */
  const over = shallowRef<ReadonlyMap<string, string[]>>(new Map())
  const whispers = shallowRef<readonly WhisperFrame[]>([])
  const done = shallowRef<WhisperDone | null>(null)
  const watched = ref<string | null>(null)
  /** Why the last whisper did not reach anybody. */
  const refused = ref("")
  let last = ""
  inbox.whenFrame(hear)

  function hear(frame: ServerFrame): void {
    if (frame.t === "operator") {
      over.value = new Map()
      if (watched.value) inbox.say({ t: "watch", conversation: watched.value })
    } else if (frame.t === "watched") {
      const after = new Map(over.value)
      if (frame.on) after.set(frame.conversation, frame.names ?? [])
      else after.delete(frame.conversation)
      over.value = after
    } else if (frame.t === "whisper") whispers.value = [...whispers.value.filter((one) => one.id !== frame.id), frame]
    else if (frame.t === "whisper_done") done.value = frame
    else if (frame.t === "refused" && frame.id && frame.id === last) refused.value = frame.problem.detail ?? frame.problem.title
  }
  async function watch(id: string | null): Promise<void> {
    if (watched.value !== id) done.value = null
    watched.value = id
    inbox.say({ t: "watch", conversation: id })
    if (id) await inbox.hold(id)
  }
  function whisper(conversation: string, text: string, propose: boolean): string {
    const id = (last = uuid7())
    done.value = null
    refused.value = ""
    inbox.say({ t: "whisper", id, conversation, text, propose })
    return id
  }
  function answer(one: WhisperFrame, fate: WhisperDone["fate"]): void {
    whispers.value = whispers.value.filter((other) => other.id !== one.id)
    inbox.say({ t: "whisper_answer", id: one.id, conversation: one.conversation, to: one.by, fate })
  }
  return { over, whispers, done, refused, watched, watch, whisper, answer }
})
