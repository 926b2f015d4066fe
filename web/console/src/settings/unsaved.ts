import { onBeforeUnmount, onMounted, shallowReactive, useTemplateRef } from "vue"

/** Forms of the settings in which something was changed and not saved yet. */
export const unsaved = shallowReactive(new Set<HTMLFormElement>())

/** For the bar that saves its form. The function it returns is called when everything is saved. */
export function useUnsaved(bar: string): () => void {
  const own = useTemplateRef<HTMLElement>(bar)
  let form: HTMLFormElement | null = null
  const changed = (): void => void (form && unsaved.add(form))
  const saved = (): void => void (form && unsaved.delete(form))
  onMounted(() => {
    form = own.value?.closest("form") ?? null
    form?.addEventListener("input", changed)
    form?.addEventListener("change", changed)
  })
  onBeforeUnmount(() => {
    form?.removeEventListener("input", changed)
    form?.removeEventListener("change", changed)
    saved()
  })
  return saved
}
