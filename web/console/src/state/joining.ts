import type { ConversationRow } from "@okno/protocol"
import { defineStore } from "pinia"
import { computed, ref } from "vue"
import { call, post } from "../api"
import { i18n } from "../i18n"
import { useInbox } from "./inbox"
import { useToast } from "./toast"
import "../words.joining"

/** Conversations of one customer joined and parted, each with its way back; and which messages are being split off. */
export const useJoining = defineStore("joining", () => {
  const inbox = useInbox()
  const toast = useToast()
  const { t } = i18n.global
  /** The conversation whose messages are being chosen, and their numbers. */
  const of = ref<string | null>(null)
  const picked = ref<ReadonlySet<number>>(new Set())

  const put = (into: string, other: string): Promise<void> => inbox.act(into, {}, () => post<ConversationRow>(`/conversations/${into}/merges`, { conversation: other }))
  const takeBack = (into: string, other: string): Promise<void> => inbox.act(into, {}, () => call<ConversationRow>("DELETE", `/conversations/${into}/merges/${other}`))
  /** The other one continues in this one. Answers whether it was done. */
  async function merge(into: string, other: string): Promise<boolean> {
    try {
      await put(into, other)
      toast.tell(t("joining.merged"), { label: t("app.undo"), run: () => void part(into, other) })
      return true
    } catch (error) {
      toast.fail(error)
      return false
    }
  }
  async function part(into: string, other: string): Promise<void> {
    try {
      await takeBack(into, other)
      toast.tell(t("joining.parted"), { label: t("app.undo"), run: () => void merge(into, other) })
    } catch (error) {
      toast.fail(error)
    }
  }

  /** Choose messages of a conversation, beginning with one and what follows it. */
  function pick(conversation: string, from: number | null): void {
    of.value = conversation
    const events = inbox.threads.get(conversation)?.events ?? []
    const gone = new Set(events.flatMap((event) => (event.body.type === "split" && event.body.off ? event.body.seqs : [])))
    picked.value = new Set(from === null ? [] : events.filter((event) => event.seq >= from && splits(event.body) && !gone.has(event.seq)).map((event) => event.seq))
  }
  const splits = (body: { type: string; deleted_at?: string | null }): boolean => (body.type === "message" || body.type === "note") && !body.deleted_at
  function toggle(seq: number): void {
    const after = new Set(picked.value)
    if (!after.delete(seq)) after.add(seq)
    picked.value = after
  }
  function drop(): void {
    of.value = null
    picked.value = new Set()
  }
  /** A conversation of their own, with whoever splits them off; null when it was refused. */
  async function split(): Promise<ConversationRow | null> {
    const from = of.value
    if (!from || !picked.value.size) return null
    try {
      const row = await post<ConversationRow>(`/conversations/${from}/splits`, { seqs: [...picked.value].sort((a, b) => a - b) })
      inbox.take(row)
      return row
    } catch (error) {
      toast.fail(error)
      return null
    }
  }
  const told = (row: ConversationRow, from: string, back: () => void): void =>
    toast.tell(t("joining.split"), { label: t("app.undo"), run: () => void merge(from, row.id).then((done) => done && back()) })
  const count = computed(() => picked.value.size)
  return { of, picked, count, put, takeBack, merge, part, pick, toggle, drop, split, splits, told }
})
