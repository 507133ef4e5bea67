import { beforeEach, describe, expect, it, vi } from 'vitest';
import { AddressBar, type AddressWindow } from '../../../client/frame/address-bar.js';

/** A window with one entry, as the address bar sees it. */
class PageWindow extends EventTarget {
  readonly location = { href: 'http://site/' };
  readonly replaceState = vi.fn((_: unknown, __: string, href: string) => {
    this.location.href = href;
  });
  readonly history = { replaceState: this.replaceState };
}

let page: PageWindow;
let steer: (href: string) => void;
let bar: AddressBar;
let stop: AbortController;

beforeEach(() => {
  page = new PageWindow();
  steer = vi.fn();
  stop = new AbortController();
  bar = new AddressBar(page satisfies AddressWindow, steer, stop.signal);
});

describe('AddressBar', () => {
  it('takes over what the frame shows, once', () => {
    bar.follow('http://site/a?x#y');
    bar.follow('http://site/a?x#y');
    expect(page.replaceState).toHaveBeenCalledOnce();
    expect(page.location.href).toBe('http://site/a?x#y');
  });

  it('steers the frame when the entry of the page changes, and does not answer itself', () => {
    page.location.href = 'http://site/#edited';
    page.dispatchEvent(new Event('popstate'));
    expect(steer).toHaveBeenCalledExactlyOnceWith('http://site/#edited');
    bar.follow('http://site/#edited');
    expect(page.replaceState).not.toHaveBeenCalled();
  });

  it('ends with its signal', () => {
    stop.abort();
    page.dispatchEvent(new Event('popstate'));
    expect(steer).not.toHaveBeenCalled();
  });
});
