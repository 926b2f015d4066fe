import type { Event, SecretAsked } from "@okno/protocol"
import { useId, useState } from "preact/hooks"
import { Icon } from "./icons"
import type { Talk } from "./talk"
import "./dress"
import { lang } from "./words"

const RU = { ask: { card: "Номер карты", code_word: "Кодовое слово", other: "Секретные данные" }, given: "Передано. В переписке не видно.", gone: "Поле закрыто.", send: "Передать", why: "Увидит только сотрудник компании. В переписке и в поиске этого не будет.", show: "Показать", hide: "Скрыть", failed: "Не передано. Проверьте и повторите.", card: "Проверьте номер карты", late: "Поле больше не принимает данные" }
const EN: typeof RU = { ask: { card: "Card number", code_word: "Code word", other: "Confidential data" }, given: "Handed over. The chat does not show it.", gone: "The field is closed.", send: "Hand over", why: "Only the company's staff will see it. It stays out of the chat and its search.", show: "Show", hide: "Hide", failed: "Not handed over. Check it and try again.", card: "Check the card number", late: "This field takes nothing any more" }
const LOCK = "M5 11h14v10H5zM8 11V7a4 4 0 0 1 8 0v4"

/** A masked field: what is typed goes to the vault by a road of its own and is kept nowhere in the browser. */
export default function Secret({ event, talk }: { event: Event; talk: Talk }) {
  const body = event.body as SecretAsked & { type: string }
  const t = lang === "ru" ? RU : EN
  const [value, setValue] = useState("")
  const [open, setOpen] = useState(false)
  const [busy, setBusy] = useState(false)
  const [fault, setFault] = useState("")
  const id = useId()
  const name = body.label || t.ask[body.purpose]
  const send = async (): Promise<void> => {
    setBusy(true)
    setFault("")
    try {
      const answer = await fetch(`/api/v1/widget/${talk.key}/secrets/${body.secret}`, {
        method: "POST",
        headers: { ...talk.headers, "content-type": "application/json" },
        body: JSON.stringify({ value }),
      })
      if (answer.ok) setValue("")
      else setFault(answer.status === 409 ? t.late : answer.status === 422 && body.purpose === "card" ? t.card : t.failed)
    } catch {
      setFault(t.failed)
    }
    setBusy(false)
  }
  const state = body.state ?? "asked"
  return (
    <form class="secret" data-testid="secret" data-state={state} onSubmit={(e) => { e.preventDefault(); void send() }}>
      <label for={id}><Icon path={LOCK} />{name}</label>
      {state === "asked" ? (
        <>
          <span class="row">
            <input
              id={id} type={(open ? "text" : "password") as "text"} value={value} maxLength={500} required autocomplete="off" spellcheck={false} dir="auto" data-testid="secret-value" data-1p-ignore data-lpignore="true"
              inputMode={body.purpose === "card" ? "numeric" : "text"} aria-describedby={`${id}w`} aria-invalid={!!fault} onInput={(e) => setValue(e.currentTarget.value)}
            />
            <button type="button" class="eye" aria-pressed={open} onClick={() => setOpen(!open)}>{open ? t.hide : t.show}</button>
          </span>
          <p id={`${id}w`} role={fault ? "alert" : undefined} class={fault ? "bad" : ""}>{fault || t.why}</p>
          <button class="b" disabled={busy || !value.trim()} data-testid="secret-send">{t.send}</button>
        </>
      ) : (
        <p>{state === "given" ? t.given : t.gone}</p>
      )}
    </form>
  )
}
