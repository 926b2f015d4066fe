import type { Operator, Team } from "@okno/protocol"
import { describe, expect, it } from "vitest"
import { asked, found, named } from "./mentions"

const people = [{ id: "m", name: "Мария Ветрова" }, { id: "i", name: "Игорь Марьин" }] as Operator[]
const teams = [{ id: 7, name: "Споры" }] as Team[]

describe("naming colleagues", () => {
  it("begins at an @ that no word stands before", () => {
    expect(asked("Спроси @Мар")).toEqual({ from: 7, question: "Мар" })
    expect(asked("@")).toEqual({ from: 0, question: "" })
    expect(asked("@Мария Вет")).toEqual({ from: 0, question: "Мария Вет" })
    expect(asked("mail@example")).toBeNull()
    expect(asked("@Мария Ветрова посмотри")).toBeNull()
  })
  it("finds by any word of the name, and on the wrong layout", () => {
    expect(found("мар", people, teams).map((one) => one.name)).toEqual(["Мария Ветрова", "Игорь Марьин"])
    expect(found("vfhbz", people, teams).map((one) => one.operator)).toEqual(["m"])
    expect(found("спо", people, teams)).toEqual([{ name: "Споры", team: 7 }])
  })
  it("asks only those whom the text still names", () => {
    const picked = [{ name: "Мария Ветрова", operator: "m" }, { name: "Споры", team: 7 }]
    expect(named("@Мария Ветрова, глянь", picked)).toEqual({ mentions: ["m"], teams: [] })
  })
})
