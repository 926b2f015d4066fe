import { ref, type Ref } from "vue"

export const SHIFT_WARN_MS = 10 * 60_000
const WARN_MS_MAX = 60_000
const SHARE_MS = 5_000
const SLOT = "okno:input"
const INPUTS = ["pointerdown", "pointermove", "keydown", "wheel", "touchstart"] as const

/** How long before a break that begins by itself one is warned: a minute, of short times a quarter. */
export const warnMs = (idleMs: number): number => Math.min(WARN_MS_MAX, idleMs / 4)

/** When somebody last touched this console, in any of its windows. */
export function idleAt(): { at: Ref<number>; touch: () => void; start: () => void; stop: () => void } {
  const at = ref(Date.now())
  let shared = 0
  function touch(): void {
    const now = Date.now()
    if (now - at.value > 500) at.value = now
    if (now - shared < SHARE_MS) return
    shared = now
    try {
      localStorage.setItem(SLOT, String(now))
    } catch {
      // this window knows it all the same
    }
  }
  const hear = (event: StorageEvent): void => {
    if (event.key === SLOT && Number(event.newValue) > at.value) at.value = Number(event.newValue)
  }
  function start(): void {
    for (const name of INPUTS) addEventListener(name, touch, { passive: true, capture: true })
    addEventListener("storage", hear)
  }
  function stop(): void {
    for (const name of INPUTS) removeEventListener(name, touch, { capture: true })
    removeEventListener("storage", hear)
  }
  return { at, touch, start, stop }
}
