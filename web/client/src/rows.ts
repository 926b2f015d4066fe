import type { ConversationRow } from "@okno/protocol"

/** Rows by id; of two copies the one with the greater change_id stays. Unchanged input gives the same map. */
export function applyRows(
  held: ReadonlyMap<string, ConversationRow>,
  rows: readonly ConversationRow[],
  gone: readonly string[] = [],
): ReadonlyMap<string, ConversationRow> {
  const newer = rows.filter((row) => (held.get(row.id)?.change_id ?? -1) < row.change_id)
  const left = gone.filter((id) => held.has(id))
  if (!newer.length && !left.length) return held
  const after = new Map(held)
  for (const row of newer) after.set(row.id, row)
  for (const id of left) after.delete(id)
  return after
}
