import { useLayoutEffect, useRef } from "preact/hooks"
import { Icon } from "./icons"
import type { Doing, Shown } from "./log"
import type { Talk } from "./talk"
import "./dress"
import { more } from "./more"
import { w } from "./words"

const QUICK = ["👍", "❤️", "😂", "😮", "🙏", "👎"]
const REPLY = "M9 14 4 9l5-5M4 9h10.500a5.500 5.500 0 0 1 0 11H11"
const COPY = "M10 8h10a2 2 0 0 1 2 2v10a2 2 0 0 1-2 2H10a2 2 0 0 1-2-2V10a2 2 0 0 1 2-2zM4 16a2 2 0 0 1-2-2V4a2 2 0 0 1 2-2h10a2 2 0 0 1 2 2"
const EDIT = "M21.200 6.800a2.800 2.800 0 0 0-4-4L3.800 16.200 2 22l5.800-1.800zM15 5l4 4"
const ERASE = "M3 6h18M19 6v14a2 2 0 0 1-2 2H7a2 2 0 0 1-2-2V6M8 6V4a2 2 0 0 1 2-2h4a2 2 0 0 1 2 2v2"

/** What can be done with a message; arrows walk, Escape leaves. */
export default function Actions({ shown, at, talk, doing, close }: { shown: Shown; at: DOMRect; talk: Talk; doing: Doing; close: () => void }) {
  const { event } = shown
  const menu = useRef<HTMLDivElement>(null)
  const from = useRef(document.activeElement as HTMLElement | null)
  const body = event.body.type === "message" ? event.body : null
  const mine = event.actor === "customer"
  useLayoutEffect(() => {
    const el = menu.current!
    const { offsetWidth: wide, offsetHeight: high } = el
    const below = at.bottom + 6 + high < innerHeight ? at.bottom + 6 : Math.max(8, at.top - high - 6)
    el.style.top = `${Math.min(below, innerHeight - high - 8)}px`
    el.style.left = `${Math.max(8, Math.min(mine ? at.right - wide : at.left, innerWidth - wide - 8))}px`
    el.querySelector<HTMLElement>("[role=menuitem]")!.focus()
  }, [])
  const leave = (): void => {
    close()
    from.current?.focus()
  }
  const then = (what: () => void, back = true) => (): void => {
    close()
    if (back) from.current?.focus()
    what()
  }
  const keys = (e: KeyboardEvent): void => {
    const items = [...menu.current!.querySelectorAll<HTMLElement>("button")]
    const now = items.indexOf(document.activeElement as HTMLElement)
    const step = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[e.key]
    if (step) items[(now + step + items.length) % items.length]!.focus()
    else if (e.key === "Escape" || e.key === "Tab") leave()
    else return
    e.preventDefault()
    e.stopPropagation()
  }
  const react = (emoji: string): void => {
    const had = body?.reactions?.find((r) => r.emoji === emoji)
    talk.change({ type: "reacted", seq: event.seq, emoji, on: !(had && talk.mine(had.actors)) })
  }
  return (
    <div class="scrim" onClick={leave}>
      <div class="menu" role="menu" aria-label={w.more} ref={menu} onKeyDown={keys} onClick={(e) => e.stopPropagation()} data-testid="menu">
        <div class="quick" role="group" aria-label={more().react}>
          {QUICK.map((emoji) => <button type="button" role="menuitem" key={emoji} aria-label={`${more().react} ${emoji}`} onClick={then(() => react(emoji))}>{emoji}</button>)}
        </div>
        <button type="button" role="menuitem" data-testid="do-quote" onClick={then(() => doing.quote(event), false)}><Icon path={REPLY} />{more().quote}</button>
        {body?.text && <button type="button" role="menuitem" onClick={then(() => void navigator.clipboard?.writeText(body.text!).catch(() => 0))}><Icon path={COPY} />{more().copy}</button>}
        {mine && body?.text && <button type="button" role="menuitem" data-testid="do-edit" onClick={then(() => doing.edit(event), false)}><Icon path={EDIT} />{more().edit}</button>}
        {mine && <button type="button" role="menuitem" class="bad" data-testid="do-erase" onClick={then(() => talk.change({ type: "deleted", seq: event.seq }))}><Icon path={ERASE} />{more().erase}</button>}
      </div>
    </div>
  )
}
