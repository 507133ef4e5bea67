/** The offer to install the site, below it and never over it. */
import type { InstallOffer } from './install-offer.js';
import { Notice, part } from './notice.js';

const TEXT = 'This site can be installed, and opened like an app, without a network too.';

export function offerInstallation(document: Document, offer: InstallOffer, closed: () => void): void {
  const notice = new Notice(document, 'install', 'portside-install-later', () => {
    offer.decline();
    closed();
  });
  part(document, 'portside-install-accept').addEventListener('click', () => void offer.accept());
  const show = () => {
    if (!offer.available) notice.hide();
    else if (!offer.declined) notice.show(TEXT);
  };
  offer.onChange = show;
  show();
}
