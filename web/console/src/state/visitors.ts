import type { OnlineVisitor, ServerFrame } from "@okno/protocol"
import { defineStore } from "pinia"
import { ref, shallowRef } from "vue"
import { i18n } from "../i18n"
import { useInbox } from "./inbox"

/** Who is on the site now: told over the operator's line while somebody looks at the list, and not in a hidden tab. */
export const useVisitors = defineStore("visitors", () => {
  const inbox = useInbox()
  const here = shallowRef<ReadonlyMap<string, OnlineVisitor>>(new Map())
  const total = ref(0)
  /** Whether the list has come at all. */
  const known = ref(false)
  let looking = false
  inbox.whenFrame(hear)

  function hear(frame: ServerFrame): void {
    if (frame.t === "operator") ask()
    if (frame.t !== "visitors") return
    const after = new Map(frame.reset ? [] : here.value)
    for (const id of frame.gone ?? []) after.delete(id)
    for (const one of frame.visitors) after.set(one.visitor, one)
    here.value = after
    total.value = frame.total
    known.value = true
  }
  function ask(): void {
    if (looking) inbox.say({ t: "visitors", on: !document.hidden, locale: i18n.global.locale.value === "ru" ? "ru" : "en" })
  }
  function look(on: boolean): void {
    if (on) {
      looking = true
      document.addEventListener("visibilitychange", ask)
      return ask()
    }
    looking = false
    document.removeEventListener("visibilitychange", ask)
    inbox.say({ t: "visitors", on: false })
    known.value = false
    here.value = new Map()
  }
  return { here, total, known, look }
})
