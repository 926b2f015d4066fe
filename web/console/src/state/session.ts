import type { Me } from "@okno/protocol"
import { defineStore } from "pinia"
import { computed, ref } from "vue"
import { Failure, call, get, remove, useCsrf } from "../api"
import { setLocale } from "../i18n"

export const useSession = defineStore("session", () => {
  const me = ref<Me | null>(null)
  const may = computed(() => new Set(me.value?.permissions ?? []))

  function take(value: Me): void {
    me.value = value
    useCsrf(value.csrf)
    show()
  }

  function show(): void {
    if (!me.value) return
    void setLocale(me.value.operator.locale)
    const { theme } = me.value.operator
    if (theme === "auto") delete document.documentElement.dataset.theme
    else document.documentElement.dataset.theme = theme
  }

  /** Who is signed in; null when nobody is. Raises `Failure` when the server does not answer. */
  async function load(): Promise<Me | null> {
    try {
      take(await get<Me>("/session"))
    } catch (error) {
      if (!(error instanceof Failure) || error.status !== 401) throw error
      me.value = null
    }
    return me.value
  }

  async function login(email: string, password: string): Promise<void> {
    take(await call<Me>("POST", "/session", { email, password }))
  }

  async function logout(): Promise<void> {
    await remove("/session").catch(() => undefined)
    me.value = null
  }

  /** What one may see and do, to be compared. */
  const scope = (): string => JSON.stringify([me.value?.permissions, me.value?.operator.teams])

  return { me, may, take, show, load, login, logout, scope }
})
