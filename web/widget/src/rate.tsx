import { useEffect, useState } from "preact/hooks"
import { keep } from "./host"
import { Icon } from "./icons"
import type { Talk } from "./talk"
import { lang, w } from "./words"

const BAD_MAX = 3
const COMMENT_MAX = 1_000
const LATELY_MS = 14 * 86_400_000
const RU = {
  title: "Как вам помогли?",
  of: "из 5",
  bad: "Плохо",
  good: "Отлично",
  solved: "Вопрос решён?",
  yes: "Да",
  no: "Нет",
  why: "Что было не так?",
  send: "Отправить",
  thanks: "Спасибо за оценку",
  skip: "Не сейчас",
  failed: "Нет связи, оценка не сохранена",
}
const EN: typeof RU = {
  title: "How did we do?",
  of: "of 5",
  bad: "Badly",
  good: "Very well",
  solved: "Was it solved?",
  yes: "Yes",
  no: "No",
  why: "What went wrong?",
  send: "Send",
  thanks: "Thank you",
  skip: "Not now",
  failed: "No connection, nothing was saved",
}
const STAR = "m12 2.500 2.900 5.900 6.600 1-4.800 4.600 1.200 6.500L12 17.400l-5.900 3.100 1.200-6.500L2.500 9.400l6.600-1z"

/** The episode that ended last, while it may be rated and the customer has not said anything of it. */
export function ended(talk: Talk): number | null {
  const events = talk.view.state?.events ?? []
  const turn = events.findLast((e) => e.body.type === "closed" || e.body.type === "opened")
  if (turn?.body.type !== "closed" || Date.now() - Date.parse(turn.at) > LATELY_MS) return null
  const { episode } = turn.body
  const said = events.some((e) => e.body.type === "rated" && e.body.episode === episode)
  const wrote = events.some((e) => e.actor === "customer" && e.body.type === "message")
  return said || !wrote || talk.init.stored.rated === `${turn.conversation} ${episode}` ? null : episode
}

/** One tap says it, one more whether it was solved; only who is unhappy is asked why. The cross puts it away for good. */
export default function Rate({ talk, episode, done }: { talk: Talk; episode: number; done: () => void }) {
  const words = lang === "ru" ? RU : EN
  const conversation = talk.view.state!.conversation
  const [score, setScore] = useState(0)
  const [step, setStep] = useState<"score" | "solved" | "why" | "thanks" | "failed">("score")
  const [solved, setSolved] = useState<boolean | null>(null)
  const [comment, setComment] = useState("")
  const say = (more: object): Promise<unknown> => talk.ask("/ratings", JSON.stringify({ conversation, episode, ...more }))
  useEffect(() => {
    if (talk.visible) void say({}).catch(() => undefined)
  }, [])
  const leave = (): void => {
    if (step === "score") void say({ skipped: true }).catch(() => undefined)
    talk.init.stored.rated = `${conversation} ${episode}`
    keep({ rated: talk.init.stored.rated })
    done()
  }
  const rate = async (n: number): Promise<void> => {
    setScore(n)
    try {
      await say({ score: n })
      setStep("solved")
    } catch {
      setStep("failed")
    }
  }
  const solve = async (so: boolean): Promise<void> => {
    setSolved(so)
    try {
      await say({ score, solved: so })
      setStep(score <= BAD_MAX || !so ? "why" : "thanks")
    } catch {
      setStep("failed")
    }
  }
  const explain = async (): Promise<void> => {
    try {
      if (comment.trim()) await say({ score, solved, comment: comment.trim() })
      setStep("thanks")
    } catch {
      setStep("failed")
    }
  }
  const title = { score: words.title, solved: words.solved, why: words.why, thanks: words.thanks, failed: words.failed }[step]
  return (
    <section class="ask" aria-label={words.title} data-testid="rate">
      <p><b role="status">{title}</b><button type="button" class="ib" aria-label={step === "thanks" ? w.cancel : words.skip} title={words.skip} data-testid="rate-skip" onClick={leave}><Icon name="close" /></button></p>
      {(step === "score" || step === "failed") && (
        <div class="stars" role="group" aria-label={words.title}>
          {[1, 2, 3, 4, 5].map((n) => (
            <button type="button" key={n} class={n <= score ? "on" : ""} aria-label={`${n} ${words.of}${n === 1 ? `, ${words.bad}` : n === 5 ? `, ${words.good}` : ""}`} data-testid={`rate-${n}`} onClick={() => void rate(n)}><Icon path={STAR} /></button>
          ))}
        </div>
      )}
      {step === "solved" && (
        <div class="yn">
          <button type="button" class="do" data-testid="rate-yes" onClick={() => void solve(true)}>{words.yes}</button>
          <button type="button" class="do no" data-testid="rate-no" onClick={() => void solve(false)}>{words.no}</button>
        </div>
      )}
      {step === "why" && (
        <form onSubmit={(e) => { e.preventDefault(); void explain() }}>
          <input maxLength={COMMENT_MAX} aria-label={words.why} value={comment} data-testid="rate-why" onInput={(e) => setComment(e.currentTarget.value)} />
          <button data-testid="rate-send">{words.send}</button>
        </form>
      )}
    </section>
  )
}
