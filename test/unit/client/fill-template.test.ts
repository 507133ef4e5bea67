// @vitest-environment happy-dom
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fillTemplate } from '../../../client/shell/fill-template.js';
import { readSiteConfig } from '../../../client/shell/site-config.js';
import { errorTexts } from '../../../protocol/errors.js';
import { exampleSite } from '../../support/example-site.js';

const template = readFileSync('client/shell/index.html', 'utf8');
/** Without the frame, which happy-dom would load. */
const parse = (html: string) => new DOMParser().parseFromString(html.replace(/<iframe.*<\/iframe>/, ''), 'text/html');

describe('fillTemplate', () => {
  it('leaves no placeholder', () => {
    expect(fillTemplate(template, exampleSite())).not.toContain('%PORTSIDE_');
  });

  it('says what a missing shell means', () => {
    const page = parse(fillTemplate(template, exampleSite()));
    expect(page.getElementById('portside-sentence')?.textContent).toBe(errorTexts['asset-missing'].sentence);
    expect(page.getElementById('portside-remedy')?.textContent).toBe(errorTexts['asset-missing'].remedy);
  });

  it('carries any name through, as text and as configuration', () => {
    const nasty = fc.oneof(
      fc.string(),
      fc.constantFrom('</script><script>alert(1)</script>', '<!--', '"', "$& $' $`", '%PORTSIDE_SITE%', '&amp;', ']]>'),
    );
    fc.assert(
      fc.property(nasty, nasty, (name, value) => {
        const site = exampleSite({ name, env: { VALUE: value } });
        const html = fillTemplate(template, site);
        const json = /<script type="application\/json" id="portside-config">(.*?)<\/script/s.exec(html)?.[1] ?? '';
        expect(JSON.parse(json)).toEqual(site);
        expect(html.match(/<script/g)).toHaveLength(3);
      }),
    );
  });

  it('is read back by the shell', () => {
    const site = exampleSite({ name: 'Harbour & <Sons>' });
    const page = parse(fillTemplate(template, site));
    expect(readSiteConfig(page)).toEqual(site);
    expect(page.title).toBe('Harbour & <Sons>');
  });
});
