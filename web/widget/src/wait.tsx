import type { Promise as Promised, Wait as Told } from "@okno/protocol"
import { useEffect, useRef, useState } from "preact/hooks"
import { Icon } from "./icons"
import { unanswered } from "./reach"
import type { Talk } from "./talk"
import { clock, dayOf, lang, w } from "./words"

const LOOK_MS = 60_000
const RU = {
  closed: "Сейчас мы не работаем",
  busy: "Сейчас много обращений",
  by: "Оставьте сообщение — ответим до",
  name: "Ваше имя",
  email: "Почта",
  phone: "Телефон",
  text: "Что случилось?",
  send: "Оставить сообщение",
  open: "Оставить сообщение",
  later: "Писать в чат",
  kept: "Ответим до",
  moved: "Простите, задержимся: ответим до",
  was: "обещали до",
  ahead: "Перед вами",
  place: "Вы в очереди:",
  min: "мин",
  about: "ждать около",
  wrong: "Проверьте почту или телефон",
  lost: "Не отправлено, проверьте связь",
  ask: "Ответ придёт сюда, а если оставите почту — и письмом.",
  here: "Ответ придёт сюда, в этот чат.",
}
const EN: typeof RU = {
  closed: "We are closed now",
  busy: "We are busy at the moment",
  by: "Leave a message, we will answer by",
  name: "Your name",
  email: "E-mail",
  phone: "Telephone",
  text: "How can we help?",
  send: "Leave the message",
  open: "Leave a message",
  later: "Write in the chat",
  kept: "We will answer by",
  moved: "Sorry, we are late: we will answer by",
  was: "promised by",
  ahead: "Ahead of you",
  place: "Your place in the queue:",
  min: "min",
  about: "about",
  wrong: "Check the e-mail or the telephone",
  lost: "Not sent, check the connection",
  ask: "The answer comes here, and by letter if you leave an e-mail.",
  here: "The answer comes here, into this chat.",
}

/** A moment as people say it: a time today, else the day and the time. */
function said(at: string): string {
  const day = dayOf(at)
  const today = dayOf(new Date().toISOString())
  return `${day === today ? "" : day.toLowerCase() + ", "}${clock.format(new Date(at))}`
}

/** What was promised and not answered yet. */
export function promised(talk: Talk): { by: string; was: string } | null {
  const events = talk.view.state?.events ?? []
  const last = events.findLast((e) => e.body.type === "promised" || e.body.type === "closed" || (e.body.type === "message" && e.actor === "operator"))
  return last?.body.type === "promised" ? { by: last.body.answer_by, was: last.body.was ?? "" } : null
}

/** Out of hours or in a long queue: a message is left with a way to reach its writer, and the time of the answer is told. */
export default function Wait({ talk }: { talk: Talk }) {
  const words = lang === "ru" ? RU : EN
  const [told, setTold] = useState<Told | null>(null)
  const [form, setForm] = useState(false)
  const [gone, setGone] = useState(false)
  const [fault, setFault] = useState("")
  const [busy, setBusy] = useState(false)
  const [person, setPerson] = useState({ name: "", email: "", phone: "", text: "" })
  const first = useRef<HTMLInputElement>(null)
  const made = promised(talk)
  const since = unanswered(talk)
  const own = useRef("")
  const look = (): void => void talk.ask<Told>("/wait").then(setTold, () => undefined)
  useEffect(() => {
    look()
    const again = setInterval(() => document.hidden || look(), LOOK_MS)
    return () => clearInterval(again)
  }, [since])
  useEffect(() => first.current?.focus(), [form])
  // A message that was written in the chat is promised its answer, too.
  useEffect(() => {
    if (since && !made && told?.answer_by && !busy && own.current !== since) {
      own.current = since
      void talk.ask<Promised>("/promise", "{}").catch(() => undefined)
    }
  }, [since, told, made])
  if (made)
    return (
      <section class="ask due" role="status" data-testid="promise">
        <p><Icon name="clock" /><b>{made.was ? words.moved : words.kept} {said(made.by)}</b></p>
        {made.was && <p><small>{words.was} {said(made.was)}</small></p>}
      </section>
    )
  const served = talk.view.state?.events.findLast((e) => e.body.type === "assigned")?.body
  const line = since && !(served?.type === "assigned" && served.operator) && talk.view.place
  if (line && line.place)
    return (
      <section class="ask due" role="status" data-testid="place">
        <p><Icon name="clock" /><span>{words.place} <b>{line.place}</b>{line.expected_s ? ` · ${words.about} ${Math.ceil(line.expected_s / 60)} ${words.min}` : ""}</span></p>
      </section>
    )
  if (since || gone || !told?.answer_by) return null
  const set = (field: keyof typeof person) => (e: { currentTarget: { value: string } }): void => setPerson({ ...person, [field]: e.currentTarget.value })
  const submit = async (): Promise<void> => {
    const { text, ...who } = person
    if (!text.trim() || busy) return
    setBusy(true)
    setFault("")
    try {
      if (own.current !== "form" && !talk.send(text.trim())) throw new Error("0")
      own.current = "form" // sent once, whatever comes of the address
      for (let tries = 0; tries < 40 && (talk.outbox.all.length || !talk.view.state); tries++) await new Promise((done) => setTimeout(done, 250))
      await talk.ask<Promised>("/promise", JSON.stringify({ name: who.name.trim(), email: who.email.trim(), phone: who.phone.trim() }))
      setForm(false)
    } catch (error) {
      setFault(/^4/.test((error as Error).message) ? words.wrong : words.lost)
    } finally {
      setBusy(false)
    }
  }
  return (
    <section class="ask leave" aria-label={words.open} data-testid="leave">
      <p>
        <b>{told.closed ? words.closed : words.busy}</b>
        <button type="button" class="ib" aria-label={words.later} title={words.later} data-testid="leave-close" onClick={() => setGone(true)}><Icon name="close" /></button>
      </p>
      <p data-testid="leave-by"><span>{words.by} <b>{said(told.answer_by)}</b></span></p>
      {!told.closed && <p><small>{words.ahead}: {told.ahead} · {words.about} {Math.ceil(told.expected_s / 60)} {words.min}</small></p>}
      {form ? (
        <form class="tall" onSubmit={(e) => { e.preventDefault(); void submit() }}>
          <input ref={first} autocomplete="name" maxLength={120} placeholder={words.name} aria-label={words.name} value={person.name} data-testid="leave-name" onInput={set("name")} />
          <input type="email" autocomplete="email" maxLength={254} placeholder={words.email} aria-label={words.email} value={person.email} data-testid="leave-email" onInput={set("email")} />
          <input type="tel" autocomplete="tel" maxLength={32} placeholder={words.phone} aria-label={words.phone} value={person.phone} data-testid="leave-phone" onInput={set("phone")} />
          <textarea required rows={2} maxLength={10000} placeholder={words.text} aria-label={words.text} value={person.text} data-testid="leave-text" onInput={set("text")} />
          <p><small role={fault ? "alert" : undefined}>{fault || (told.letters ? words.ask : words.here)}</small></p>
          <button disabled={busy} data-testid="leave-send">{busy ? w.connecting : words.send}</button>
        </form>
      ) : (
        <button type="button" class="do" data-testid="leave-open" onClick={() => setForm(true)}>{words.open}</button>
      )}
    </section>
  )
}
