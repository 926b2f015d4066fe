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
    default:
      return body
  }
}

more.erased = (events, by) => {
  const { until } = by.body as { until: number }
  return events.map((event: Event) => (event.seq <= until ? { ...event, body: bare(event.body, by.at) } : event))
}
