import { ref } from "vue"
import { useI18n } from "vue-i18n"
import { Failure } from "../api"

/** Runs what a form asks for: busy, "Saved at 14:31", or what the server said against it. */
export function useSaving() {
  const { t, locale } = useI18n()
  const busy = ref(false)
  const told = ref("")
  const fault = ref("")
  async function attempt(work: () => Promise<unknown>, done = true): Promise<boolean> {
    busy.value = true
    told.value = fault.value = ""
    try {
      await work()
      if (done) told.value = t("settings.savedAt", { time: new Intl.DateTimeFormat(locale.value, { hour: "2-digit", minute: "2-digit" }).format(new Date()) })
      return true
    } catch (error) {
      fault.value = error instanceof Failure && error.status ? error.message : t("error.network")
      return false
    } finally {
      busy.value = false
    }
  }
  return { busy, told, fault, attempt }
}
