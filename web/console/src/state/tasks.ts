import type { TaskCounters } from "@okno/protocol"
import { defineStore } from "pinia"
import { ref } from "vue"
import { get } from "../api"

/** How many tasks one has, for the rail; read again when something of them has changed. */
export const useTasks = defineStore("tasks", () => {
  const open = ref(0)
  const due = ref(0)
  async function load(): Promise<void> {
    const counters = await get<TaskCounters>("/tasks/counters").catch(() => null)
    if (counters) ({ open: open.value, due: due.value } = counters)
  }
  return { open, due, load }
})
