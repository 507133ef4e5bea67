/** `document.cookie` of a guest's document, as HTML has it, on the site's own cookies. */
import type { SiteCookies } from './site-cookies.js';

export function installDocumentCookie(cookies: SiteCookies): void {
  const native = Object.getOwnPropertyDescriptor(Document.prototype, 'cookie');
  // Libraries take the accessors from the prototype, and call them on documents: that of a parser has no cookies.
  const accessors = Object.getOwnPropertyDescriptor(
    {
      get cookie(): string {
        return isOwn(this) ? cookies.visible().map(pairOf).join('; ') : native?.get?.call(this);
      },
      set cookie(value: unknown) {
        // Without a worker there is no jar: nothing is set, as where cookies are blocked.
        if (isOwn(this)) cookies.write(String(value)).catch(() => undefined);
        else native?.set?.call(this, value);
      },
    },
    'cookie',
  );
  if (accessors) Object.defineProperty(Document.prototype, 'cookie', accessors);
}

const isOwn = (receiver: unknown): boolean => receiver === document;

const pairOf = ({ name, value }: { readonly name: string; readonly value: string }): string =>
  name === '' ? value : `${name}=${value}`;
