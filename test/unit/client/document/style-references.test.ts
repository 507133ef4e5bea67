import { expect, test } from 'vitest';
import { replaceReferences } from '../../../../client/document/frames/style-references.js';

const marked = (css: string) =>
  replaceReferences(css, async (reference, isSheet) => `${isSheet ? 'sheet' : 'file'}:${reference}`);

test.each([
  ['a{b:url(c.png)}', 'a{b:url("file:c.png")}'],
  ['a{b:url( "c d.png" )}', 'a{b:url("file:c d.png")}'],
  ["a{b:URL('c.png') url(d.png)}", 'a{b:url("file:c.png") url("file:d.png")}'],
  ['@import "a.css";b{}', '@import url("sheet:a.css");b{}'],
  ["@import 'a.css' screen;", '@import url("sheet:a.css") screen;'],
  ['@import url(a.css) layer(b);', '@import url("sheet:a.css") layer(b);'],
  ['@import url("a.css");', '@import url("sheet:a.css");'],
  [
    '@font-face{src:url(a.woff2)format("woff2"),url(b.woff)}',
    '@font-face{src:url("file:a.woff2")format("woff2"),url("file:b.woff")}',
  ],
  ['a{b:url(a\\ b.png)}', 'a{b:url("file:a b.png")}'],
  ['a{b:url(data:image/png;base64,AA==)}', 'a{b:url("file:data:image/png;base64,AA==")}'],
  ['/* url(a.png) @import "b.css"; */a{b:c}', '/* url(a.png) @import "b.css"; */a{b:c}'],
  ['a{b:url()}', 'a{b:url()}'],
  ['a::before{content:"a;b"}', 'a::before{content:"a;b"}'],
])('%s', async (css, expected) => {
  expect(await marked(css)).toBe(expected);
});

test('what a reference becomes can close no string', async () => {
  expect(await replaceReferences('a{b:url(c)}', async () => 'x"\\y')).toBe('a{b:url("x\\"\\\\y")}');
});
