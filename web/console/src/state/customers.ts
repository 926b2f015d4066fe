import type { ConversationPage } from "@okno/protocol"
import { useI18n } from "vue-i18n"
import { useRouter } from "vue-router"
import { get } from "../api"
import { useToast } from "./toast"

/** Goes to a customer's conversation: the open one, else the latest; says so when there is none to see. */
export function useCustomers(): (id: string) => Promise<void> {
  const router = useRouter()
  const toast = useToast()
  const { t } = useI18n()
  return async (id) => {
    try {
      for (const status of ["open", "closed"]) {
        const page = await get<ConversationPage>(`/conversations?contact=${id}&status=${status}&limit=1`)
        if (page.rows[0]) return void (await router.push(`/conversations/${page.rows[0].id}`))
      }
      toast.tell(t("palette.silent"))
    } catch (error) {
      toast.fail(error)
    }
  }
}
