import type { Macro, Template, Variable } from "@okno/protocol"
import { defineStore } from "pinia"
import { computed, shallowRef } from "vue"
import { get } from "../api"
import { prepare, seek } from "./seek"

const STALE_MS = 60_000

/** Templates and macros one may use: read once, then again behind what is shown when they may have changed. */
export const useTemplates = defineStore("templates", () => {
  const all = shallowRef<Template[]>([])
  const macros = shallowRef<Macro[]>([])
  const variables = shallowRef<Variable[]>([])
  const read = shallowRef(false)
  const index = computed(() => prepare(all.value))
  let at = 0

  async function load(): Promise<void> {
    at = Date.now()
    try {
      ;[all.value, macros.value, variables.value] = await Promise.all([get<Template[]>("/templates"), get<Macro[]>("/macros"), get<Variable[]>("/templates/variables")])
      read.value = true
    } catch (error) {
      at = 0
      throw error
    }
  }
  /** Answers from what is there, and reads anew when that is old. */
  function refresh(): void {
    if (Date.now() - at > STALE_MS) void load().catch(() => undefined)
  }
  const find = (question: string, most?: number): Template[] => seek(index.value, question, most)
  return { all, macros, variables, read, load, refresh, find }
})
