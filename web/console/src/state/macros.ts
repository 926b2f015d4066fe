import { uuid7 } from "@okno/client"
import type { ConversationRow, Macro, MacroDone } from "@okno/protocol"
import { post, put } from "../api"
import { i18n } from "../i18n"
import { useInbox } from "./inbox"
import { useToast } from "./toast"

/** Run it on the server; what comes back takes it back, as far as that is possible. Raises `Failure`. */
export async function runMacro(conversation: string, macro: Macro): Promise<() => Promise<void>> {
  const inbox = useInbox()
  let done: MacroDone | undefined
  const id = uuid7() // the same run, however often it is asked for
  await inbox.act(conversation, {}, async () => {
    done = await post<MacroDone>(`/conversations/${conversation}/macros/${macro.id}`, { id })
    return done.row
  })
  const { before, row, sent } = done!
  return async () => {
    if (before.status === "open" && row.status === "closed") await inbox.reopen(conversation)
    if (before.assignee !== row.assignee) await inbox.assign(conversation, before.assignee)
    if (before.labels.join("\n") !== row.labels.join("\n"))
      await inbox.act(conversation, { labels: before.labels }, () => put<ConversationRow>(`/conversations/${conversation}/labels`, { labels: before.labels }))
    if (sent) useToast().tell(i18n.global.t("macro.sentStays"))
  }
}
