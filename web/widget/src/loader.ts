// The host page's part: launcher, frame, storage of the host. No dependency, no cookie, no inline style attribute.
type Call = [string, unknown?, unknown?]
type Stored = { token?: string; visitor?: string; visit?: string; at?: number; open?: 1; talk?: 1; box?: unknown; draft?: string; lang?: string }
const doc = document
const script = doc.currentScript as HTMLScriptElement
const base = new URL(script.src).origin
const key = script.dataset.key || ""
const slot = "okno:" + key
const page = window as unknown as { okno?: { q?: Call[] } & ((...call: Call) => void); __okno?: 1; __oknoConfig?: Config | null }
type Config = { side: string; look: string; pages_hidden: string[]; texts_ru: { title: string }; texts_en: { title: string } }
let memory: Stored = {}
const read = (): Stored => {
  try {
    return JSON.parse(localStorage.getItem(slot) || "{}")
  } catch {
    return memory
  }
}
const lang = (read().lang || script.dataset.lang || doc.documentElement.lang || navigator.language).slice(0, 2) === "ru" ? "ru" : "en"
const words = lang === "ru" ? ["Открыть чат", "Закрыть чат", "Чат"] : ["Open chat", "Close chat", "Chat"]
const keep = (change: Stored | null): void => {
  memory = change ? { ...read(), ...change } : {}
  try {
    localStorage.setItem(slot, JSON.stringify(memory))
  } catch {
    // a page without storage keeps it until it is left
  }
}
const listeners: [string, (detail: unknown) => void][] = []
const waiting: unknown[] = []
let host: HTMLElement, box: HTMLElement, button: HTMLButtonElement, badge: HTMLElement
let frame: HTMLIFrameElement | undefined
let ready = 0
let opened = 0
let person: { renew?: () => unknown } | undefined
const who = (): unknown => person && { ...person, renew: !!person.renew }
const post = (message: object): void => {
  if (ready) frame!.contentWindow!.postMessage(message, base)
  else waiting.push(message)
}
const load = (): void => {
  if (frame) return
  frame = doc.createElement("iframe")
  frame.title = words[2]!
  frame.allow = "microphone;camera;autoplay;clipboard-write"
  frame.src = base + "/w/panel.html?key=" + key + "&lang=" + lang
  box.append(frame)
  const made = frame
  setTimeout(() => made === frame && !ready && tell("stuck"), 8000)
}
const show = (open: number): void => {
  if (open) load()
  opened = open
  box.toggleAttribute("data-open", !!open)
  button.setAttribute("aria-expanded", String(!!open))
  button.setAttribute("aria-label", words[open]!)
  keep({ open: open ? 1 : undefined })
  post({ t: "show", open })
  if (!open) button.focus()
  tell(open ? "open" : "close")
}
const tell = (name: string, detail?: unknown): void => listeners.forEach(([n, f]) => n === name && f(detail))
const forget = (): void => {
  keep(null)
  person = undefined
  badge.textContent = ""
  box.textContent = ""
  frame = undefined
  ready = 0
  waiting.length = 0
}
const command = (...[name, value, more]: Call): void => {
  if (name === "open") show(1)
  else if (name === "close") show(0)
  else if (name === "hide" || name === "show") host.hidden = name === "hide"
  else if (name === "on") listeners.push([value as string, more as () => void])
  else if (name === "logout") {
    const { token } = read()
    if (token) void fetch(base + "/api/v1/widget/" + key + "/logout", { method: "POST", headers: { authorization: "Bearer " + token }, keepalive: true }).catch(() => 0)
    forget()
    show(0)
  } else {
    if (name === "identify") person = value as typeof person
    if (name === "lang") keep({ lang: value as string })
    if (name === "track") tell(name, [value, more])
    else if (frame) post({ t: name, value: name === "identify" ? who() : value })
  }
}
const STYLE = `:host{all:initial;position:fixed;z-index:2147483000;inset:auto 0 0 auto}:host([hidden]){display:none}button{all:unset;box-sizing:border-box;position:fixed;inset-inline-end:max(20px,env(safe-area-inset-right));bottom:max(20px,env(safe-area-inset-bottom));width:56px;height:56px;border-radius:18px;background:var(--okno-accent,#2b4acb);color:var(--okno-ink,#fff);cursor:pointer;display:grid;place-items:center;box-shadow:0 6px 20px #0003}button:focus-visible{outline:2px solid #fff;box-shadow:0 0 0 4px #2b4acb}svg{fill:none;stroke:currentColor;stroke-width:1.8;stroke-linecap:round;stroke-linejoin:round;overflow:visible}path+path,[aria-expanded=true] path{opacity:0}path:nth-child(2){fill:#ffd166;stroke:none;transform-origin:14px;transform:scaleX(.4);transition:.24s}button:has(i:not(:empty)) path:nth-child(2){opacity:1;transform:none}[aria-expanded=true] path:last-child{opacity:1!important}p{position:absolute;inset:0;margin:0;padding:32px;display:grid;place-items:center;background:Canvas;color:CanvasText;font:16px/1.5 system-ui;text-align:center}i{position:absolute;top:-6px;inset-inline-end:-6px;min-width:20px;height:20px;border-radius:10px;background:#b3261e;color:#fff;font:600 12px/20px system-ui;text-align:center}i:empty{display:none}div{position:fixed;inset-inline-end:20px;bottom:88px;width:380px;height:min(640px,calc(100dvh - 108px));border-radius:16px;overflow:hidden;box-shadow:0 12px 48px #0004;visibility:hidden;opacity:0;transform:translateY(8px);transition:opacity .16s,transform .16s,visibility .16s}div[data-open]{visibility:visible;opacity:1;transform:none}iframe{border:0;width:100%;height:100%;color-scheme:light dark}:host([data-side=left]) button,:host([data-side=left]) div{inset-inline:20px auto}@media(max-width:480px){div{inset:0!important;width:100%;height:100dvh;border-radius:0}div[data-open]+button{display:none}}@media(prefers-reduced-motion:reduce){div,path{transition:none!important}}@media print{:host{display:none}}`
function start(): void {
  host = doc.createElement("okno-widget")
  const root = host.attachShadow({ mode: "open" })
  const sheet = new CSSStyleSheet()
  sheet.replaceSync(STYLE)
  root.adoptedStyleSheets = [sheet]
  box = doc.createElement("div")
  button = doc.createElement("button")
  badge = doc.createElement("i")
  button.type = "button"
  button.dataset.testid = "launcher"
  button.setAttribute("aria-haspopup", "dialog")
  button.setAttribute("aria-expanded", "false")
  button.setAttribute("aria-label", words[0]!)
  const space = "http://www.w3.org/2000/svg"
  const icon = doc.createElementNS(space, "svg")
  icon.setAttribute("viewBox", "0 0 24 24")
  icon.setAttribute("width", "26")
  icon.setAttribute("aria-hidden", "true")
  for (const d of ["M7 3h10a4 4 0 0 1 4 4v10a4 4 0 0 1-4 4H7a4 4 0 0 1-4-4V7a4 4 0 0 1 4-4zM13 3v18M13 11h8", "m14 4 8-3v8l-8 2z", "m6 9 6 6 6-6"]) {
    const path = doc.createElementNS(space, "path")
    path.setAttribute("d", d)
    icon.append(path)
  }
  button.append(icon, badge)
  root.append(box, button)
  doc.body.append(host)
  button.onclick = () => show(opened ? 0 : 1)
  button.onpointerenter = button.onfocus = load
  addEventListener("message", (e) => {
    if (e.origin !== base || !frame || e.source !== frame.contentWindow) return
    const m = e.data
    if (m.t === "ready") {
      ready = 1
      post({ t: "init", stored: read(), open: opened, person: who(), config: page.__oknoConfig })
      waiting.splice(0).forEach((x) => post(x as object))
      frame.nextSibling?.remove()
    } else if (m.t === "keep") keep(m.value)
    else if (m.t === "badge") badge.textContent = m.n ? (m.n > 99 ? "99+" : m.n) : ""
    else if (m.t === "close") show(0)
    else if (m.t === "renew") void Promise.resolve(person?.renew?.()).then((token) => command("identify", { ...person, token }))
    else if (m.t === "event") tell(m.name, m.detail)
  })
  const idle = doc.createElement("script")
  idle.src = base + "/w/idle.js?key=" + key
  idle.onload = () => {
    const config = page.__oknoConfig
    if (!config) {
      host.remove()
      console.warn("okno: there is no widget with the key " + key)
      return
    }
    host.dataset.side = config.side
    host.style.cssText = config.look
    dispatchEvent(new CustomEvent("okno:idle", { detail: { base, key, lang, read, keep, badge, box, load, show, host, config, on: (name: string, hear: () => void) => listeners.push([name, hear]) } }))
    const calls = page.okno?.q || []
    page.okno = command
    calls.forEach((call) => command(...call))
    if (read().open && innerWidth > 480) show(1)
  }
  doc.head.append(idle)
}
if (!page.__okno) {
  page.__okno = 1
  if (doc.body) start()
  else addEventListener("DOMContentLoaded", start)
}
