declare module "virtual:emoji-ru" {
  /** Lines of emoji, tab, words to find it by. */
  const lines: string
  export default lines
}
declare module "virtual:emoji-en" {
  const lines: string
  export default lines
}
declare module "*.css?inline" {
  const css: string
  export default css
}
