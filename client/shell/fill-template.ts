/** Fills in the shell's page; `portside pack` writes the result as index.html and 404.html. */
import { errorTexts } from '../../protocol/errors.js';
import type { SiteConfig } from '../../protocol/site.js';

/** @param template The text of `client/shell/index.html`. */
export function fillTemplate(template: string, site: SiteConfig): string {
  const missing = errorTexts['asset-missing'];
  const values: Readonly<Record<string, string>> = {
    MISSING_SENTENCE: escapeHtml(missing.sentence),
    MISSING_REMEDY: escapeHtml(missing.remedy),
    NAME: escapeHtml(site.name),
    BASE: escapeHtml(site.base),
    SHELL: escapeHtml(site.base + site.assets.shell.path),
    MANIFEST: escapeHtml(site.base + site.webApp.manifest.path),
    ICON: escapeHtml(site.base + (site.webApp.icons[0]?.path ?? '')),
    KERNEL_WORKER: escapeHtml(site.base + site.assets.kernelWorker.path),
    SITE: escapeScript(JSON.stringify(site)),
  };
  // A function as replacement: in a string, `$&` of a site's name would have a meaning.
  return template.replace(/%PORTSIDE_([A-Z_]+)%/g, (placeholder, key: string) => {
    const value = values[key];
    if (value === undefined) throw new Error(`The shell's page asks for ${placeholder}, which is not known`);
    return value;
  });
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** For text and for quoted attributes. */
export const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '');

/** HTML, section 4.12.1.3: neither `</script` nor `<!--` may stand in a script. In JSON a `<` occurs only within strings. */
export const escapeScript = (json: string): string => json.replaceAll('<', '\\u003c');
