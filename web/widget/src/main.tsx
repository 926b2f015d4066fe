import { render } from "preact"
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks"
import type { Event, Receipt } from "@okno/protocol"
import type { Pending } from "@okno/client"
import { keep, listen, tell, type Init } from "./host"
import { Talk } from "./talk"
import { words } from "./words"

const asked = new URLSearchParams(location.search)
const lang = asked.get("lang") === "ru" ? "ru" : "en"
const w = words(lang)
document.documentElement.lang = lang
const clock = new Intl.DateTimeFormat(lang, { hour: "2-digit", minute: "2-digit" })
const date = new Intl.DateTimeFormat(lang, { day: "numeric", month: "short" })
const NEAR_END_PX = 80

const dayOf = (at: string): string => {
  const day = new Date(at)
  return day.toDateString() === new Date().toDateString() ? w.today : date.format(day)
}

function Icon({ path }: { path: string }) {
  return (
    <svg viewBox="0 0 24 24" aria-hidden="true">
      <path d={path} />
    </svg>
  )
}
const CLOSE = "M6 6l12 12M18 6 6 18"
const SEND = "M12 19V5M5 12l7-7 7 7"

type State = "queued" | "sent" | "delivered" | "read" | "failed"
const stateOf = (event: Event, receipt: Receipt | null): State =>
  receipt && receipt.operator_read_seq >= event.seq ? "read" : "delivered"
const MARKS: Record<State, string> = { queued: "◷", sent: "✓", delivered: "✓✓", read: "✓✓", failed: "!" }

function Mark({ state, at }: { state: State; at: string }) {
  return (
    <span class={`mark ${state}`}>
      {clock.format(new Date(at))} <span aria-hidden="true">{MARKS[state]}</span>
      <span class="sr">{w[state]}</span>
    </span>
  )
}

function Line({ event, receipt, first }: { event: Event; receipt: Receipt | null; first: boolean }) {
  const { body } = event
  if (body.type === "message") {
    const mine = event.actor === "customer"
    return (
      <div class={mine ? "m me" : "m"} data-testid="message" data-id={event.id} data-seq={event.seq} data-state={mine ? stateOf(event, receipt) : "got"}>
        {!mine && first && <span class="by">{event.actor_name}, {clock.format(new Date(event.at))}</span>}
        <span class={body.deleted_at ? "bb gone" : "bb"}>
          {body.quote && <span class="qt">{body.quote.excerpt}</span>}
          <span dir="auto">{body.deleted_at ? w.deleted : body.text}</span>
        </span>
        {!!body.reactions?.length && <span class="re">{body.reactions.map((r) => `${r.emoji} ${r.actors.length > 1 ? r.actors.length : ""}`)}</span>}
        {mine ? <Mark state={stateOf(event, receipt)} at={event.at} /> : body.edited_at && <span class="mark">{w.edited}</span>}
      </div>
    )
  }
  if (body.type === "assigned" && body.operator_name) return <p class="sys">{body.operator_name} {w.joined}</p>
  if (body.type === "closed") return <p class="sys">{w.closed}</p>
  return null
}

function Waiting({ item, talk }: { item: Pending; talk: Talk }) {
  const state: State = item.failed ? "failed" : item.sent ? "sent" : "queued"
  return (
    <div class="m me" data-testid="message" data-id={item.id} data-state={state}>
      <span class="bb" dir="auto">{item.body.type === "message" && item.body.text}</span>
      {item.failed ? (
        <span class="mark failed" role="alert">
          {item.failed}{" "}
          <button type="button" onClick={() => talk.retry(item.id)}>{w.retry}</button>{" "}
          <button type="button" onClick={() => talk.remove(item.id)}>{w.remove}</button>
        </span>
      ) : (
        <Mark state={state} at={item.at} />
      )}
    </div>
  )
}

function Log({ talk, open }: { talk: Talk; open: boolean }) {
  const { state, typing } = talk.view
  const box = useRef<HTMLDivElement>(null)
  const end = useRef(true)
  const height = useRef(0)
  const [fresh, setFresh] = useState(false)
  const events = state?.events ?? []
  const count = events.length + talk.outbox.all.length
  const first = events[0]?.seq
  useLayoutEffect(() => {
    const el = box.current!
    if (end.current) el.scrollTop = el.scrollHeight
    else setFresh(true)
  }, [count, typing, open])
  useLayoutEffect(() => {
    const el = box.current! // an older page was put before: what is read stays where it is
    if (!end.current && height.current) el.scrollTop += el.scrollHeight - height.current
    height.current = el.scrollHeight
  }, [first])
  const scroll = (): void => {
    const el = box.current!
    end.current = el.scrollHeight - el.scrollTop - el.clientHeight < NEAR_END_PX
    height.current = el.scrollHeight
    if (end.current) setFresh(false)
    if (el.scrollTop < 200) void talk.older()
  }
  let day = ""
  let by = ""
  const lines = events.flatMap((event) => {
    const today = dayOf(event.at)
    const shown = event.body.type === "message"
    const head = shown && today !== day ? <p class="day" key={`d${event.seq}`}>{(day = today)}</p> : null
    const first = by !== event.actor_id
    if (shown) by = event.actor_id
    return [head, <Line key={event.id} event={event} receipt={state!.receipt} first={first} />]
  })
  return (
    <>
      <div class="log" ref={box} onScroll={scroll} role="log" aria-live="polite" tabIndex={0} aria-label={w.title}>
        {state?.moreBefore && events.length > 0 && first! > 1 && <p class="day">{w.older}</p>}
        <div class="m hi"><span class="bb">{greeting}</span></div>
        {lines}
        {talk.outbox.all.map((item) => <Waiting key={item.id} item={item} talk={talk} />)}
        {typing !== null && <div class="m"><span class="bb dots" aria-label={`${typing} ${w.typing}`}><i /><i /><i /></span></div>}
      </div>
      {fresh && (
        <button type="button" class="fresh" onClick={() => { box.current!.scrollTop = box.current!.scrollHeight }}>{w.fresh}</button>
      )}
    </>
  )
}

let greeting = w.greeting

function Panel({ init }: { init: Init }) {
  const [, redraw] = useState(0)
  const [talk] = useState(() => new Talk(asked.get("key") ?? "", init, () => redraw((n) => n + 1)))
  const [text, setText] = useState(init.stored.draft ?? "")
  const [open, setOpen] = useState(!!init.open)
  const [full, setFull] = useState(false)
  const field = useRef<HTMLTextAreaElement>(null)
  useEffect(() => {
    talk.visible = open
    if (open) {
      field.current?.focus()
      talk.markRead()
    }
  }, [open])
  useEffect(() => {
    heard = (message) => {
      if (message.t === "show") setOpen(!!message.open)
      else if (message.t === "identify") talk.identify(message.value)
    }
    early.splice(0).forEach(heard)
    talk.start()
  }, [])
  useLayoutEffect(() => {
    const el = field.current!
    el.style.height = "auto"
    el.style.height = `${Math.min(el.scrollHeight, 120)}px`
  }, [text])
  const write = (value: string): void => {
    setText(value)
    keep({ draft: value })
    talk.typing(value)
  }
  const send = (): void => {
    const said = text.trim()
    if (!said) return
    if (!talk.send(said)) return setFull(true)
    setFull(false)
    write("")
    field.current?.focus()
  }
  const { status, state, ended } = talk.view
  const assigned = state?.events.filter((e) => e.body.type === "assigned").at(-1)?.body
  const operator = (assigned?.type === "assigned" && assigned.operator_name) || state?.thread?.assignee_name || ""
  const initials = operator.split(" ").map((part) => part[0]).slice(0, 2).join("")
  return (
    <div class="w" role="dialog" aria-label={title} onKeyDown={(e) => e.key === "Escape" && tell({ t: "close" })}>
      <header>
        <span class="face" aria-hidden="true">{initials || <Icon path="M6 4h12a2 2 0 0 1 2 2v12a2 2 0 0 1-2 2H6a2 2 0 0 1-2-2V6a2 2 0 0 1 2-2zM12 4v16M4 10h8" />}</span>
        <span class="t"><b>{operator || title}</b><span>{w.here}</span></span>
        <button type="button" class="ib" aria-label={w.close} onClick={() => tell({ t: "close" })}><Icon path={CLOSE} /></button>
      </header>
      <div class={status === "online" && !full && !ended ? "strip" : "strip on"} role="status" data-testid="status" data-state={status}>
        {ended ? w.ended : full ? w.full : status === "online" ? "" : status === "offline" || talk.outbox.all.length ? w.offline : w.connecting}
      </div>
      <Log talk={talk} open={open} />
      <form class="c" onSubmit={(e) => { e.preventDefault(); send() }}>
        <textarea
          ref={field} rows={1} value={text} placeholder={w.hint} aria-label={w.hint} maxLength={10000} data-testid="composer" enterkeyhint="send" dir="auto"
          onInput={(e) => write(e.currentTarget.value)}
          onKeyDown={(e) => { if (e.key === "Enter" && !e.shiftKey && !e.isComposing) { e.preventDefault(); send() } }}
        />
        <button class="go" aria-label={w.send} data-testid="send" disabled={!text.trim()}><Icon path={SEND} /></button>
      </form>
    </div>
  )
}

let title = w.title
type Message = Parameters<Parameters<typeof listen>[0]>[0]
const early: Message[] = []
let heard = (message: Message): void => void early.push(message)
listen((message) => {
  if (message.t !== "init") return heard(message)
  const texts = lang === "ru" ? message.config?.texts_ru : message.config?.texts_en
  title = texts?.title || title
  greeting = texts?.greeting || greeting
  if (message.config) document.documentElement.style.setProperty("--brand", message.config.accent)
  render(<Panel init={message} />, document.getElementById("panel")!)
})
