/**
 * Brings each navigation to where it can be shown: the site's pages into the frame, also when they aim at `_top`, which would
 * boot the site anew; other pages into the top-level context, since a frame in an isolated page may not load them. What leaves the
 * base within the frame, but not the origin, is taken for the site's: its service worker would do so, but is not asked outside of
 * its scope. `_top` leaves.
 */
import type { SiteScope } from './scope.js';

/** Navigations of the page itself, which only links, forms and scripts within the frame cause. */
export function keepInFrame(
  top: Window,
  scope: SiteScope,
  navigateFrame: (href: string) => void,
  signal: AbortSignal,
): void {
  top.navigation?.addEventListener(
    'navigate',
    (event) => {
      const destination = new URL(event.destination.url);
      const ordinary = event.navigationType === 'push' || event.navigationType === 'replace';
      if (!ordinary || event.hashChange || event.destination.sameDocument || event.formData || !event.cancelable)
        return;
      if (event.downloadRequest !== null || !scope.contains(destination)) return;
      event.preventDefault();
      navigateFrame(destination.href);
    },
    { signal },
  );
}

/** What becomes of a navigation that the frame can't make by itself. */
export interface Elsewhere {
  /** A page of the site that it named by a path outside of the base. */
  backInFrame(url: URL, replace: boolean): void;
  /** A page that only the top-level context can show. */
  atTop(href: string): void;
  /**
   * A link of the site with a `download` attribute, `fileName` in it: Chromium asks the host for such, past the service worker
   * (Chromium issue 40410035).
   */
  toFile(url: URL, fileName: string): void;
}

/** Navigations of the frame; to be called for each of its documents. */
export function redirectNavigations(frame: Window, scope: SiteScope, elsewhere: Elsewhere, signal: AbortSignal): void {
  frame.navigation?.addEventListener(
    'navigate',
    (event) => {
      const destination = new URL(event.destination.url);
      // A form's body can't be sent on from here: `retargetForms` sees to forms.
      if (!event.cancelable || event.formData) return;
      if (event.downloadRequest !== null) {
        if (!scope.contains(destination)) return;
        event.preventDefault();
        elsewhere.toFile(destination, event.downloadRequest);
      } else if (scope.isOutside(destination)) {
        event.preventDefault();
        const back = scope.broughtBack(destination);
        if (back) elsewhere.backInFrame(back, event.navigationType === 'replace');
        else elsewhere.atTop(destination.href);
      }
    },
    { signal },
  );
}

/** Forms keep their method and body: only their action or target changes, for the one submission. */
export function retargetForms(frame: Window, scope: SiteScope, signal: AbortSignal): void {
  // On the window and not capturing: after every listener of the site, which may cancel or change the submission.
  frame.addEventListener(
    'submit',
    (event) => {
      const { target: form, submitter } = event;
      if (event.defaultPrevented || !isForm(form)) return;
      const action = URL.parse(attribute(submitter, 'formaction') ?? attribute(form, 'action') ?? '', form.baseURI);
      if (!action) return;
      // By attribute: a field may be named `target`, and would be found in place of the property.
      const target = (attribute(submitter, 'formtarget') ?? attribute(form, 'target') ?? '').toLowerCase();
      const stays = target === '' || target === '_self';
      const back = scope.broughtBack(action);
      if (stays && back) override(form, submitter, ['action', 'formaction'], back.href);
      else if (stays && scope.isOutside(action)) override(form, submitter, ['target', 'formtarget'], '_top');
      if (scope.contains(action) && (target === '_top' || target === '_parent')) {
        override(form, submitter, ['target', 'formtarget'], '_self');
      }
    },
    { signal },
  );
}

const attribute = (element: HTMLElement | null, name: string): string | null => element?.getAttribute(name) ?? null;

/** `instanceof` fails between realms: the form is of the frame's. */
const isForm = (target: EventTarget | null): target is HTMLFormElement =>
  target !== null && 'localName' in target && target.localName === 'form';

/** Of the button that submits the form, where it says anything, else of the form. */
function override(
  form: HTMLFormElement,
  submitter: HTMLElement | null,
  [ofForm, ofSubmitter]: readonly [string, string],
  value: string,
): void {
  const [element, name] = submitter?.hasAttribute(ofSubmitter) ? [submitter, ofSubmitter] : [form, ofForm];
  const before = element.getAttribute(name);
  element.setAttribute(name, value);
  // HTML, form submission: action and target are read after the event, in the same task.
  setTimeout(() => {
    if (before === null) element.removeAttribute(name);
    else element.setAttribute(name, before);
  });
}
