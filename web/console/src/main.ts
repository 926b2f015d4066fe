import "@fontsource-variable/onest"
import { createPinia } from "pinia"
import { createApp } from "vue"
import { createRouter, createWebHistory } from "vue-router"
import App from "./App.vue"
import { whenSignedOut } from "./api"
import { i18n, setLocale, type Locale } from "./i18n"
import { routes } from "./routes"
import { useSession } from "./state/session"
import "./look/tokens.css"
import "./look/base.css"

const app = createApp(App)
app.use(createPinia()).use(i18n)
const session = useSession()
const router = createRouter({ history: createWebHistory(), routes })
router.beforeEach(async (to) => {
  if (to.meta.open) return true
  if (!session.me && !(await session.load().catch(() => null))) return { path: "/login", query: { to: to.fullPath } }
  return to.meta.needs && !session.may.has(String(to.meta.needs)) ? "/settings/profile" : true
})
whenSignedOut(() => {
  session.me = null
  void router.push({ path: "/login", query: { to: router.currentRoute.value.fullPath } })
})
await setLocale(i18n.global.locale.value as Locale)
app.use(router).mount("#app")
