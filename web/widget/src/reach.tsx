import type { Reach as Ways, ReachChange } from "@okno/protocol"
import { useEffect, useRef, useState } from "preact/hooks"
import { keep } from "./host"
import { Icon } from "./icons"
import type { Talk } from "./talk"
import { lang, w } from "./words"

const PATIENCE_MS = 15_000
const RU = {
  title: "Сообщить, когда ответят?",
  email: "Ваша почта",
  ok: "Сообщить",
  push: "Уведомление в браузере",
  mailed: "Напишем на",
  pushed: "Браузер сообщит об ответе",
  wrong: "Похоже, в адресе ошибка",
  no: "Не нужно",
}
const EN: typeof RU = {
  title: "Tell you when there is an answer?",
  email: "Your e-mail",
  ok: "Tell me",
  push: "Notification of the browser",
  mailed: "We will write to",
  pushed: "The browser will tell you",
  wrong: "This address looks wrong",
  no: "No, thanks",
}
const BELL = "M6 8a6 6 0 0 1 12 0c0 7 3 9 3 9H3s3-2 3-9M10.300 21a1.940 1.940 0 0 0 3.400 0"

/** The customer's last message, when nobody has answered it. */
export function unanswered(talk: Talk): string | null {
  const last = talk.view.state?.events.filter((e) => e.body.type === "message" || e.body.type === "closed").at(-1)
  return last?.actor === "customer" ? last.at : null
}

/** Offers to tell of the answer elsewhere: once the customer has waited a little, and has no such way yet. */
export default function Reach({ talk }: { talk: Talk }) {
  const words = lang === "ru" ? RU : EN
  const [ways, setWays] = useState<Ways | null>(null)
  const [due, setDue] = useState(false)
  const [said, setSaid] = useState("")
  const [email, setEmail] = useState("")
  const [gone, setGone] = useState(!!talk.init.stored.reach)
  const popup = useRef<Window | null>(null)
  const tell = async (more: Partial<ReachChange> = {}): Promise<Ways> => {
    const found = await talk.ask<Ways>("/reach", JSON.stringify({ locale: lang, time_zone: Intl.DateTimeFormat().resolvedOptions().timeZone, ...more }))
    setWays(found)
    return found
  }
  const since = unanswered(talk)
  useEffect(() => {
    const wait = setTimeout(() => {
      setDue(true)
      if (!ways) void tell().catch(() => undefined)
    }, Math.max(0, PATIENCE_MS - (Date.now() - Date.parse(since!))))
    return () => clearTimeout(wait)
  }, [since])
  useEffect(() => {
    const hear = (e: MessageEvent): void => {
      if (e.origin !== location.origin || e.source !== popup.current || !popup.current) return
      if (e.data.t === "who") popup.current.postMessage({ t: "visitor", token: talk.headers.authorization?.slice("Bearer ".length) }, location.origin)
      if (e.data.t === "pushed") setSaid(words.pushed)
    }
    addEventListener("message", hear)
    return () => removeEventListener("message", hear)
  }, [])
  const pushes = isSecureContext && "PushManager" in self
  if (gone || !due || !ways || (!said && (ways.email || ways.pushes)) || !(ways.letters || pushes)) return null
  const leave = (): void => {
    setGone(true)
    talk.init.stored.reach = 1
    keep({ reach: 1 })
  }
  const submit = async (): Promise<void> => {
    try {
      const { email: masked } = await tell({ email: email.trim() })
      setSaid(`${words.mailed} ${masked}`)
    } catch {
      setSaid(words.wrong)
    }
  }
  const done = !!said && said !== words.wrong
  return (
    <section class="ask" aria-label={words.title} data-testid="reach">
      <p>
        <b role="status">{said || words.title}</b>
        <button type="button" class="ib" aria-label={done ? w.cancel : words.no} title={words.no} data-testid="reach-close" onClick={leave}><Icon name="close" /></button>
      </p>
      {!done && ways.letters && (
        <form onSubmit={(e) => { e.preventDefault(); void submit() }}>
          <input type="email" required maxLength={254} autocomplete="email" placeholder={words.email} aria-label={words.email} value={email} data-testid="reach-email" onInput={(e) => setEmail(e.currentTarget.value)} />
          <button data-testid="reach-ok">{words.ok}</button>
        </form>
      )}
      {!done && pushes && (
        <button type="button" class="way" data-testid="reach-push" onClick={() => { popup.current = open(`/chat/${talk.key}#notify`, "okno-notify", "popup,width=460,height=420") }}><Icon path={BELL} />{words.push}</button>
      )}
    </section>
  )
}
