import type { LabelColour } from "@okno/protocol"
import { defineStore } from "pinia"
import { shallowRef } from "vue"
import { get } from "../api"

/** Colours of labels: the tint a chip is drawn in. */
export const useLabels = defineStore("labels", () => {
  const colours = shallowRef<ReadonlyMap<string, number>>(new Map())
  async function load(): Promise<void> {
    colours.value = new Map((await get<LabelColour[]>("/labels/colours")).map((one) => [one.label, one.colour]))
  }
  const tint = (label: string): string => {
    const colour = colours.value.get(label)
    return colour === undefined ? "" : `t${colour}`
  }
  return { colours, load, tint }
})
