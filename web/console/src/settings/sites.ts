import type { Inbox } from "@okno/protocol"
import { ref, shallowRef } from "vue"
import { get } from "../api"

/** The company's sites, and the one whose settings are looked at: kept from page to page. */
export const sites = shallowRef<Inbox[]>([])
const chosen = ref(0)

export async function loadSites(): Promise<Inbox | undefined> {
  sites.value = await get<Inbox[]>("/inboxes")
  return sites.value.find((one) => one.id === chosen.value) ?? sites.value[0]
}

/** It is looked at, as it is now. */
export function lookAt(site: Inbox): void {
  chosen.value = site.id
  const known = sites.value.some((one) => one.id === site.id)
  sites.value = known ? sites.value.map((one) => (one.id === site.id ? site : one)) : [...sites.value, site]
}

export function forgetSite(id: number): Inbox | undefined {
  sites.value = sites.value.filter((one) => one.id !== id)
  return sites.value[0]
}
