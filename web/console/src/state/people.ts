import type { Operator, Team } from "@okno/protocol"
import { defineStore } from "pinia"
import { computed, ref } from "vue"
import { get } from "../api"

/** Colleagues and teams, read once and again when the settings change them. */
export const usePeople = defineStore("people", () => {
  const operators = ref<Operator[]>([])
  const teams = ref<Team[]>([])
  const byId = computed(() => new Map(operators.value.map((one) => [one.id, one])))
  const able = computed(() => operators.value.filter((one) => !one.disabled))
  async function load(): Promise<void> {
    ;[operators.value, teams.value] = await Promise.all([get<Operator[]>("/operators"), get<Team[]>("/teams")])
  }
  const nameOf = (id: string): string => byId.value.get(id)?.name ?? ""
  return { operators, teams, byId, able, load, nameOf }
})
