import type { SiteConfig } from '../../protocol/site.js';

/** The configuration that `portside pack` wrote into the page. */
export function readSiteConfig(document: Document): SiteConfig {
  const text = document.getElementById('portside-config')?.textContent;
  if (!text) throw new Error('The shell has no #portside-config');
  const site: SiteConfig = JSON.parse(text);
  return site;
}
