import type { Alert, AlertPage, ServerFrame } from "@okno/protocol"
import { defineStore } from "pinia"
import { ref, shallowRef } from "vue"
import { get, post } from "../api"

type AlertFrame = Extract<ServerFrame, { t: "alert" }>

/** What waits for this operator besides the list of conversations. */
export const useAlerts = defineStore("alerts", () => {
  const unread = ref(0)
  const all = shallowRef<readonly Alert[]>([])
  const next = ref<string | null>(null)
  const loading = ref(false)
  const fault = shallowRef<unknown>(null)

  function take(page: AlertPage, more: boolean): void {
    all.value = more ? [...all.value, ...page.alerts.filter((it) => all.value.every((held) => held.id !== it.id))] : page.alerts
    unread.value = page.unread
    next.value = page.next
  }
  /** The newest page, or the one that follows. */
  async function load(more = false): Promise<void> {
    loading.value = true
    fault.value = null
    try {
      take(await get<AlertPage>(`/alerts?limit=30${more && next.value ? `&cursor=${next.value}` : ""}`), more)
    } catch (error) {
      fault.value = error
    } finally {
      loading.value = false
    }
  }
  async function count(): Promise<void> {
    unread.value = (await get<AlertPage>("/alerts?limit=1")).unread
  }
  function hear(frame: AlertFrame): void {
    unread.value = frame.unread
    const { alert } = frame
    if (alert) all.value = [alert, ...all.value.filter((it) => it.id !== alert.id)]
  }
  /** At once on the screen; the server's count has the last word. */
  async function read(which: { ids?: string[]; conversation?: string }): Promise<void> {
    const before = all.value
    const meant = (it: Alert): boolean => (which.ids ? which.ids.includes(it.id) : which.conversation ? it.conversation === which.conversation : true)
    all.value = before.map((it) => (meant(it) ? { ...it, read: true } : it))
    try {
      unread.value = (await post<{ unread: number }>("/alerts/read", which)).unread
    } catch (error) {
      all.value = before
      throw error
    }
  }
  return { unread, all, next, loading, fault, load, count, hear, read }
})
