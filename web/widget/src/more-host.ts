// What few host pages need, fetched when they do: greetings and invitations, the title that blinks, the panel that is the whole screen of a phone.
import type { Host } from "./idle"

export { greet, invite } from "./greet"

const BLINK_MS = 1_200
const PHONE_PX = 480
let blinking = false
let folding = false

/** The tab's title takes turns with the number of unread messages while nobody looks. */
export function blink({ badge, lang }: Host): void {
  if (blinking) return
  blinking = true
  let timer = 0
  let title = ""
  const stop = (): void => {
    clearInterval(timer)
    if (timer) document.title = title
    timer = 0
  }
  const begin = (): void => {
    const n = badge.textContent
    if (!n || !document.hidden) return stop()
    if (timer) return
    title = document.title
    timer = setInterval(() => {
      document.title = document.title === title ? `(${badge.textContent}) ${lang === "ru" ? "Новое сообщение" : "New message"}` : title
    }, BLINK_MS) as unknown as number
  }
  new MutationObserver(begin).observe(badge, { childList: true })
  addEventListener("visibilitychange", begin)
  begin()
}

/** On a phone the panel is the screen: the back button closes it, the keyboard makes it lower, the page behind rests. */
export function phone({ on, show, box, host }: Host): void {
  if (folding) return
  folding = true
  let pushed = false
  let resting: HTMLElement[] = []
  const small = (): boolean => innerWidth <= PHONE_PX
  const fit = (): void => {
    const { height, offsetTop } = visualViewport!
    const on = box.hasAttribute("data-open") && small()
    box.style.height = on ? `${height}px` : ""
    box.style.translate = on && offsetTop ? `0 ${offsetTop}px` : ""
  }
  const opened = (): void => {
    if (!small()) return
    history.pushState({ ...history.state, okno: 1 }, "")
    pushed = true
    resting = ([...document.body.children] as HTMLElement[]).filter((el) => el !== host && !el.inert)
    resting.forEach((el) => (el.inert = true))
    fit()
  }
  on("open", opened)
  on("close", () => {
    resting.splice(0).forEach((el) => (el.inert = false))
    if (pushed) history.back()
    pushed = false
    fit()
  })
  addEventListener("popstate", () => {
    if (!pushed) return
    pushed = false
    show(0)
  })
  visualViewport?.addEventListener("resize", fit)
  visualViewport?.addEventListener("scroll", fit)
  if (box.hasAttribute("data-open")) opened()
}
