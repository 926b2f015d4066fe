import type { Pending } from "@okno/client"
import type { ShownForm } from "@okno/protocol"
import type { Hello } from "./bubble"

/** What the host page keeps for us: the frame's own storage may be blocked. */
export interface Stored {
  token?: string
  visitor?: string
  talk?: 1
  box?: Pending[]
  draft?: string
  files?: { id: string; name: string }[]
  lang?: string
  mute?: 1 | undefined
  reach?: 1 | undefined
  rated?: string | undefined
  greet?: Hello | undefined
  agreed?: 1 | undefined
}
export interface Init {
  stored: Stored
  open: number
  /** Only a look, in the settings: nobody is there. */
  look?: 1
  person?: Person
  config?: { texts_ru: Texts; texts_en: Texts; look: string; form: ShownForm | null; callbacks: boolean; open: boolean | null; opens_at: string | null }
}
interface Texts {
  title: string
  greeting: string
  offline: string
}
export type Person = { token?: string; name?: string; email?: string; renew?: unknown } | undefined
type Heard = ({ t: "init" } & Init) | { t: "show"; open: number } | { t: "identify"; value: Person } | { t: "lang"; value: string } | { t: "greet"; value: Hello }

let origin = ""

/** Only the page that framed us is heard, and it is answered by its own origin. */
export function listen(hear: (message: Heard) => void): void {
  addEventListener("message", (e) => {
    if (e.source !== parent || (origin && e.origin !== origin)) return
    origin = e.origin
    hear(e.data as Heard)
  })
  parent.postMessage({ t: "ready" }, document.referrer ? new URL(document.referrer).origin : "*")
}

export function tell(message: object): void {
  if (origin) parent.postMessage(message, origin)
}

export const keep = (value: Stored): void => tell({ t: "keep", value })
