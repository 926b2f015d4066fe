import { defineStore } from "pinia"
import { shallowRef } from "vue"
import { get, put } from "../api"

export interface Draft {
  conversation: string
  text: string
  note: boolean
}

/** The operator's unfinished texts. They live on the server, so that another device goes on with them. */
export const useDrafts = defineStore("drafts", () => {
  const held = shallowRef<ReadonlyMap<string, Draft>>(new Map())

  function set(draft: Draft): void {
    const before = held.value.get(draft.conversation)
    if ((before?.text ?? "") === draft.text && (before?.note ?? draft.note) === draft.note) return
    const after = new Map(held.value)
    if (draft.text) after.set(draft.conversation, draft)
    else after.delete(draft.conversation)
    held.value = after
  }
  async function load(): Promise<void> {
    held.value = new Map((await get<Draft[]>("/drafts")).map((draft) => [draft.conversation, draft]))
  }
  /** What the server keeps for this conversation now. */
  async function fetch(conversation: string): Promise<Draft> {
    const draft = { ...(await get<Omit<Draft, "conversation">>(`/conversations/${conversation}/draft`)), conversation }
    set(draft)
    return draft
  }
  async function save(draft: Draft): Promise<void> {
    set(draft)
    await put(`/conversations/${draft.conversation}/draft`, { text: draft.text, note: draft.note })
  }
  return { held, load, fetch, save }
})
