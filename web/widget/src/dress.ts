import css from "./more.css?inline"

/** A constructed sheet: the policy of the panel allows no inline style. */
const sheet = new CSSStyleSheet()
sheet.replaceSync(css)
document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet]
