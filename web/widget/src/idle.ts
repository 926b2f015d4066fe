// Loaded once the page is quiet: page views and beats, tracked events, pages where the widget hides, unread badge, phones. It opens no socket.
import type { Greeting, ShownForm, WidgetRule } from "@okno/protocol"
import { id } from "./id"
import { matches } from "./when"

export interface Host {
  base: string
  key: string
  read(): { token?: string; visitor?: string; visit?: string; at?: number; n?: number; talk?: 1; lang?: string }
  keep(change: object): void
  badge: HTMLElement
  box: HTMLElement
  load(): void
  show(open: number): void
  on(name: string, hear: (detail: unknown) => void): void
  host: HTMLElement
  lang: string
  config: { pages_hidden: string[]; texts_ru: { offline: string }; texts_en: { offline: string }; open: boolean | null; form: ShownForm | null; greetings: Greeting[]; rules: WidgetRule[] }
  /** Looks at the page again; `turned` is told of every new one. */
  turn(): void
  turned?(): void
}
const VISIT_MS = 30 * 60_000
const BEAT_MS = 5_000
const LOST_MS = 60_000
const SEARCH = ["q", "query", "text", "s", "search"]
const cut = (text: unknown, size: number): string => String(text ?? "").slice(0, size)

/** Page views and tracked events of this visit. */
function report(it: Host): void {
  const { base, key, read, keep, host, config, on } = it
  let seen = ""
  const visit = (): { visitor: string; visit: string } => {
    const known = read()
    const fresh = !known.visit || Date.now() - (known.at || 0) > VISIT_MS
    const ids = { visitor: known.visitor || id(), visit: fresh ? id() : known.visit!, n: (known.n || 0) + +fresh }
    keep({ ...ids, at: Date.now() })
    return { visitor: ids.visitor, visit: ids.visit }
  }
  const address = (path: string): string => `${base}/api/v1/widget/${key}/${path}`
  const send = (path: string, body: object): boolean => navigator.sendBeacon(address(path), JSON.stringify(body))
  const page = (hidden?: boolean): object => {
    const { href, search } = location
    const asked = new URLSearchParams(search)
    const utm = [...asked].filter(([name]) => name.startsWith("utm_"))
    const words = SEARCH.map((name) => asked.get(name)).find(Boolean)
    return { ...visit(), url: cut(href, 1500), title: cut(document.title, 200), referrer: cut(document.referrer, 500), search: cut(words, 200), utm: cut(new URLSearchParams(utm), 200), hidden }
  }
  const view = (hidden: boolean): boolean => send("page-views", page(hidden))
  /** That the page is still looked at; the server says when to tell it again. */
  let due: ReturnType<typeof setTimeout>
  const beat = (after_ms = BEAT_MS): void => {
    clearTimeout(due)
    due = setTimeout(() => {
      if (document.hidden) return
      fetch(address("beats"), { method: "POST", body: JSON.stringify(page()) })
        .then((response) => response.json())
        .then(({ again_s, invitation }) => {
          if (invitation) more(it, "invite", invitation)
          beat(again_s * 1e3)
        })
        .catch(() => beat(LOST_MS))
    }, after_ms)
  }
  const turn = (): void => {
    host.hidden = config.pages_hidden.some((pattern) => matches(pattern, location.pathname))
    if (it.turned) it.turned()
    if (seen === location.href) return
    seen = location.href
    view(false)
    beat()
  }
  for (const name of ["pushState", "replaceState"] as const) {
    const own = history[name].bind(history)
    history[name] = (...change) => {
      own(...change)
      setTimeout(turn, 0) // the page's title comes after the address
    }
  }
  addEventListener("popstate", turn)
  addEventListener("visibilitychange", () => (document.hidden ? view(true) : beat(500)))
  on("track", (said) => {
    const [name, data] = said as [unknown, unknown]
    send("tracked", { ...visit(), name: cut(name, 100), data: data === undefined ? "" : cut(JSON.stringify(data), 1500) })
  })
  it.turn = turn
  turn()
}

/** What few pages need is fetched when they do. */
const more = (host: Host, part: "blink" | "phone" | "greet" | "invite", said?: object): Promise<unknown> => import(/* @vite-ignore */ host.base + "/w/more.js").then((it) => it[part](host, said), () => 0)

function begin(host: Host): void {
  const { base, key, read, badge, box, load, lang, config, on } = host
  report(host)
  if (config.greetings[0] || config.rules[0]) {
    const shown = host.host.hidden
    host.host.hidden ||= config.rules.some((one) => one.show === "hidden") // until it is known
    more(host, "greet").then((lost) => lost === 0 && (host.host.hidden = shown))
  }
  on("open", () => void more(host, "phone"))
  new MutationObserver(() => more(host, "blink")).observe(badge, { childList: true })
  on("stuck", () => {
    const said = document.createElement("p")
    said.setAttribute("role", "alert")
    said.textContent = (lang === "ru" ? config.texts_ru : config.texts_en).offline || (lang === "ru" ? "Чат не открылся. Проверьте связь и обновите страницу." : "The chat did not open. Check the connection and reload the page.")
    box.append(said)
  })
  const { token, talk } = read()
  if (!token || !talk) return
  fetch(`${base}/api/v1/widget/${key}/unread`, { headers: { authorization: `Bearer ${token}` } })
    .then((response) => response.json())
    .then(({ unread }: { unread: number }) => (badge.textContent = unread ? String(unread) : ""))
    .catch(() => 0)
  ;(window.requestIdleCallback || setTimeout)(load)
}

addEventListener("okno:idle", (e) => begin((e as CustomEvent<Host>).detail), { once: true })
