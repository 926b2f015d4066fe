import { defineStore } from "pinia"
import { shallowRef } from "vue"
import { Failure } from "../api"
import { i18n } from "../i18n"

export interface Toast {
  text: string
  act?: { label: string; run: () => void }
  bad?: boolean
}
const SHOWN_MS = 6_000
const KEPT_MS = 60_000 // the way back by key is open longer than the notice is seen

/** One line at the bottom of the window, with at most one way back. */
export const useToast = defineStore("toast", () => {
  const shown = shallowRef<Toast | null>(null)
  let timer: ReturnType<typeof setTimeout> | undefined
  let back: { run: () => void; until: number } | null = null

  function tell(text: string, act?: Toast["act"]): void {
    show(act ? { text, act } : { text })
  }
  /** What went wrong, in the server's words or as a lost connection. */
  function fail(error: unknown): void {
    const told = error instanceof Failure && error.status ? error.message : i18n.global.t("error.network")
    show({ text: told, bad: true })
  }
  function show(toast: Toast): void {
    clearTimeout(timer)
    shown.value = toast
    if (toast.act) back = { run: toast.act.run, until: Date.now() + KEPT_MS }
    timer = setTimeout(hide, SHOWN_MS)
  }
  function hide(): void {
    shown.value = null
  }
  function run(): void {
    const way = back && Date.now() < back.until ? back : null
    back = null
    if (!way) return tell(i18n.global.t("app.nothingBack"))
    hide()
    way.run()
  }
  return { shown, tell, fail, hide, run }
})
