// Loaded once the page is quiet: page views, pages where the widget hides, the unread badge. It opens no socket.
interface Host {
  base: string
  key: string
  read(): { token?: string; visitor?: string; visit?: string; at?: number; talk?: 1 }
  keep(change: object): void
  badge: HTMLElement
  load(): void
  host: HTMLElement
  config: { pages_hidden: string[] }
}
const VISIT_MS = 30 * 60_000
const SEARCH = ["q", "query", "text", "s", "search"]

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

function begin({ base, key, read, keep, badge, load, host, config }: Host): void {
  let seen = ""
  const view = (hidden: boolean): void => {
    const known = read()
    const fresh = !known.visit || Date.now() - (known.at || 0) > VISIT_MS
    const visitor = known.visitor || id()
    const visit = fresh ? id() : known.visit
    keep({ visitor, visit, at: Date.now() })
    const { href, search } = location
    const asked = new URLSearchParams(search)
    const utm = [...asked].filter(([name]) => name.startsWith("utm_"))
    const words = SEARCH.map((name) => asked.get(name)).find(Boolean) || ""
    const cut = (text: string, size: number): string => text.slice(0, size)
    const body = { visitor, visit, url: cut(href, 1500), title: cut(document.title, 200), referrer: cut(document.referrer, 500), search: cut(words, 200), utm: cut(new URLSearchParams(utm).toString(), 200), hidden }
    navigator.sendBeacon(`${base}/api/v1/widget/${key}/page-views`, JSON.stringify(body))
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
  turn()
  const { token, talk } = read()
  if (!token || !talk) return
  fetch(`${base}/api/v1/widget/${key}/unread`, { headers: { authorization: `Bearer ${token}` } })
    .then((response) => response.json())
    .then(({ unread }: { unread: number }) => (badge.textContent = unread ? String(unread) : ""))
    .catch(() => 0)
  ;(window.requestIdleCallback || setTimeout)(load)
}

addEventListener("okno:idle", (e) => begin((e as CustomEvent<Host>).detail), { once: true })
