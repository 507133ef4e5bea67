import { type Browser, chromium } from 'playwright-core';

/** The system's Chromium, unless `CHROMIUM` names another. */
export const CHROMIUM_PATH = process.env.CHROMIUM ?? '/usr/bin/chromium';

export const CHROMIUM_ARGUMENTS = [
  '--headless=new',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  // Other sites, and hosts that are not secure: the machine's own names all stand for a guest's, too.
  '--host-resolver-rules=MAP *.test 127.0.0.1',
] as const;

export const launchChromium = (...args: readonly string[]): Promise<Browser> =>
  chromium.launch({ executablePath: CHROMIUM_PATH, args: [...CHROMIUM_ARGUMENTS, ...args] });
