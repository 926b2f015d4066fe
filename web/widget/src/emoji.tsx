import { useEffect, useMemo, useRef, useState } from "preact/hooks"
import "./dress"
import { more } from "./more"
import { lang, w } from "./words"

interface Known {
  emoji: string
  name: string
}
async function read(): Promise<Known[]> {
  const { default: lines } = await (lang === "ru" ? import("virtual:emoji-ru") : import("virtual:emoji-en"))
  return lines.split("\n").map((line) => {
    const [emoji, name] = line.split("\t")
    return { emoji: emoji!, name: name! }
  })
}
const SHOWN_MAX = 400

/** A grid with a search field; arrows walk through it, Enter takes one. */
export default function Emoji({ take, close }: { take: (emoji: string) => void; close: () => void }) {
  const [asked, setAsked] = useState("")
  const box = useRef<HTMLDivElement>(null)
  const [all, setAll] = useState<Known[]>([])
  useEffect(() => {
    box.current!.querySelector("input")!.focus()
    void read().then(setAll)
  }, [])
  const found = useMemo(() => {
    const words = asked.toLowerCase().split(/\s+/).filter(Boolean)
    return all.filter(({ name }) => words.every((word) => name.includes(word))).slice(0, SHOWN_MAX)
  }, [asked, all])
  const keys = (e: KeyboardEvent): void => {
    const items = [...box.current!.querySelectorAll<HTMLElement>("button")]
    const now = items.indexOf(document.activeElement as HTMLElement)
    const row = items.filter((it) => it.offsetTop === items[0]?.offsetTop).length
    const step = { ArrowDown: now < 0 ? 1 : row, ArrowUp: -row, ArrowRight: now < 0 ? 0 : 1, ArrowLeft: now < 0 ? 0 : -1 }[e.key]
    if (e.key === "Escape") close()
    else if (step && now + step < 0) box.current!.querySelector("input")!.focus()
    else if (step) items[Math.min(now + step, items.length - 1)]?.focus()
    else return
    e.preventDefault()
    e.stopPropagation()
  }
  return (
    <div class="emoji" role="dialog" aria-label={w.emoji} ref={box} onKeyDown={keys} data-testid="emoji">
      <input type="search" placeholder={more().find} aria-label={more().find} value={asked} onInput={(e) => setAsked(e.currentTarget.value)} onKeyDown={(e) => { if (e.key === "Enter") { e.preventDefault(); if (found[0]) take(found[0].emoji) } }} />
      <div class="cells">
        {found.map(({ emoji, name }, at) => <button type="button" key={emoji} tabIndex={at ? -1 : 0} aria-label={name.split(" ").slice(0, 3).join(" ")} onClick={() => take(emoji)}>{emoji}</button>)}
        {!!all.length && !found.length && <p class="day">{more().none}</p>}
      </div>
    </div>
  )
}
