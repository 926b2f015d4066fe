import { render } from "preact"
import type { Attachment, Event, Quote } from "@okno/protocol"
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks"
import { keep, listen, tell, type Init } from "./host"
import { Icon } from "./icons"
import { lazy } from "./lazy"
import { Log } from "./log"
import { Talk } from "./talk"
import type { Tray } from "./tray"
import { clock, dayOf, lang, speak, w } from "./words"

const asked = new URLSearchParams(location.search)
const spoken = speak(asked.get("lang") ?? "en")
const Chosen = lazy(async () => ({ default: (await import("./tray")).Chosen }))
const Options = lazy(() => import("./options"))
const Emoji = lazy(() => import("./emoji"))
const Aside = lazy(() => import("./dress"))
const Voice = lazy(() => import("./voice"))
type Part = "" | "menu" | "emoji" | "voice"
const VOICE = "mediaDevices" in navigator && "MediaRecorder" in self

/** When it opens: a time today, else the day and the time. */
function opening(at: string): string {
  const day = dayOf(at)
  const today = dayOf(new Date().toISOString())
  return `${day === today ? "" : day.toLowerCase() + " "}${lang === "ru" ? "в" : "at"} ${clock.format(new Date(at))}`
}

const textsOf = ({ config }: Init) => (lang === "ru" ? config?.texts_ru : config?.texts_en)

function Hero({ init, closed, presence, write }: { init: Init; closed: boolean; presence: string; write: () => void }) {
  const texts = textsOf(init)
  return (
    <div class="hero">
      <h2>{texts?.greeting || w.greeting}</h2>
      {closed ? (
        <p class="shut"><Icon name="moon" /><span><b>{presence}</b>{texts?.offline || w.leave}</span></p>
      ) : (
        <p class="line">{presence}</p>
      )}
      <button type="button" class="b" data-testid="write" onClick={write}>{w.write}</button>
    </div>
  )
}

function Face({ name, photo, on }: { name: string; photo: string; on: boolean }) {
  const initials = name.split(" ").map((part) => part[0]).slice(0, 2).join("")
  return (
    <span class={on ? "face on" : "face"} aria-hidden="true">
      {/^(\/|data:image\/|https:)/.test(photo) ? <img src={photo} alt="" /> : initials || <Icon name="pane" />}
    </span>
  )
}

function Panel({ init }: { init: Init }) {
  const [, redraw] = useState(0)
  const again = (): void => redraw((n) => n + 1)
  const [talk] = useState(() => new Talk(asked.get("key") ?? "", init, again))
  const [text, setText] = useState(init.stored.draft ?? "")
  const [open, setOpen] = useState(!!init.open)
  const [full, setFull] = useState(false)
  const [part, setPart] = useState<Part>("")
  const [quote, setQuote] = useState<Quote | null>(null)
  const [edited, setEdited] = useState<Event | null>(null)
  const [over, setOver] = useState(false)
  const tray = useRef<Tray | undefined>(undefined)
  const sending = useRef(false)
  const field = useRef<HTMLTextAreaElement>(null)
  const camera = useRef<HTMLInputElement>(null)
  const picker = useRef<HTMLInputElement>(null)
  const focus = (): void => field.current?.focus()
  useEffect(() => {
    talk.visible = open
    if (open) {
      focus()
      talk.markRead()
    } else setPart("")
  }, [open])
  const withTray = async (then: (tray: Tray) => void): Promise<void> => {
    const { Tray } = await import("./tray")
    then((tray.current ??= new Tray(talk, () => { if (sending.current) send(); again() })))
  }
  useEffect(() => {
    heard = (message) => {
      if (message.t === "show") setOpen(!!message.open)
      else if (message.t === "identify") talk.identify(message.value)
      else if (message.t === "lang") void say(message.value)
      else {
        init.stored.greet = message.value
        again()
      }
    }
    early.splice(0).forEach(heard)
    if (init.look) talk.show({ status: "online" })
    else talk.start()
    if (init.stored.files?.length) void withTray((it) => it.restore(init.stored.files!))
  }, [])
  useLayoutEffect(() => {
    const el = field.current
    if (!el) return
    el.style.height = "auto"
    el.style.height = `${Math.min(el.scrollHeight, 120)}px`
  }, [text, part])
  const say = async (language: string): Promise<void> => {
    await speak(language)
    keep({ lang })
    again()
  }
  const write = (value: string): void => {
    setText(value)
    if (!edited) keep({ draft: value })
    talk.typing(value)
  }
  const latest = useRef(text)
  latest.current = text
  const send = (): void => {
    const said = latest.current.trim()
    if (edited) {
      if (said && edited.body.type === "message" && said !== edited.body.text) talk.change({ type: "edited", seq: edited.seq, text: said })
      return stop()
    }
    const chosen = tray.current
    if (chosen?.items.length && !chosen.ready) {
      sending.current = !chosen.broken
      return again()
    }
    sending.current = false
    const files: Attachment[] = chosen?.items.length ? chosen.take() : []
    if (!said && !files.length) return
    if (!talk.send(said, files, quote ?? undefined)) return setFull(true)
    setFull(false)
    setQuote(null)
    write("")
    focus()
  }
  const stop = (): void => {
    setEdited(null)
    setQuote(null)
    setText(edited ? (init.stored.draft = "") : text)
    if (edited) keep({ draft: "" })
    focus()
  }
  const attach = (files: Iterable<File> | null | undefined): void => {
    if (files) void withTray((it) => void it.add(files)).then(focus)
  }
  const insert = (emoji: string): void => {
    const el = field.current
    const at = el?.selectionStart ?? text.length
    write(text.slice(0, at) + emoji + text.slice(el?.selectionEnd ?? at))
    setPart("")
    requestAnimationFrame(() => {
      focus()
      field.current?.setSelectionRange(at + emoji.length, at + emoji.length)
    })
  }
  const { status, state, ended, blocked } = talk.view
  const title = textsOf(init)?.title || w.title
  const assigned = state?.events.filter((e) => e.body.type === "assigned").at(-1)?.body
  const operator = (assigned?.type === "assigned" ? assigned.operator_name : state?.thread?.assignee_name) || state?.events.findLast((e) => e.actor === "operator")?.actor_name || ""
  const closed = init.config?.open === false
  const presence = closed ? (init.config?.opens_at ? `${w.answerAt} ${opening(init.config.opens_at)}` : w.closedNow) : w.here
  const chosen = tray.current?.items.length ? tray.current : null
  const strip = blocked ? w.blocked : ended ? w.ended : full ? w.full : sending.current ? w.wait : status === "online" ? "" : status === "offline" || talk.outbox.all.length ? w.offline : w.connecting
  const cited = edited ?? quote
  return (
    <div
      class="w" role="dialog" aria-label={title}
      onKeyDown={(e) => { if (e.key === "Escape") { if (cited) stop(); else tell({ t: "close" }) } }}
      onDragOver={(e) => { if (e.dataTransfer?.types.includes("Files")) { e.preventDefault(); setOver(true) } }}
      onDragLeave={(e) => { if (!e.relatedTarget) setOver(false) }}
      onDrop={(e) => { e.preventDefault(); setOver(false); attach(e.dataTransfer?.files) }}
    >
      <header>
        <Face name={operator} photo={operator ? (state?.thread?.assignee_photo ?? "") : ""} on={!closed && status === "online"} />
        <span class="t"><b data-testid="who">{operator || title}</b><span>{presence}</span></span>
        <button type="button" class="ib" aria-label={w.menu} aria-haspopup="menu" aria-expanded={part === "menu"} data-testid="options" onClick={() => setPart("menu")}><Icon name="more" /></button>
        <button type="button" class="ib" aria-label={w.close} data-testid="close" onClick={() => tell({ t: "close" })}><Icon name="close" /></button>
      </header>
      <div class={strip ? "strip on" : "strip"} role="status" data-testid="status" data-state={status}>
        {strip && status !== "online" && <Icon name="off" />}{strip}
      </div>
      <Log
        talk={talk} open={open} title={title} hero={<Hero init={init} closed={closed} presence={presence} write={focus} />}
        quote={(event) => { setEdited(null); setQuote({ conversation: event.conversation, seq: event.seq, excerpt: event.body.type === "message" ? (event.body.text ?? "").slice(0, 200) : "", author: event.actor === "customer" ? w.you : event.actor_name }); focus() }}
        edit={(event) => { setQuote(null); setEdited(event); setText((event.body.type === "message" && event.body.text) || ""); focus() }}
      />
      {part === "menu" && <Options talk={talk} close={() => setPart("")} say={say} />}
      {part === "emoji" && <Emoji take={insert} close={() => { setPart(""); focus() }} />}
      {cited && (
        <div class="cite" data-testid="cite">
          <span class="cut"><b>{edited ? w.editing : quote!.author}</b> {edited ? "" : quote!.excerpt || w.file}</span>
          <button type="button" class="ib" aria-label={w.cancel} onClick={stop}><Icon name="close" /></button>
        </div>
      )}
      <Aside talk={talk} />
      {chosen && <Chosen tray={chosen} />}
      {part === "voice" ? (
        <Voice close={() => setPart("")} done={(file) => { setPart(""); sending.current = true; attach([file]) }} />
      ) : (
        <form class="c" onSubmit={(e) => { e.preventDefault(); send() }}>
          <button type="button" class="ib" aria-label={w.attach} data-testid="attach" onClick={() => picker.current!.click()}><Icon name="clip" /></button>
          {!text && !cited && <button type="button" class="ib cam" aria-label={w.camera} onClick={() => camera.current!.click()}><Icon name="cam" /></button>}
          <input ref={camera} type="file" accept="image/*" capture="environment" hidden onChange={(e) => { attach([...(e.currentTarget.files ?? [])]); e.currentTarget.value = "" }} />
          <input ref={picker} type="file" multiple hidden data-testid="file" onChange={(e) => { attach([...(e.currentTarget.files ?? [])]); e.currentTarget.value = "" }} />
          <textarea
            ref={field} rows={1} value={text} placeholder={w.hint} aria-label={w.hint} maxLength={10000} data-testid="composer" enterkeyhint="send" dir="auto"
            onInput={(e) => write(e.currentTarget.value)}
            onPaste={(e) => { if (e.clipboardData?.files.length) { e.preventDefault(); attach([...e.clipboardData.files]) } }}
            onKeyDown={(e) => { if (e.key === "Enter" && !e.shiftKey && !e.isComposing) { e.preventDefault(); send() } }}
          />
          <button type="button" class="ib" aria-label={w.emoji} aria-expanded={part === "emoji"} data-testid="emoji-open" onClick={() => setPart(part ? "" : "emoji")}><Icon name="smile" /></button>
          {text.trim() || chosen || !VOICE ? (
            <button class="go" aria-label={edited ? w.save : w.send} data-testid="send" disabled={!text.trim() && !chosen}><Icon name="send" /></button>
          ) : (
            <button type="button" class="ib" aria-label={w.voice} data-testid="voice-open" onClick={() => setPart("voice")}><Icon name="mic" /></button>
          )}
        </form>
      )}
      {over && <div class="over" aria-hidden="true">{w.drop}</div>}
    </div>
  )
}

type Hear = Parameters<typeof listen>[0]
type Later = Exclude<Parameters<Hear>[0], { t: "init" }>
const early: Later[] = []
let heard = (message: Later): void => void early.push(message)
const hear: Hear = (message) => {
  if (message.t !== "init") return heard(message)
  if (message.config) document.documentElement.style.cssText = message.config.look
  render(<Panel init={message} />, document.getElementById("panel")!)
}
void spoken.then(() => listen(hear)) // a page whose words did not come is not ready: the loader asks for it again
