// Loaded once the page is quiet: page views, tracked events, pages where the widget hides, unread badge and title, phones. It opens no socket.
interface Host {
  base: string
  key: string
  read(): { token?: string; visitor?: string; visit?: string; at?: number; talk?: 1; lang?: string }
  keep(change: object): void
  badge: HTMLElement
  box: HTMLElement
  load(): void
  show(open: number): void
  on(name: string, hear: (detail: unknown) => void): void
  host: HTMLElement
  lang: string
  config: { pages_hidden: string[]; texts_ru: { offline: string }; texts_en: { offline: string } }
}
const VISIT_MS = 30 * 60_000
const BLINK_MS = 1_200
const PHONE_PX = 480
const SEARCH = ["q", "query", "text", "s", "search"]
const cut = (text: unknown, size: number): string => String(text ?? "").slice(0, size)

function id(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  bytes[6] = (bytes[6]! & 0x0f) | 0x40
  bytes[8] = (bytes[8]! & 0x3f) | 0x80
  const hex = [...bytes].map((b) => b.toString(16).padStart(2, "0")).join("")
  return hex.replace(/(.{8})(.{4})(.{4})(.{4})(.{12})/, "$1-$2-$3-$4-$5")
}

/** `*` stands for any part of an address. */
function matches(pattern: string, path: string): boolean {
  const escaped = pattern.replace(/[.+?^${}()|[\]\\]/g, "\\$&").replace(/\*/g, ".*")
  return new RegExp(`^${escaped}$`).test(path)
}

/** Page views and tracked events of this visit. */
function report({ base, key, read, keep, host, config, on }: Host): void {
  let seen = ""
  const visit = (): { visitor: string; visit: string } => {
    const known = read()
    const fresh = !known.visit || Date.now() - (known.at || 0) > VISIT_MS
    const ids = { visitor: known.visitor || id(), visit: fresh ? id() : known.visit! }
    keep({ ...ids, at: Date.now() })
    return ids
  }
  const send = (path: string, body: object): boolean => navigator.sendBeacon(`${base}/api/v1/widget/${key}/${path}`, JSON.stringify(body))
  const view = (hidden: boolean): void => {
    const { href, search } = location
    const asked = new URLSearchParams(search)
    const utm = [...asked].filter(([name]) => name.startsWith("utm_"))
    const words = SEARCH.map((name) => asked.get(name)).find(Boolean)
    send("page-views", { ...visit(), url: cut(href, 1500), title: cut(document.title, 200), referrer: cut(document.referrer, 500), search: cut(words, 200), utm: cut(new URLSearchParams(utm), 200), hidden })
  }
  const turn = (): void => {
    host.hidden = config.pages_hidden.some((pattern) => matches(pattern, location.pathname))
    if (seen === location.href) return
    seen = location.href
    view(false)
  }
  for (const name of ["pushState", "replaceState"] as const) {
    const own = history[name].bind(history)
    history[name] = (...change) => {
      own(...change)
      setTimeout(turn, 0) // the page's title comes after the address
    }
  }
  addEventListener("popstate", turn)
  addEventListener("visibilitychange", () => document.hidden && view(true))
  on("track", (said) => {
    const [name, data] = said as [unknown, unknown]
    send("tracked", { ...visit(), name: cut(name, 100), data: data === undefined ? "" : cut(JSON.stringify(data), 1500) })
  })
  turn()
}

/** The tab's title takes turns with the number of unread messages while nobody looks. */
function blink({ badge, lang }: Host): void {
  let timer = 0
  let title = ""
  const stop = (): void => {
    clearInterval(timer)
    if (timer) document.title = title
    timer = 0
  }
  const begin = (): void => {
    const n = badge.textContent
    if (!n || !document.hidden) return stop()
    if (timer) return
    title = document.title
    timer = setInterval(() => {
      document.title = document.title === title ? `(${badge.textContent}) ${lang === "ru" ? "Новое сообщение" : "New message"}` : title
    }, BLINK_MS) as unknown as number
  }
  new MutationObserver(begin).observe(badge, { childList: true })
  addEventListener("visibilitychange", begin)
}

/** On a phone the panel is the screen: the back button closes it, the keyboard makes it lower, the page behind rests. */
function phone({ on, show, box, host }: Host): void {
  let pushed = false
  let resting: HTMLElement[] = []
  const small = (): boolean => innerWidth <= PHONE_PX
  const fit = (): void => {
    const { height, offsetTop } = visualViewport!
    const on = box.hasAttribute("data-open") && small()
    box.style.height = on ? `${height}px` : ""
    box.style.translate = on && offsetTop ? `0 ${offsetTop}px` : ""
  }
  on("open", () => {
    if (!small()) return
    history.pushState({ ...history.state, okno: 1 }, "")
    pushed = true
    resting = ([...document.body.children] as HTMLElement[]).filter((el) => el !== host && !el.inert)
    resting.forEach((el) => (el.inert = true))
    fit()
  })
  on("close", () => {
    resting.splice(0).forEach((el) => (el.inert = false))
    if (pushed) history.back()
    pushed = false
    fit()
  })
  addEventListener("popstate", () => {
    if (!pushed) return
    pushed = false
    show(0)
  })
  visualViewport?.addEventListener("resize", fit)
  visualViewport?.addEventListener("scroll", fit)
}

function begin(host: Host): void {
  const { base, key, read, badge, box, load, lang, config, on } = host
  phone(host)
  blink(host)
  report(host)
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
