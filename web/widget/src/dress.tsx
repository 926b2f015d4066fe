import Reach, { unanswered } from "./reach"
import type { Talk } from "./talk"
import css from "./more.css?inline"

/** A constructed sheet: the policy of the panel allows no inline style. */
const sheet = new CSSStyleSheet()
sheet.replaceSync(css)
document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet]

/** What may stand above the message field, one thing at a time. It comes after the first paint: the panel pays nothing. */
export default function Aside({ talk }: { talk: Talk }) {
  return unanswered(talk) ? <Reach talk={talk} /> : null
}
