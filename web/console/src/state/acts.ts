import type { Macro, Template } from "@okno/protocol"
import { shallowRef } from "vue"

/** What can be done with the open conversation; the inbox offers it, the palette runs it. */
export interface Acts {
  close: () => void
  reopen: () => void
  take: () => void
  release: () => void
  give: (operator: string) => void
  assign: () => void
  label: () => void
  card: () => void
  reply: () => void
  note: () => void
  next: () => void
  insert: (template: Template) => void
  macros: () => void
  run: (macro: Macro) => void
  snooze: () => void
  task: () => void
  wake: () => void
  copy: () => void
  merge: () => void
  split: () => void
}
export const acts = shallowRef<Acts | null>(null)
