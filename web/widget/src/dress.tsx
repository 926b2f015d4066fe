import "@okno/client/src/erased"
import { useState } from "preact/hooks"
import { asks } from "./asks"
import { lazy } from "./lazy"
import Rate, { ended } from "./rate"
import Reach, { unanswered } from "./reach"
import type { Talk } from "./talk"
import css from "./more.css?inline"
import Wait from "./wait"

/** A constructed sheet: the policy of the panel allows no inline style. */
const sheet = new CSSStyleSheet()
sheet.replaceSync(css)
document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet]

const Greet = lazy(() => import("./greeted"))
const Form = lazy(() => import("./form"))
const Callback = lazy(() => import("./callback"))
/** What may stand above the message field. It comes after the first paint: the panel pays nothing. */
export default function Aside({ talk }: { talk: Talk }) {
  const [rating, setRating] = useState<number | null>(null)
  const episode = ended(talk)
  if (episode !== null && rating !== episode) setRating(episode) // until it is put away, also once it is rated
  const turn = talk.view.state?.events.findLast((e) => e.body.type === "closed" || e.body.type === "opened")?.body
  if (rating !== null && turn?.type === "closed" && turn.episode === rating) return <Rate key={rating} talk={talk} episode={rating} done={() => setRating(null)} />
  const form = asks(talk)
  const hello = talk.init.stored.greet
  if (form && hello?.what !== "invitation")
    return (
      <>
        {hello && <Greet key={hello.id} talk={talk} hello={hello} />}
        <Form talk={talk} form={form} />
      </>
    )
  return (
    <>
      {hello && <Greet key={hello.id} talk={talk} hello={hello} />}
      {talk.init.config?.callbacks && <Callback talk={talk} />}
      <Wait talk={talk} />
      {unanswered(talk) && <Reach talk={talk} />}
    </>
  )
}
