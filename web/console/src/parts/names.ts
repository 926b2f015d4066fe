/** Two letters of a name. */
export function initials(name: string): string {
  return name.split(/\s+/).filter(Boolean).slice(0, 2).map((part) => part[0]!.toUpperCase()).join("") || "?"
}

/** One of five tints, the same for the same person everywhere. */
export function tint(id: string): string {
  return `t${[...id].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) >>> 0, 7) % 5}`
}

/** What to call somebody who has not said his name: the end of the id tells two guests apart. */
export function shownName(name: string, id: string, guest: string): string {
  return name || `${guest} ${id.slice(-4)}`
}

/** "5", "1:20" or "2:14:05" of a wait. */
export function wait(since: string, now: number): string {
  const seconds = Math.max(0, Math.floor((now - Date.parse(since)) / 1000))
  const [hours, minutes, rest] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60]
  const two = (n: number): string => String(n).padStart(2, "0")
  return hours ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`
}
