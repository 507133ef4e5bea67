/** What a style sheet refers to. Pure. */

/**
 * A comment, which holds no references; an `@import` with its address; any other `url()`. CSS Syntax Module Level 3, sections 4.3.5 and
 * 4.3.6.
 */
const REFERENCE =
  /\/\*.*?\*\/|(@import\s+)(?:url\(\s*)?(["']?)([^"'()\s;]+)\2(?:\s*\))?|url\(\s*(?:"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'|((?:[^"'()\s\\]|\\.)+))\s*\)/gis;

/** The text of the sheet with each reference replaced by what `replace` makes of it. */
export async function replaceReferences(
  css: string,
  replace: (reference: string, isSheet: boolean) => Promise<string>,
): Promise<string> {
  const replaced = await Promise.all(
    Array.from(css.matchAll(REFERENCE), async ([whole, imports, , sheet, ...others]) => {
      const reference = sheet ?? others.find((other) => other !== undefined);
      if (reference === undefined) return whole;
      const served = await replace(reference.replace(/\\([^\da-f])/gi, '$1'), sheet !== undefined);
      return `${imports ?? ''}url("${served.replace(/["\\\n]/g, '\\$&')}")`;
    }),
  );
  return css.replace(REFERENCE, (whole) => replaced.shift() ?? whole);
}
