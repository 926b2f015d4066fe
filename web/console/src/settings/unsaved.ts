import { onBeforeUnmount, onMounted, shallowReactive, useTemplateRef, watch } from "vue"

/** Forms of the settings in which something was changed and not saved yet. */
export const unsaved = shallowReactive(new Set<HTMLFormElement>())

/** For the bar that saves its form: what was changed in it is unsaved until a submit of it has succeeded. */
export function useUnsaved(bar: string, now: () => { busy: boolean; fault: string }): void {
  const own = useTemplateRef<HTMLElement>(bar)
  let form: HTMLFormElement | null = null
  let sent = false
  const changed = (): void => void (form && unsaved.add(form))
  const submitted = (): void => void (sent = true)
  const ON = { input: changed, change: changed, submit: submitted }
  onMounted(() => {
    form = own.value?.closest("form") ?? null
    for (const [name, hear] of Object.entries(ON)) form?.addEventListener(name, hear)
  })
  watch(() => now().busy, (busy) => {
    if (busy || !sent) return
    sent = false
    if (form && !now().fault) unsaved.delete(form)
  })
  onBeforeUnmount(() => {
    for (const [name, hear] of Object.entries(ON)) form?.removeEventListener(name, hear)
    if (form) unsaved.delete(form)
  })
}
