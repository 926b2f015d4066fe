import type { Operator, Team } from "@okno/protocol"
import { otherLayout } from "./layout"

/** Somebody who can be named: a colleague or a team. */
export interface Named {
  name: string
  operator?: string
  team?: number
}
const SHOWN_MAX = 8

/** What stands behind the last @ before the hand, and where it begins; names have spaces. */
export function asked(before: string): { from: number; question: string } | null {
  const found = /(?:^|[\s(])@([^\s@]{0,40}(?: [^\s@]{1,40})?)$/.exec(before)
  return found ? { from: before.length - found[1]!.length - 1, question: found[1]! } : null
}

const begins = (name: string, words: string): boolean => name.startsWith(words) || name.split(" ").some((word) => word.startsWith(words))
/** Those with a word that begins so, on either keyboard layout. */
export function found(question: string, operators: readonly Operator[], teams: readonly Team[]): Named[] {
  const tried = question ? [question.toLowerCase(), otherLayout(question)] : [""]
  const fits = (name: string): boolean => tried.some((words) => begins(name.toLowerCase(), words))
  return [
    ...operators.filter((one) => fits(one.name)).map((one) => ({ name: one.name, operator: one.id })),
    ...teams.filter((one) => fits(one.name)).map((one) => ({ name: one.name, team: one.id })),
  ].slice(0, SHOWN_MAX)
}

/** Of those who were picked, the ones the text still names. */
export function named(text: string, picked: readonly Named[]): { mentions: string[]; teams: number[] } {
  const left = picked.filter((one) => text.includes(`@${one.name}`))
  return {
    mentions: [...new Set(left.flatMap((one) => one.operator ?? []))],
    teams: [...new Set(left.flatMap((one) => one.team ?? []))],
  }
}
