import { defineStore } from "pinia"
import { ref } from "vue"

/** Rows that are chosen for one act. */
export const useSelection = defineStore("selection", () => {
  const ids = ref<ReadonlySet<string>>(new Set())
  let last: string | null = null
  function set(id: string, on: boolean): void {
    const after = new Set(ids.value)
    if (on) after.add(id)
    else after.delete(id)
    ids.value = after
    last = id
  }
  const toggle = (id: string): void => set(id, !ids.value.has(id))
  /** From the row chosen last to this one, as they stand in the list. */
  function reach(id: string, order: readonly string[]): void {
    const [from, to] = [order.indexOf(last ?? id), order.indexOf(id)]
    if (from < 0 || to < 0) return set(id, true)
    ids.value = new Set([...ids.value, ...order.slice(Math.min(from, to), Math.max(from, to) + 1)])
    last = id
  }
  function clear(): void {
    ids.value = new Set()
    last = null
  }
  return { ids, set, toggle, reach, clear }
})
