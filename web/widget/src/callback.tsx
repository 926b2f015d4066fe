import type { Callback as Asked, CallbackOffer, Problem } from "@okno/protocol"
import { useEffect, useRef, useState } from "./lazy"
import css from "./callback.css?inline"
import { Icon } from "./icons"
import type { Talk } from "./talk"
import { clock, dayOf, lang } from "./words"

const RU = {
  open: "Перезвоните мне", title: "Мы перезвоним", number: "Номер телефона", when: "Когда", now: "сейчас", send: "Жду звонка", close: "Закрыть", closed: "Сейчас не звоним, выберите время",
  asked: "Зовём оператора, сейчас позвоним", later: "Позвоним", calls: "звонит вам, ответьте", talks: "Вы говорите с оператором", cancel: "Отменить", failed: "Не дозвонились. Попробуйте ещё раз или напишите нам", consent: "Без согласия позвонить нельзя", wrong: "Проверьте номер", lost: "Не отправлено, проверьте связь",
}
const EN: typeof RU = {
  open: "Call me back", title: "We will call you", number: "Telephone", when: "When", now: "now", send: "Call me", close: "Close", closed: "Nobody calls at this hour, choose a time",
  asked: "Finding an operator, you will be called", later: "We will call", calls: "is calling you", talks: "You speak with an operator", cancel: "Cancel", failed: "We could not reach you. Try again, or write to us", consent: "Without it we cannot call", wrong: "Check the number", lost: "Not sent, check the connection",
}
const sheet = new CSSStyleSheet()
sheet.replaceSync(css)
document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet]
const HANDSET = "M5 4h4l2 5-2.500 1.500a11 11 0 0 0 5 5L15 13l5 2v4a2 2 0 0 1-2 2A16 16 0 0 1 3 6a2 2 0 0 1 2-2"
const TICK_MS = 1_000

/** How the callback stands, as the timeline tells it; null: there is none, or they have spoken. */
function stands(talk: Talk): { id: string; due: string | null; step: "asked" | "calls" | "talks" | "failed"; name: string; at: string } | null {
  const events = talk.view.state?.events ?? []
  const from = events.findLastIndex((e) => e.body.type === "callback_asked")
  const asked = events[from]
  if (asked?.body.type !== "callback_asked") return null
  const own = { id: asked.body.callback, due: asked.body.due_at ?? null, name: "", at: asked.at }
  const last = events.slice(from + 1).findLast((e) => e.body.type.startsWith("call"))
  if (last?.body.type === "callback_ended") return last.body.outcome === "failed" ? { ...own, step: "failed" } : null
  if (last?.body.type === "call_ended" && last.body.outcome === "talked") return null
  if (last?.body.type === "call_began") return { ...own, step: "calls", name: last.body.operator_name, at: last.at }
  return { ...own, step: "asked" }
}

/** The customer leaves his number; operators are rung first, and he when one of them is there. */
export default function Callback({ talk }: { talk: Talk }) {
  const words = lang === "ru" ? RU : EN
  const [offer, setOffer] = useState<CallbackOffer | null>(null)
  const [form, setForm] = useState(false)
  const [gone, setGone] = useState(false)
  const [number, setNumber] = useState("")
  const [due, setDue] = useState("")
  const [agreed, setAgreed] = useState(false)
  const [busy, setBusy] = useState(false)
  const [fault, setFault] = useState("")
  const [made, setMade] = useState<Asked | null>(null)
  const [, tick] = useState(0)
  const first = useRef<HTMLInputElement>(null)
  const told = stands(talk)
  const heard = made && talk.view.state?.events.some((e) => e.body.type === "callback_asked" && e.body.callback === made.id)
  const now = told ?? (made && !heard ? { id: made.id, due: made.slot ? made.due_at : null, step: "asked" as const, name: "", at: made.asked_at } : null)
  useEffect(() => {
    if (now?.step !== "asked" && now?.step !== "calls") return
    const again = setInterval(() => tick((n: number) => n + 1), TICK_MS)
    return () => clearInterval(again)
  }, [now?.step])
  useEffect(() => first.current?.focus(), [form])
  const ask = (method: string, path: string, body?: object): Promise<Response> => fetch(`/api/v1/widget/${talk.key}/${path}`, { method, headers: { ...talk.headers, "accept-language": lang, ...(body && { "content-type": "application/json" }) }, ...(body && { body: JSON.stringify(body) }) })
  const start = async (): Promise<void> => {
    const answer = await ask("GET", `callback?locale=${lang}`).catch(() => null)
    if (!answer?.ok) return setGone(true)
    const found = (await answer.json()) as CallbackOffer
    setOffer(found)
    setNumber(number || found.code)
    setDue(found.now ? "" : (found.slots[0] ?? ""))
    setForm(true)
  }
  const submit = async (): Promise<void> => {
    if (busy) return
    if (!agreed) return setFault(words.consent)
    setBusy(true)
    setFault("")
    try {
      const answer = await ask("POST", "callbacks", { number, consent: true, due_at: due || null, locale: lang })
      if (answer.ok) {
        setMade((await answer.json()) as Asked)
        setForm(false)
        talk.identify(talk.init.person) // comes back with the conversation
      } else {
        const said = (await answer.json()) as Problem
        setFault(said.errors?.[0]?.field === "number" ? words.wrong : (said.detail ?? words.lost))
      }
    } catch {
      setFault(words.lost)
    }
    setBusy(false)
  }
  const cancel = async (): Promise<void> => {
    await ask("DELETE", `callbacks/${now!.id}`).catch(() => undefined)
    setMade(null)
  }
  const moment = (at: string): string => `${dayOf(at)}, ${clock.format(new Date(at))}`
  const since = now ? Math.max(0, Math.floor((Date.now() - Date.parse(now.at)) / 1000)) : 0
  if (now && now.step !== "failed")
    return (
      <section class="ask due ring" role="status" data-testid="callback-state" data-step={now.step}>
        <p><Icon path={HANDSET} /><span>{now.step === "calls" ? <><b>{now.name}</b> {words.calls}</> : now.due ? <>{words.later} <b>{moment(now.due)}</b></> : words.asked}{!now.due && <small> {Math.floor(since / 60)}:{String(since % 60).padStart(2, "0")}</small>}</span></p>
        {now.step === "asked" && <button type="button" class="do stop" data-testid="callback-cancel" onClick={() => void cancel()}>{words.cancel}</button>}
      </section>
    )
  const turn = talk.view.state?.events.findLast((e) => e.body.type === "message" || e.body.type === "closed")
  if (gone || (turn?.body.type === "message" && !form)) return null // who talks already is not asked again
  if (!form)
    return (
      <section class="ask due ring" data-testid="callback">
        {now && <p role="alert">{words.failed}</p>}
        <button type="button" class="do" data-testid="callback-open" onClick={() => void start()}><Icon path={HANDSET} /> {words.open}</button>
      </section>
    )
  return (
    <section class="ask leave ring" aria-label={words.title} data-testid="callback-form">
      <p><b>{offer!.now ? words.title : words.closed}</b><button type="button" class="ib" aria-label={words.close} title={words.close} onClick={() => setForm(false)}><Icon name="close" /></button></p>
      <form class="tall" onSubmit={(e) => { e.preventDefault(); void submit() }}>
        <input ref={first} type="tel" autocomplete="tel" required maxLength={40} placeholder={words.number} aria-label={words.number} value={number} data-testid="callback-number" onInput={(e) => setNumber(e.currentTarget.value)} />
        <select aria-label={words.when} value={due} data-testid="callback-when" onChange={(e) => setDue(e.currentTarget.value)}>
          {offer!.now && <option value="">{words.when}: {words.now}</option>}
          {offer!.slots.map((at) => <option key={at} value={at}>{moment(at)}</option>)}
        </select>
        <label class="agree"><input type="checkbox" checked={agreed} data-testid="callback-consent" onChange={(e) => { setAgreed(e.currentTarget.checked); setFault("") }} /> <small>{offer!.consent}</small></label>
        {fault && <p role="alert"><small class="no">{fault}</small></p>}
        <button disabled={busy} data-testid="callback-send">{words.send}</button>
      </form>
    </section>
  )
}
