import type { Event, Receipt } from "@okno/protocol"
import type { Pending } from "@okno/client"
import type { ComponentChildren } from "preact"
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks"
import { Icon } from "./icons"
import { lazy } from "./lazy"
import type { Talk } from "./talk"
import { dayOf, timeOf, w } from "./words"

const NEAR_END_PX = 80
const GROUP_MS = 5 * 60_000
const PRESS_MS = 450
const Media = lazy(() => import("./media"))
const Secret = lazy(() => import("./secret"))
const Actions = lazy(() => import("./actions"))

export type State = "queued" | "sent" | "delivered" | "read" | "failed"
const MARK = { queued: "clock", sent: "check", delivered: "checks", read: "checks" } as const
const ADDRESS = /(https?:\/\/[^\s<>"]+[^\s<>".,;:!?)\]}'»]|[\w.+-]+@[\w-]+\.[\w.-]*\w)/

/** Addresses become anchors that tell the other side nothing. */
function Text({ text }: { text: string }) {
  const parts = text.split(ADDRESS)
  return (
    <span dir="auto" class="tx">
      {parts.map((part, at) =>
        at % 2 ? (
          <a href={(/^http/.test(part) ? "" : "mailto:") + part} target="_blank" rel="noopener noreferrer nofollow">{part}</a>
        ) : (
          part
        ),
      )}
    </span>
  )
}

export interface Shown {
  event: Event
  item?: Pending
  state: State | "got"
}
export interface Doing {
  quote: (event: Event) => void
  edit: (event: Event) => void
  jump: (quote: { conversation: string; seq: number }) => void
  act: (shown: Shown, at: DOMRect) => void
}

function Mark({ state, at, edited }: { state: State; at: string; edited: boolean }) {
  return (
    <span class={`mark ${state}`}>
      {edited && `${w.edited}, `}
      {state === "queued" ? w.queued : timeOf(at)} <Icon name={MARK[state as keyof typeof MARK]} />
      <span class="sr">{w[state]}</span>
    </span>
  )
}

function Line({ shown, first, last, talk, doing }: { shown: Shown; first: boolean; last: boolean; talk: Talk; doing: Doing }) {
  const { event, state, item } = shown
  const { body } = event
  const press = useRef<ReturnType<typeof setTimeout> | undefined>(undefined)
  const line = useRef<HTMLDivElement>(null)
  if (body.type !== "message") return null
  const mine = event.actor === "customer"
  const acts = !item && !body.deleted_at
  const act = (): void => doing.act(shown, line.current!.querySelector(".row")!.getBoundingClientRect())
  const up = (): void => clearTimeout(press.current)
  return (
    <div class={`m${mine ? " me" : ""}${state === "queued" ? " wait" : ""}${first ? " first" : ""}`} ref={line} data-testid="message" data-id={event.id} data-seq={event.seq || undefined} data-state={state}>
      {!mine && first && <span class="by">{event.actor_name || w.auto}, {timeOf(event.at)}</span>}
      <div
        class="row"
        onContextMenu={(e) => { if (acts && matchMedia("(hover:none)").matches) { e.preventDefault(); act() } }}
        onPointerDown={(e) => { if (acts && e.pointerType === "touch") press.current = setTimeout(act, PRESS_MS) }}
        onPointerUp={up} onPointerCancel={up} onPointerMove={up}
      >
        <span class={body.deleted_at ? "bb gone" : "bb"}>
          {body.quote && (
            <button type="button" class="qt" data-testid="quote" onClick={() => doing.jump(body.quote!)}>
              {body.quote.author && <b>{body.quote.author}</b>}
              <span>{body.quote.excerpt || w.file}</span>
            </button>
          )}
          {!!body.attachments?.length && <Media files={body.attachments} talk={talk} />}
          {body.deleted_at ? w.deleted : body.text && <Text text={body.text} />}
        </span>
        {acts && <button type="button" class="act" aria-label={w.more} aria-haspopup="menu" data-testid="actions" onClick={act}><Icon name="more" /></button>}
      </div>
      {!!body.reactions?.length && (
        <span class="res">
          {body.reactions.map((r) => (
            <button
              type="button" class="re" key={r.emoji} aria-pressed={talk.mine(r.actors)} aria-label={`${r.emoji} ${r.actors.length}`} data-testid="reaction"
              onClick={() => talk.change({ type: "reacted", seq: event.seq, emoji: r.emoji, on: !talk.mine(r.actors) })}
            >{r.emoji}{r.actors.length > 1 && ` ${r.actors.length}`}</button>
          ))}
        </span>
      )}
      {item?.failed ? (
        <span class="mark failed" role="alert">
          {w.failed}: {item.failed}{" "}
          <button type="button" onClick={() => talk.retry(item.id)}>{w.retry}</button>{" "}
          <button type="button" onClick={() => talk.remove(item.id)}>{w.remove}</button>
        </span>
      ) : mine ? (
        last && state !== "got" && <Mark state={state} at={event.at} edited={!!body.edited_at} />
      ) : (
        body.edited_at && <span class="mark">{w.edited}</span>
      )}
    </div>
  )
}

function shownOf(talk: Talk, receipt: Receipt | null): Shown[] {
  const held = talk.timeline.map((event): Shown => ({
    event,
    state: event.actor !== "customer" ? "got" : receipt && receipt.operator_read_seq >= event.seq ? "read" : "delivered",
  }))
  const waiting = talk.outbox.all
    .filter((item) => item.body.type === "message")
    .map((item): Shown => ({
      item,
      state: item.failed ? "failed" : item.sent ? "sent" : "queued",
      event: {
        ...{ conversation: "", seq: 0, id: item.id, at: item.at, actor: "customer", actor_id: "", actor_name: "" },
        body: { type: "message", text: item.body.type === "message" ? (item.body.text ?? "") : "", ...(item.files ? { attachments: item.files } : {}), quote: item.quote ?? null },
      } as Event,
    }))
  return [...held, ...waiting]
}

/** The timeline in lines: days, who said it, messages in groups. */
function linesOf(all: Shown[], talk: Talk, doing: Doing): ComponentChildren[] {
  const lines: ComponentChildren[] = []
  const said = all.filter(({ event: { body } }) => /^(message|closed|secret_asked)$/.test(body.type) || (body.type === "assigned" && body.operator_name))
  let day = ""
  said.forEach((shown, at) => {
    const { event } = shown
    const today = dayOf(event.at)
    if (today !== day) lines.push(<p class="day" key={`d${today}`}>{(day = today)}</p>)
    const joins = (a: Shown | undefined, b: Shown): boolean =>
      !!a && a.event.body.type === b.event.body.type && a.event.actor === b.event.actor && a.event.actor_name === b.event.actor_name && Math.abs(Date.parse(b.event.at) - Date.parse(a.event.at)) < GROUP_MS && dayOf(a.event.at) === dayOf(b.event.at)
    const next = said[at + 1]
    if (event.body.type === "assigned") lines.push(<p class="day" key={event.id}>{event.body.operator_name} {w.joined}</p>)
    else if (event.body.type === "closed") lines.push(<p class="day" key={event.id}>{w.closed}</p>)
    else if (event.body.type === "secret_asked") lines.push(<Secret key={event.id} {...{ event, talk }} />)
    else lines.push(<Line key={event.id} shown={shown} first={!joins(said[at - 1], shown)} last={!next || !joins(shown, next) || next.state !== shown.state} talk={talk} doing={doing} />)
  })
  return lines
}

export function Log({ talk, open, title, hero, quote, edit }: { talk: Talk; open: boolean; title: string; hero: ComponentChildren; quote: Doing["quote"]; edit: Doing["edit"] }) {
  const { state, typing, status } = talk.view
  const box = useRef<HTMLDivElement>(null)
  const end = useRef(true)
  const height = useRef(0)
  const room = useRef(0)
  const [fresh, setFresh] = useState(0)
  const [far, setFar] = useState(false)
  const [acting, setActing] = useState<{ shown: Shown; at: DOMRect } | null>(null)
  const [said, setSaid] = useState("")
  const all = shownOf(talk, state?.receipt ?? null)
  const first = state?.events[0]?.seq
  const newest = all.at(-1)
  const known = useRef(-1)
  const bottom = (): void => {
    box.current!.scrollTop = box.current!.scrollHeight
  }
  useLayoutEffect(() => {
    if (end.current || newest?.event.actor === "customer") bottom()
    else setFresh((n) => n + 1)
  }, [newest?.event.id])
  useLayoutEffect(() => void (end.current && bottom()), [typing, open])
  useEffect(() => {
    const last = state?.events.at(-1)
    if (!last || last.seq <= known.current) return
    if (known.current >= 0 && last.actor !== "customer" && last.body.type === "message") setSaid(`${last.actor_name || w.auto}: ${last.body.text || w.file}`)
    known.current = last.seq
  }, [state?.events])
  useEffect(() => {
    const watch = new ResizeObserver(() => end.current && bottom()) // pictures come later, a keyboard takes room
    watch.observe(box.current!)
    watch.observe(box.current!.firstElementChild!)
    return () => watch.disconnect()
  }, [])
  useLayoutEffect(() => {
    const el = box.current! // an older page was put before: what is read stays where it is
    if (!end.current && height.current) el.scrollTop += el.scrollHeight - height.current
    height.current = el.scrollHeight
  }, [first])
  useEffect(() => {
    if (box.current!.scrollHeight <= box.current!.clientHeight + 200) void talk.older() // nothing to scroll: the rest of history fits
  }, [first])
  const scroll = (): void => {
    const el = box.current!
    const size = el.clientHeight * 1e6 + el.scrollHeight
    if (size !== room.current) {
      room.current = size // not a hand: what is around has changed its size
      if (end.current) return bottom()
    }
    end.current = el.scrollHeight - el.scrollTop - el.clientHeight < NEAR_END_PX
    height.current = el.scrollHeight
    setFar(!end.current)
    if (end.current) setFresh(0)
    if (el.scrollTop < 300) void talk.older()
  }
  const jump = async (to: { conversation: string; seq: number }): Promise<void> => {
    end.current = false
    if (!(await talk.reach(to))) return
    requestAnimationFrame(() => {
      const line = box.current?.querySelector<HTMLElement>(`[data-seq="${to.seq}"]`)
      line?.scrollIntoView({ block: "center" })
      line?.classList.add("lit")
      setTimeout(() => line?.classList.remove("lit"), 1_600)
    })
  }
  const doing: Doing = { quote, edit, jump, act: (shown, at) => setActing({ shown, at }) }
  const older = !!state?.moreBefore && (first ?? 0) > 1
  return (
    <div class="view">
      <div class="log" ref={box} onScroll={scroll} role="log" aria-live="off" tabIndex={0} aria-label={title} aria-busy={status === "connecting" && !state}>
        <div class="in">
          {older ? <p class="day">{w.older}</p> : hero}
          {linesOf(all, talk, doing)}
          {typing !== null && <div class="m first"><span class="bb dots" aria-label={`${typing} ${w.typing}`} role="img"><i /><i /><i /></span></div>}
        </div>
      </div>
      <div class="sr" aria-live="polite" data-testid="announce">{said}</div>
      {far && (
        <button type="button" class="fresh" data-testid="to-end" onClick={bottom} aria-label={w.newDown}>
          <Icon name="down" />{fresh > 0 && w.newDown}
        </button>
      )}
      {acting && <Actions {...acting} talk={talk} doing={doing} close={() => setActing(null)} />}
    </div>
  )
}
