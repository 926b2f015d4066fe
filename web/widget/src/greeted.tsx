import { useEffect, useRef, useState } from "./lazy"
import type { Hello } from "./bubble"
import { keep } from "./host"
import { Icon } from "./icons"
import type { Talk } from "./talk"
import { lang } from "./words"

const RU = { answer: "Ответить", no: "Не сейчас", over: "Приглашение уже неактуально. Напишите нам — ответим." }
const EN: typeof RU = { answer: "Answer", no: "Not now", over: "This invitation is over. Write to us, we will answer." }

/** What was said first. An invitation becomes the conversation it begins; a greeting stands here until it is answered. */
export default function Greet({ talk, hello }: { talk: Talk; hello: Hello }) {
  const words = lang === "ru" ? RU : EN
  const [sure, setSure] = useState(!!hello.sure)
  const [over, setOver] = useState(false)
  const { status, state } = talk.view
  const [gone, setGone] = useState(false)
  const wrote = useRef(false)
  if (talk.outbox.all.length) wrote.current = true
  const answered = hello.what === "greeting" && wrote.current && !talk.outbox.all.length && !!state
  const ready = status === "online" && !!talk.headers.authorization
  const done = (): void => {
    talk.init.stored.greet = undefined
    keep({ greet: undefined })
  }
  const fate = (what: "dismissed"): void => {
    const { visitor } = talk.init.stored
    navigator.sendBeacon(`/api/v1/widget/${talk.key}/fates`, JSON.stringify({ visitor, what: hello.what, id: hello.id, fate: what }))
  }
  useEffect(() => {
    if (hello.what !== "invitation" || !sure || !ready) return
    talk.ask(`/invitations/${hello.id}/acceptance`, "{}").then(
      () => {
        done()
        talk.identify(talk.init.person) // comes back as whoever he is now, with his conversation
      },
      (error: Error) => {
        if (!error.message.startsWith("4")) return
        keep({ greet: undefined })
        setOver(true)
      },
    )
  }, [sure, ready])
  useEffect(() => {
    if (!answered) return
    void talk.ask(`/greetings/${hello.id}/answer`, "{}").catch(() => undefined)
    done()
  }, [answered])
  if (over) return <section class="ask" role="status" data-testid="greet-over"><p>{words.over}</p></section>
  if (gone || answered || (hello.what === "invitation" && sure)) return null
  return (
    <section class="ask hi" aria-label={hello.name || undefined} data-testid="greet">
      <p><span>{hello.name && <b>{hello.name} </b>}{hello.text}</span>
        <button type="button" class="ib" aria-label={words.no} title={words.no} data-testid="greet-close" onClick={() => { fate("dismissed"); done(); setGone(true) }}><Icon name="close" /></button></p>
      {hello.what === "invitation" && <button type="button" class="do" data-testid="greet-answer" onClick={() => setSure(true)}>{words.answer}</button>}
    </section>
  )
}
