import type { LetterQueued, TranscriptOptions } from "@okno/protocol"
import { useEffect, useRef, useState } from "preact/hooks"
import { keep, type Person } from "./host"
import { Icon } from "./icons"
import type { Talk } from "./talk"
import "./dress"
import { more } from "./more"
import { lang, w } from "./words"

const SOUND = "M11 4.700a.7.7 0 0 0-1.200-.5L6.400 7.600A1.400 1.400 0 0 1 5.400 8H3a1 1 0 0 0-1 1v6a1 1 0 0 0 1 1h2.400a1.400 1.400 0 0 1 1 .4l3.400 3.400a.7.7 0 0 0 1.200-.5zM16 9a5 5 0 0 1 0 6"
const GLOBE = "M2 12a10 10 0 1 0 20 0 10 10 0 1 0-20 0M2 12h20M12 2a15 15 0 0 1 0 20 15 15 0 0 1 0-20"
const BIN = "M3 6h18M19 6v14a2 2 0 0 1-2 2H7a2 2 0 0 1-2-2V6M8 6V4a2 2 0 0 1 2-2h4a2 2 0 0 1 2 2v2"
const SAVE = "M12 3v12M7 10l5 5 5-5M5 21h14"

const FORMATS = { pdf: "PDF", html: "HTML", txt: "TXT" } as const
const SENT = "M4 4h16a1 1 0 0 1 1 1v14a1 1 0 0 1-1 1H4a1 1 0 0 1-1-1V5a1 1 0 0 1 1-1zM3 6l9 7 9-7"
const zone = (): string => Intl.DateTimeFormat().resolvedOptions().timeZone

/** How one may take the conversation along: as a file, or by e-mail to the address the company has. */
function Copies({ talk, leave }: { talk: Talk; leave: () => void }) {
  const words = more().copies
  const [offer, setOffer] = useState<TranscriptOptions | null>(null)
  const [said, setSaid] = useState("")
  const path = `/conversations/${talk.view.state!.conversation}/transcript`
  useEffect(() => {
    void talk.ask<TranscriptOptions>("/transcript").then(setOffer, () => setSaid(words.failed))
  }, [])
  useEffect(() => document.querySelector<HTMLElement>(".menu.top button")?.focus(), [offer])
  const save = async (format: keyof typeof FORMATS): Promise<void> => {
    setSaid(words.making)
    const answer = await fetch(`/api/v1/widget/${talk.key}${path}?${new URLSearchParams({ format, locale: lang, time_zone: zone() })}`, { headers: talk.headers }).catch(() => null)
    if (!answer?.ok) return setSaid(words.failed)
    const link = document.createElement("a")
    link.href = URL.createObjectURL(await answer.blob())
    link.download = `${words.name} ${new Date().toLocaleDateString("sv")}.${format}`
    link.click()
    setTimeout(() => URL.revokeObjectURL(link.href), 10_000)
    leave()
  }
  const send = (): void => {
    setSaid(words.making)
    talk.ask<LetterQueued>(`${path}/letter`, JSON.stringify({ format: "pdf", locale: lang, time_zone: zone() })).then(
      ({ address }) => setSaid(`${words.sent} ${address}`),
      (error: Error) => setSaid(error.message === "409" ? words.nobody : error.message === "429" ? words.enough : words.failed),
    )
  }
  return (
    <>
      {offer?.download && (Object.keys(FORMATS) as (keyof typeof FORMATS)[]).map((format) => <button key={format} type="button" role="menuitem" data-testid={`copy-${format}`} onClick={() => void save(format)}><Icon path={SAVE} />{words[format]}</button>)}
      {offer?.email && offer.address && <button type="button" role="menuitem" data-testid="copy-mail" onClick={send}><Icon path={SENT} />{`${words.send} ${offer.address}`}</button>}
      {offer && !offer.download && !(offer.email && offer.address) && <button type="button" role="menuitem" onClick={leave}>{words.off}</button>}
      <p role="status" class="told" data-testid="copy-told">{said || (offer ? "" : words.making)}</p>
    </>
  )
}

export default function Options({ talk, close, say }: { talk: Talk; close: () => void; say: (language: string) => void }) {
  const menu = useRef<HTMLDivElement>(null)
  const [copying, setCopying] = useState(false)
  const from = useRef(document.activeElement as HTMLElement | null)
  useEffect(() => menu.current!.querySelector("button")!.focus(), [])
  const leave = (): void => {
    close()
    from.current?.focus()
  }
  const { stored } = talk.init
  const keys = (e: KeyboardEvent): void => {
    const items = [...menu.current!.querySelectorAll<HTMLElement>("button")]
    const step = { ArrowDown: 1, ArrowUp: -1 }[e.key]
    if (step) items[(items.indexOf(document.activeElement as HTMLElement) + step + items.length) % items.length]!.focus()
    else if (e.key === "Escape" || e.key === "Tab") leave()
    else return
    e.preventDefault()
    e.stopPropagation()
  }
  const mute = (): void => {
    stored.mute = stored.mute ? undefined : 1
    keep({ mute: stored.mute })
    leave()
  }
  const clear = async (): Promise<void> => {
    leave()
    if (!confirm(more().clearSure)) return
    const answer = await fetch(`/api/v1/widget/${talk.key}/history/clearing`, { method: "POST", headers: talk.headers }).catch(() => null)
    if (!answer?.ok) return
    talk.view = { ...talk.view, state: null }
    talk.identify(talk.init.person ?? ({} as Person))
  }
  const withdraw = async (): Promise<void> => {
    leave()
    if (!confirm(more().withdrawSure)) return
    const answer = await fetch(`/api/v1/widget/${talk.key}/consents/withdrawal`, { method: "POST", headers: talk.headers }).catch(() => null)
    if (!answer?.ok) return
    stored.agreed = undefined
    keep({ agreed: undefined })
  }
  return (
    <div class="scrim" onClick={leave}>
      <div class="menu top" role="menu" aria-label={w.menu} ref={menu} onKeyDown={keys} onClick={(e) => e.stopPropagation()}>
        {copying ? <Copies talk={talk} leave={leave} /> : <>
        <button type="button" role="menuitemcheckbox" aria-checked={!stored.mute} onClick={mute}><Icon path={SOUND} />{more().sound}<span class="end">{!stored.mute && <Icon name="check" />}</span></button>
        <button type="button" role="menuitem" data-testid="language" onClick={() => { leave(); say(lang === "ru" ? "en" : "ru") }}><Icon path={GLOBE} /><span lang={lang === "ru" ? "en" : "ru"}>{more().language}</span></button>
        {!!talk.view.state?.events.length && <button type="button" role="menuitem" aria-haspopup="menu" data-testid="copies" onClick={() => setCopying(true)}><Icon path={SAVE} />{more().export}</button>}
        {!!talk.view.state?.events.length && <button type="button" role="menuitem" data-testid="clear-history" onClick={() => void clear()}><Icon path={BIN} />{more().clear}</button>}
        {stored.agreed && <button type="button" role="menuitem" data-testid="withdraw-consent" onClick={() => void withdraw()}><Icon name="close" />{more().withdraw}</button>}
        </>}
      </div>
    </div>
  )
}
