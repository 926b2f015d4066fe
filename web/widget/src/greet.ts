import type { Greeting, WidgetRule } from "@okno/protocol"
import { away, bubble, hand, isShown, tellFate, type Hello } from "./bubble"
import type { Host } from "./idle"
import { isDue, isReached, misses, type Here, type Shown } from "./when"

const PHONE_PX = 480
interface Kept {
  seen?: Record<string, Shown>
  from?: { visit: string; text: string }
  hush?: string
}

/** An operator's invitation, as the beat brought it; it comes with every beat until it is answered. */
export function invite(host: Host, said: Omit<Hello, "what">): void {
  const hello: Hello = { ...said, what: "invitation" }
  if (host.box.hasAttribute("data-open")) {
    tellFate(host, hello, "shown")
    return hand(host, hello)
  }
  bubble(host, hello, () => 0)
}

/** The site's rules of what the widget is on this page, and its greetings. Asked anew on every page. */
export function greet(host: Host): void {
  const { config, read, keep, lang, box, badge } = host
  const own = { texts_ru: config.texts_ru, texts_en: config.texts_en, form: config.form }
  const kept = (): Kept => read() as Kept
  const { visit = "" } = read()
  if (kept().from?.visit !== visit) keep({ from: { visit, text: `${document.referrer} ${location.search}` } })
  let timer = 0
  let seconds = 0
  let deepest = 0
  let waiting: Greeting[] = []
  const here = (): Here => ({
    path: location.pathname + location.search, source: kept().from?.text ?? "", visits: read().n ?? 1, language: lang, phone: innerWidth <= PHONE_PX, open: config.open !== false, known: !!read().talk,
  })
  const check = (leaving = false): void => {
    const { scrollHeight } = document.documentElement
    deepest = Math.max(deepest, ((scrollY + innerHeight) / scrollHeight) * 100)
    if (box.hasAttribute("data-open") || badge.textContent || isShown() || host.host.hidden) return
    const greeting = waiting.find((one) => isReached(one, seconds, deepest, leaving))
    if (!greeting) return
    waiting = []
    clearInterval(timer)
    const day = new Date().toDateString()
    keep({ seen: { ...kept().seen, [greeting.id]: [read().visit!, day] } })
    const [first, second] = lang === "ru" ? [greeting.text_ru, greeting.text_en] : [greeting.text_en, greeting.text_ru]
    bubble(host, { what: "greeting", id: greeting.id, text: (first || second)! }, () => keep({ hush: read().visit }))
  }
  const dressed = (rule: WidgetRule | undefined): void => {
    for (const name of ["texts_ru", "texts_en"] as const) {
      const said = Object.entries((rule?.show === "texts" && rule[name]) || {}).filter(([, text]) => text)
      config[name] = { ...own[name], ...Object.fromEntries(said) }
    }
    config.form = own.form && { ...own.form, on: rule?.form ? rule.form === "on" : own.form.on }
  }
  host.turned = () => {
    clearInterval(timer)
    seconds = deepest = 0
    const now = here()
    const rule = config.rules.find((one) => !misses(one.when ?? {}, now))
    host.host.hidden ||= rule?.show === "hidden"
    if (host.host.hidden) away()
    dressed(rule)
    const { seen = {}, hush } = kept()
    const current = read().visit!
    const due = hush === current || rule?.show === "button" ? [] : config.greetings
    waiting = due.filter((one) => !misses(one.when ?? {}, now) && isDue(one, seen[one.id], current, new Date().toDateString()))
    if (!waiting.length) return
    timer = setInterval(() => {
      if (document.hidden) return
      seconds++
      check()
    }, 1_000) as unknown as number
    check()
  }
  document.addEventListener("mouseout", (e) => !e.relatedTarget && e.clientY <= 0 && check(true))
  host.turn()
}
