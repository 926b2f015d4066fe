/** Lucide's lines (ISC), one path each. */
export const ICONS = {
  close: "M18 6 6 18M6 6l12 12",
  send: "m5 12 7-7 7 7M12 19V5",
  more: "M12 12h.01M19 12h.01M5 12h.01",
  clip: "m16 6-8.4 8.6a2 2 0 0 0 2.8 2.8l8.4-8.6a4 4 0 1 0-5.6-5.6l-8.4 8.5a6 6 0 1 0 8.5 8.5l8.4-8.5",
  cam: "M14 4l2.500 3H20a2 2 0 0 1 2 2v9a2 2 0 0 1-2 2H4a2 2 0 0 1-2-2V9a2 2 0 0 1 2-2h3.500L10 4zM9 13a3 3 0 1 0 6 0 3 3 0 1 0-6 0",
  smile: "M15 10V9M16.5 15a6 6 0 0 1-9 0M9 10V9M2 12a10 10 0 1 0 20 0 10 10 0 1 0-20 0",
  mic: "M12 19v3M19 10v2a7 7 0 0 1-14 0v-2M9 5a3 3 0 0 1 6 0v7a3 3 0 0 1-6 0z",
  clock: "M2 12a10 10 0 1 0 20 0 10 10 0 1 0-20 0M12 6v6l4 2",
  check: "M20 6 9 17l-5-5",
  checks: "M18 6 7 17l-5-5M22 10l-7.5 7.5L13 16",
  moon: "M21 12.5A9 9 0 1 1 11.5 3a7 7 0 0 0 9.500 9.500",
  off: "M12 20h.01M8.500 16.400a5 5 0 0 1 7 0M5 12.900a10 10 0 0 1 5.200-2.700M19 12.900a10 10 0 0 0-2-1.500M2 8.800a15 15 0 0 1 4.200-2.600M22 8.800A15 15 0 0 0 10.700 5.100M2 2l20 20",
  pane: "M7 3h10a4 4 0 0 1 4 4v10a4 4 0 0 1-4 4H7a4 4 0 0 1-4-4V7a4 4 0 0 1 4-4zM13 3v18M13 11h8",
  down: "m6 9 6 6 6-6",
}

export function Icon({ name, path }: { name?: keyof typeof ICONS; path?: string }) {
  return (
    <svg viewBox="0 0 24 24" aria-hidden="true">
      <path d={path ?? ICONS[name!]} />
    </svg>
  )
}
