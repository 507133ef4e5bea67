/** The text of a module, bundled to one classic script: client/embed.mjs makes it. */
declare module '*?script' {
  const source: string;
  export default source;
}
