import type { Body, Event } from "@okno/protocol"
import { more } from "./thread"

/** An event's body after an erasure: what people wrote is gone. The same as the server's. */
export function bare(body: Body, at: string): Body {
  switch (body.type) {
    case "message":
    case "note":
      return { type: body.type, edited_at: body.edited_at, deleted_at: body.deleted_at ?? at }
    case "edited":
    case "task":
      return { ...body, text: "" }
    case "secret_asked":
      return { ...body, label: "", state: "closed" }
    case "assigned":
      return { ...body, reason: "" }
    case "described":
      return { ...body, value: "" }
    case "carried":
      return { ...body, text: undefined, attachments: undefined, quote: { ...body.quote, excerpt: "" } }
    case "split":
      return { ...body, excerpt: "" }
    default:
      return body
  }
}

/** What repeats a deleted message loses its words; one that was carried over, its text and files, too. */
more.emptied = (body, quote) => {
  const held = body as Body
  return held.type === "carried" ? { ...held, quote, text: undefined, attachments: undefined } : { ...body, quote }
}

more.erased = (events, by) => {
  const { until } = by.body as { until: number }
  return events.map((event: Event) => (event.seq <= until ? { ...event, body: bare(event.body, by.at) } : event))
}
