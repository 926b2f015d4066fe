import type { ConversationRow, Desk, DeskChange, Offer, RoutingSettings } from "@okno/protocol"
import { defineStore } from "pinia"
import { ref, shallowRef } from "vue"
import { get, patch, post } from "../api"

/** The operator at work: state, load, and what he is asked to take. The server tells of every change. */
export const useDesk = defineStore("desk", () => {
  const desk = shallowRef<Desk | null>(null)
  const reasons = ref<string[] | null>(null)
  let onOffer = (_offer: Offer): void => undefined

  function take(told: Desk): void {
    const known = new Set(desk.value?.offers.map((one) => one.id))
    desk.value = told
    for (const offer of told.offers) if (!known.has(offer.id)) onOffer(offer)
  }
  /** At once on the screen, back again when the server says no. */
  async function change(what: DeskChange): Promise<void> {
    const before = desk.value
    if (before) desk.value = { ...before, ...what, reason: what.reason ?? "" }
    try {
      take(await patch<Desk>("/desk", what))
    } catch (error) {
      desk.value = before
      throw error
    }
  }
  function drop(id: string): void {
    if (desk.value) desk.value = { ...desk.value, offers: desk.value.offers.filter((one) => one.id !== id) }
  }
  async function accept(id: string): Promise<ConversationRow> {
    try {
      return await post<ConversationRow>(`/offers/${id}/acceptance`)
    } finally {
      drop(id)
    }
  }
  async function decline(id: string): Promise<void> {
    drop(id)
    await post(`/offers/${id}/refusal`)
  }
  async function loadReasons(): Promise<void> {
    reasons.value ??= (await get<RoutingSettings>("/routing")).break_reasons
  }
  const whenOffered = (callback: typeof onOffer): void => void (onOffer = callback)
  return { desk, reasons, take, change, accept, decline, drop, loadReasons, whenOffered }
})
