import type { Condition } from "@okno/protocol"
import { expect, test } from "vitest"
import { conditionOf, treeOf } from "./ruleTree"

const test1: Condition = { type: "test", field: "message.text", op: "contains", values: ["a", "b"] }
const test2: Condition = { type: "test", field: "contact.name", op: "known", values: [] }

test("a condition goes through the form and stays what it says", () => {
  const all: Condition[] = [
    { type: "all", of: [] },
    { type: "all", of: [test1, test2] },
    { type: "any", of: [test1, { type: "all", of: [test2] }] },
    { type: "not", of: { type: "any", of: [test1, { type: "not", of: { type: "any", of: [test2] } }] } },
  ]
  for (const one of all) expect(conditionOf(treeOf(one))).toEqual(one)
})

test("what a form does not write itself is shown by a group that means the same", () => {
  expect(conditionOf(treeOf(test1))).toEqual({ type: "all", of: [test1] })
  expect(conditionOf(treeOf({ type: "not", of: test1 }))).toEqual({ type: "not", of: { type: "any", of: [test1] } })
  expect(conditionOf(treeOf({ type: "not", of: { type: "all", of: [test1, test2] } }))).toEqual({ type: "not", of: { type: "any", of: [{ type: "all", of: [test1, test2] }] } })
})

test("values are told apart by commas, and one that needs none has none", () => {
  const tree = treeOf({ type: "all", of: [test1] })
  const [line] = tree.of
  if (line?.kind !== "test") throw new Error("no test")
  line.text = " списали , , charged"
  expect(conditionOf(tree)).toEqual({ type: "all", of: [{ ...test1, values: ["списали", "charged"] }] })
  line.op = "known"
  expect(conditionOf(tree)).toEqual({ type: "all", of: [{ ...test1, op: "known", values: [] }] })
})
