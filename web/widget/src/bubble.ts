import type { Host } from "./idle"

/** What is said first: by a rule of the site, or by an operator. */
export interface Hello {
  what: "greeting" | "invitation"
  id: string
  text: string
  name?: string
  photo?: string
  /** The visitor said that he wants to answer. */
  sure?: 1
}

const STYLE = `:host{all:initial;position:fixed;inset-inline-end:max(20px,env(safe-area-inset-right));bottom:92px;width:min(320px,calc(100vw - 40px));color-scheme:light dark;font:15px/1.45 system-ui,sans-serif;color:light-dark(#1c1d21,#eceef2)}:host([data-side=left]){inset-inline:20px auto}section{position:relative;box-sizing:border-box;display:flex;gap:12px;padding:16px;border-radius:16px;border:1px solid transparent;background:light-dark(#fff,#1e222b);box-shadow:0 0 0 1px light-dark(#0001,#fff2),0 12px 40px #0004;overflow-wrap:anywhere;animation:r .2s}@keyframes r{from{opacity:0;transform:translateY(8px)}}img,i{flex:none;width:36px;height:36px;border-radius:10px;background:var(--okno-accent,#2b4acb);color:var(--okno-ink,#fff);font:600 14px/36px system-ui;text-align:center;object-fit:cover}div{flex:1;min-width:0;padding-inline-end:20px}b{display:block;font-weight:600;font-size:13px}p{margin:2px 0 12px;white-space:pre-line;max-height:40vh;overflow:auto}button{all:unset;box-sizing:border-box;cursor:pointer;min-height:36px;padding:0 16px;border-radius:10px;background:var(--okno-accent,#2b4acb);color:var(--okno-ink,#fff);font-weight:600;font-size:14px}button:focus-visible{outline:2px solid light-dark(#1c1d21,#fff);outline-offset:2px}.x{position:absolute;inset-block-start:6px;inset-inline-end:6px;width:32px;min-height:32px;padding:0;border-radius:8px;background:none;color:light-dark(#54555d,#b0b4bf);font-size:20px;text-align:center}@media(prefers-reduced-motion:reduce){section{animation:none}}@media(forced-colors:active){section,button{border:1px solid}}@media print{:host{display:none}}`
let shown: (HTMLElement & { hello?: Hello }) | undefined

export const isShown = (): boolean => !!shown
export function away(): void {
  shown?.remove()
  shown = undefined
}

export function tellFate({ base, key, read }: Host, { what, id }: Hello, fate: "shown" | "opened" | "dismissed"): void {
  navigator.sendBeacon(`${base}/api/v1/widget/${key}/fates`, JSON.stringify({ visitor: read().visitor, what, id, fate }))
}

/** To the panel, which goes on with it: kept for one that is still to load, told to one that is there. */
export function hand(host: Host, hello: Hello): void {
  host.keep({ greet: hello })
  ;(window as unknown as { okno(name: string, value: unknown): void }).okno("greet", hello)
}

/** A bubble beside the launcher: read out, answered or put away, from the keyboard too. It takes no focus. */
export function bubble(host: Host, hello: Hello, dismissed: () => void): void {
  if (shown?.hello?.id === hello.id) return
  away()
  const ru = host.lang === "ru"
  const make = <T extends keyof HTMLElementTagNameMap>(tag: T, text = ""): HTMLElementTagNameMap[T] => {
    const made = document.createElement(tag)
    made.textContent = text
    return made
  }
  const card = (shown = document.createElement("okno-hello"))
  shown.hello = hello
  card.dataset.side = host.host.dataset.side
  card.setAttribute("role", "status")
  const root = card.attachShadow({ mode: "open" })
  const sheet = new CSSStyleSheet()
  sheet.replaceSync(STYLE)
  root.adoptedStyleSheets = [sheet]
  host.box.before(card)
  host.on("open", away)
  const put = (): void => {
    tellFate(host, hello, "dismissed")
    away()
    dismissed()
  }
  const box = make("section")
  box.dataset.testid = "hello"
  const words = make("div")
  const answer = make("button", ru ? "Ответить" : "Answer")
  answer.type = "button"
  answer.dataset.testid = "hello-answer"
  answer.onclick = () => {
    if (hello.what === "greeting") tellFate(host, hello, "opened")
    hand(host, { ...hello, sure: 1 })
    host.show(1)
  }
  const close = make("button", "×")
  close.type = "button"
  close.className = "x"
  close.dataset.testid = "hello-close"
  close.setAttribute("aria-label", ru ? "Не сейчас" : "Not now")
  close.onclick = put
  box.onkeydown = (e) => e.key === "Escape" && put()
  if (hello.name) {
    const face = /^(\/|data:image\/|https:)/.test(hello.photo || "") ? Object.assign(make("img"), { src: new URL(hello.photo!, host.base).href, alt: "" }) : make("i", hello.name.split(" ").map((part) => part[0]).slice(0, 2).join(""))
    face.setAttribute("aria-hidden", "true")
    box.append(face)
    words.append(make("b", hello.name))
  }
  words.append(make("p", hello.text), answer)
  box.append(words, close)
  setTimeout(() => root.append(box), 50) // a live region speaks of what comes after it is there
  tellFate(host, hello, "shown")
}
