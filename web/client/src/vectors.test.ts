import type { Body, Event } from "@okno/protocol"
import { describe, expect, it } from "vitest"
import vectors from "./fold.vectors.json"
import "./erased"
import { applyEvents, emptyThread, type ThreadState } from "./thread"

interface Case {
  name: string
  before: Event[]
  told: Event[]
  after: Event[]
}
const cases = vectors.cases as unknown as Case[]

/** A type that is missing here does not compile. */
const TYPES: Record<Body["type"], true> = {
  message: true, note: true, reacted: true, edited: true, deleted: true, opened: true, closed: true, assigned: true, labelled: true,
  described: true,
  greeted: true, callback_asked: true, callback_ended: true, call_began: true, call_ended: true, call_recorded: true,
  held: true, joined: true,
  snoozed: true, woken: true, task: true,
  secret_asked: true, secret_given: true, secret_closed: true, history_cleared: true, erased: true,
  overdue: true, promised: true,
  rated: true,
  merged: true, split: true, carried: true, hidden: true,
}

const holding = (events: Event[]): ThreadState => ({ ...emptyThread(events[0]!.conversation), events })

describe("the fold of the server and of the browser", () => {
  it.each(cases)("$name", ({ before, told, after }) => {
    const atOnce = applyEvents(holding(before), told)
    expect(atOnce.events).toEqual(after)
    const oneByOne = told.reduce((state, event) => applyEvents(state, [event]), holding(before))
    expect(oneByOne.events).toEqual(after)
    const backwards = [...told].reverse().reduce((state, event) => applyEvents(state, [event]), holding(before))
    expect(backwards.events).toEqual(after)
  })

  it("has a case for every type of event", () => {
    const told = new Set(cases.flatMap((one) => one.told.map((event) => event.body.type)))
    expect([...told].sort()).toEqual([...vectors.types].sort())
    expect(Object.keys(TYPES).sort()).toEqual([...vectors.types].sort())
  })
})
