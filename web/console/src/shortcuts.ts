/** Keys by their place (event.code), so that they work on a Russian layout; never while somebody writes. */
export function onShortcut(keys: Record<string, () => void>): () => void {
  const press = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return
    const target = event.target as HTMLElement
    if (/^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName) || target.isContentEditable) return
    const act = keys[event.code]
    if (!act) return
    event.preventDefault()
    act()
  }
  addEventListener("keydown", press)
  return () => removeEventListener("keydown", press)
}
