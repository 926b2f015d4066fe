/** The widget's CSS variables of a colour before it is saved: the same rule as the server's `look_of`. */
export function lookOf(accent: string): string {
  const [red, green, blue] = [1, 3, 5].map((at) => parseInt(accent.slice(at, at + 2), 16) / 255).map((s) => (s > 0.04045 ? ((s + 0.055) / 1.055) ** 2.4 : s / 12.92)) as [number, number, number]
  const white = 1.05 / (0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05)
  return `--okno-accent:${accent};--okno-ink:${white >= 4.5 ? "#fff" : "#000"}`
}
