// @vitest-environment happy-dom
import { readFileSync } from 'node:fs';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { BootScreen } from '../../../client/shell/boot-screen.js';
import { errorTexts, PortsideError } from '../../../protocol/errors.js';

const body = /<main.*<\/main>/s.exec(readFileSync('client/shell/index.html', 'utf8'))?.[0] ?? '';
const element = (id: string) => document.getElementById(`portside-${id}`);
const report = vi.fn(async () => 'all that was looked at');
let screen: BootScreen;

beforeEach(() => {
  document.body.innerHTML = body;
  document.documentElement.dataset.portsideState = 'booting';
  delete document.documentElement.dataset.portsideCode;
  screen = new BootScreen(document, report);
});

describe('progress', () => {
  it('measures a download', () => {
    screen.progress('download', 2_000_000, 8_000_000);
    expect(element('progress')).toMatchObject({ value: 2_000_000, max: 8_000_000 });
    expect(element('bytes')?.textContent).toBe('2.0 of 8.0 MB');
    expect(element('step')?.textContent).toBe('Downloading');
  });

  it('has no measure where a step has none', () => {
    screen.progress('download', 1, 2);
    screen.progress('listen');
    expect(element('progress')?.hasAttribute('value')).toBe(false);
    expect(element('bytes')?.textContent).toBe('');
  });

  it('writes to the live region only when the step changes', async () => {
    const step = element('step');
    if (!step) throw new Error('no step');
    screen.progress('download', 1, 9);
    const observer = new MutationObserver(() => {});
    observer.observe(step, { childList: true, characterData: true, subtree: true });
    screen.progress('download', 2, 9);
    expect(observer.takeRecords()).toHaveLength(0);
    screen.progress('compile');
    expect(observer.takeRecords()).not.toHaveLength(0);
  });
});

describe('states', () => {
  it('makes way for the site', () => {
    screen.ready();
    expect(document.documentElement.dataset.portsideState).toBe('ready');
    expect(element('screen')?.hidden).toBe(true);
  });

  it('comes back with a failure', () => {
    screen.ready();
    const retry = vi.fn();
    screen.fail(new PortsideError('asset-damaged', 'guest.wasm'), retry);
    expect(document.documentElement.dataset).toMatchObject({ portsideState: 'failed', portsideCode: 'asset-damaged' });
    expect(element('screen')?.hidden).toBe(false);
    expect(element('sentence')?.textContent).toBe(errorTexts['asset-damaged'].sentence);
    expect(element('remedy')?.textContent).toBe(errorTexts['asset-damaged'].remedy);
    expect(element('code')?.textContent).toBe('asset-damaged: guest.wasm');
    expect(document.activeElement).toBe(element('failure'));
    element('retry')?.click();
    expect(retry).toHaveBeenCalledOnce();
  });

  it('offers a report, which is made when it is opened', async () => {
    expect(element('details')?.hidden).toBe(true);
    screen.fail(new PortsideError('storage-blocked'), () => {});
    expect(element('details')?.hidden).toBe(false);
    expect(report).not.toHaveBeenCalled();
    element('details')?.dispatchEvent(new Event('toggle'));
    await vi.waitFor(() => expect(element('report')?.textContent).toBe('all that was looked at'));
  });
});
