/** What a browser reads when it installs the site as an app: https://www.w3.org/TR/appmanifest/ */
import type { Asset } from '../../../protocol/site.js';
import type { Icon } from './icons.js';

/** The shell's ground in daylight, which a system shows while the app opens. */
const GROUND = '#fbfaf8';

/** An icon, and where it lies. */
export interface PlacedIcon {
  readonly icon: Icon;
  readonly asset: Asset;
}

export function manifestText(name: string, base: string, icons: readonly PlacedIcon[]): string {
  const manifest = {
    // Which app it is, whatever becomes of the address that it starts at.
    id: base,
    name,
    short_name: shortened(name),
    start_url: base,
    scope: base,
    display: 'standalone',
    theme_color: GROUND,
    background_color: GROUND,
    icons: icons.map(({ icon: { sizes, type, purpose }, asset }) => ({
      src: base + asset.path,
      sizes,
      type,
      purpose,
    })),
  };
  return `${JSON.stringify(manifest, null, 2)}\n`;
}

/** Characters that home screens have room for: web.dev's advice for `short_name`. */
const SHORT = 12;

/** As many of the first words as fit, so that none is cut. */
function shortened(name: string): string {
  const words = name.split(/\s+/);
  let short = words[0] ?? name;
  for (const word of words.slice(1)) {
    if (short.length + 1 + word.length > SHORT) break;
    short += ` ${word}`;
  }
  return short;
}
