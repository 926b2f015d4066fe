import Reach, { unanswered } from "./reach"
import { lazy } from "./lazy"
import type { Talk } from "./talk"
import css from "./more.css?inline"

const Wait = lazy(() => import("./wait"))

/** A constructed sheet: the policy of the panel allows no inline style. */
const sheet = new CSSStyleSheet()
sheet.replaceSync(css)
document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet]

/** What may stand above the message field. It comes after the first paint: the panel pays nothing. */
export default function Aside({ talk }: { talk: Talk }) {
  return (
    <>
      <Wait talk={talk} />
      {unanswered(talk) && <Reach talk={talk} />}
    </>
  )
}
