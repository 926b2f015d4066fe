import type { ShownForm } from "@okno/protocol"
import type { Talk } from "./talk"

/** Whether somebody nobody knows is asked before he writes. */
export function asks(talk: Talk): ShownForm | null {
  const form = talk.init.config?.form
  const { status, state, blocked } = talk.view
  return form?.on && !talk.init.person && !talk.init.stored.talk && !state && status === "online" && !blocked && !talk.outbox.all.length ? form : null
}
