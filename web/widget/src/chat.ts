// The chat as a page of its own: where letters and pushes lead. It keeps for the panel what a site's page keeps elsewhere.
import { bytesOf, pushKeysOf } from "@okno/client/src/pushkeys"

const key = location.pathname.split("/")[2] ?? ""
const slot = `okno:${key}`
const main = document.getElementById("chat")!
type Kept = Record<string, unknown> & { token?: string; letter?: string; lang?: string }
const read = (): Kept => {
  try {
    return JSON.parse(localStorage.getItem(slot) ?? "{}") as Kept
  } catch {
    return {}
  }
}
const keep = (change: Kept): void => {
  try {
    localStorage.setItem(slot, JSON.stringify({ ...read(), ...change }))
  } catch {
    // a browser that keeps nothing forgets it with the tab
  }
}
const lang = (read().lang ?? navigator.language).slice(0, 2) === "ru" ? "ru" : "en"
const RU = {
  title: "Чат",
  back: "Ваш разговор",
  backText: "Вам ответили. Разговор откроется в этом браузере.",
  open: "Открыть разговор",
  gone: "Ссылка больше ничего не открывает",
  fresh: "Открыть чат",
  stop: "Больше не присылать письма?",
  stopText: "Ответы останутся в чате.",
  stopDo: "Не присылать",
  stopped: "Писем больше не будет",
  notify: "Сообщать об ответах",
  notifyText: "Браузер покажет уведомление, когда вам ответят, даже если сайт закрыт.",
  notifyDo: "Включить уведомления",
  on: "Готово: уведомления включены",
  close: "Закрыть",
  denied: "Браузер не разрешил уведомления. Это можно изменить в настройках сайта у строки адреса.",
  failed: "Не получилось. Проверьте связь и попробуйте ещё раз.",
}
const EN: typeof RU = {
  title: "Chat",
  back: "Your conversation",
  backText: "You have an answer. The conversation will open in this browser.",
  open: "Open the conversation",
  gone: "This link opens nothing any more",
  fresh: "Open the chat",
  stop: "No more letters?",
  stopText: "Answers will stay in the chat.",
  stopDo: "Stop letters",
  stopped: "There will be no more letters",
  notify: "Tell me of answers",
  notifyText: "The browser shows a notification when you are answered, even when the site is closed.",
  notifyDo: "Turn notifications on",
  on: "Done: notifications are on",
  close: "Close",
  denied: "The browser did not allow notifications. You can change this in the site's settings beside the address.",
  failed: "It did not work. Check the connection and try again.",
}
const w = lang === "ru" ? RU : EN
document.documentElement.lang = lang
document.title = w.title

async function post(path: string, body?: unknown, method = "POST"): Promise<Response> {
  const { token } = read()
  return fetch(`/api/v1${path}`, {
    method,
    headers: { "content-type": "application/json", ...(token ? { authorization: `Bearer ${token}` } : {}) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
}

interface Act {
  label: string
  quiet?: boolean
  run: () => unknown
}

/** A question with its answers; whatever fails is said in it. */
function card(title: string, text: string, ...acts: Act[]): void {
  const box = document.createElement("section")
  box.className = "card"
  const head = document.createElement("h1")
  head.textContent = title
  const said = document.createElement("p")
  said.textContent = text
  said.setAttribute("role", "status")
  box.append(head, said)
  for (const act of acts) {
    const button = document.createElement("button")
    button.type = "button"
    button.textContent = act.label
    if (act.quiet) button.className = "quiet"
    button.onclick = async () => {
      button.disabled = true
      try {
        await act.run()
      } catch (error) {
        said.textContent = error instanceof Error && error.message ? error.message : w.failed
        said.className = "bad"
        button.disabled = false
      }
    }
    box.append(button)
  }
  main.replaceChildren(box)
  box.querySelector("button")?.focus()
}

async function chat(): Promise<void> {
  history.replaceState(null, "", location.pathname)
  const config: unknown = await fetch(`/api/v1/widget/${key}`).then((response) => response.json(), () => null)
  const frame = document.createElement("iframe")
  frame.title = w.title
  frame.allow = "microphone;camera;autoplay;clipboard-write"
  frame.src = `/w/panel.html?key=${key}&lang=${lang}`
  addEventListener("message", (e) => {
    if (e.source !== frame.contentWindow || e.origin !== location.origin) return
    const { t, value } = e.data as { t: string; value: Kept }
    if (t === "ready") {
      frame.contentDocument!.documentElement.classList.add("page")
      frame.contentWindow!.postMessage({ t: "init", stored: read(), open: 1, config }, location.origin)
    }    if (t === "keep") keep(value)
  })
  main.replaceChildren(frame)
}

async function open(token: string): Promise<void> {
  const letter = token.slice(-24)
  if (read().letter !== letter || !read().token) {
    const response = await post("/letters/open", { token })
    if (response.status === 404) {
      const { detail } = (await response.json()) as { detail?: string }
      return card(w.gone, detail ?? "", { label: w.fresh, run: chat })
    }
    if (!response.ok) throw new Error("")
    const { token: visitor } = (await response.json()) as { token: string }
    keep({ token: visitor, letter, talk: 1, box: undefined, draft: undefined })
  }
  await chat()
}

async function stop(token: string): Promise<void> {
  const response = await post(`/letters/stop?token=${token}`)
  if (!response.ok && response.status !== 404) throw new Error("")
  card(response.ok ? w.stopped : w.gone, w.stopText, { label: w.fresh, quiet: true, run: chat })
}

async function subscribe(): Promise<void> {
  if ((await Notification.requestPermission()) !== "granted") throw new Error(w.denied)
  const options = (await (await fetch("/api/v1/push")).json()) as { key: string }
  await navigator.serviceWorker.register("/chat/sw.js", { scope: "/chat/" })
  const worker = await navigator.serviceWorker.ready
  const made = await worker.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: bytesOf(options.key) })
  const response = await post(`/widget/${key}/push`, { ...pushKeysOf(made), locale: lang }, "PUT")
  if (!response.ok) throw new Error("")
  ;(opener as Window | null)?.postMessage({ t: "pushed" }, location.origin)
  card(w.on, w.notifyText, { label: opener ? w.close : w.fresh, run: () => (opener ? close() : chat()) })
}

/** The panel that opened this window gives its visitor: its storage is another one than ours. */
function notify(): void {
  addEventListener("message", (e) => {
    if (e.origin === location.origin && e.source === opener && e.data.t === "visitor") keep({ token: e.data.token as string, talk: 1 })
  })
  ;(opener as Window | null)?.postMessage({ t: "who" }, location.origin)
  if (!("Notification" in self) || !("serviceWorker" in navigator) || !("PushManager" in self)) return card(w.notify, w.denied, { label: w.fresh, quiet: true, run: chat })
  card(w.notify, w.notifyText, { label: w.notifyDo, run: subscribe })
}

const [what, token = ""] = location.hash.slice(1).split("=")
if (what === "open") card(w.back, w.backText, { label: w.open, run: () => open(token) })
else if (what === "stop") card(w.stop, w.stopText, { label: w.stopDo, run: () => stop(token) }, { label: w.fresh, quiet: true, run: chat })
else if (what === "notify") notify()
else void chat()
