import { onBeforeUnmount, onMounted } from "vue"

const FIELD = /^(INPUT|TEXTAREA|SELECT)$/

/** Whether the key belongs to what is being written, or to an open dialog. */
function taken(event: KeyboardEvent): boolean {
  const target = event.target as HTMLElement
  return FIELD.test(target.tagName) || target.isContentEditable || !!document.querySelector("dialog[open]")
}

/** "KeyJ", "Shift+Slash", "Alt+Digit1", "Mod+KeyK": the physical key, so that every layout works. */
function nameOf(event: KeyboardEvent): string {
  const mod = event.ctrlKey || event.metaKey ? "Mod+" : ""
  return `${mod}${event.altKey ? "Alt+" : ""}${event.shiftKey ? "Shift+" : ""}${event.code}`
}

/**
 * Keys of a screen while it is mounted. Plain keys never fire in fields or dialogs; those with Mod or Alt do in fields.
 * A handler that answers false leaves the key to the browser.
 */
export function useKeys(keys: Record<string, (event: KeyboardEvent) => unknown>): void {
  const press = (event: KeyboardEvent): void => {
    if (event.defaultPrevented || event.isComposing) return
    const name = nameOf(event)
    const act = keys[name]
    if (!act) return
    const chord = name.startsWith("Mod+") || name.startsWith("Alt+")
    if (chord ? document.querySelector("dialog[open]") : taken(event)) return
    if (act(event) === false) return
    event.preventDefault()
  }
  onMounted(() => addEventListener("keydown", press))
  onBeforeUnmount(() => removeEventListener("keydown", press))
}
