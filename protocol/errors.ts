/**
 * Every failure that a person may meet: a code, a sentence, a remedy. One table, used alike by exceptions,
 * events, error pages, the shell, the console and the command line. Tests match codes, never prose.
 */
export interface ErrorText {
  /** What happened, in plain words. */
  readonly sentence: string;
  /** What the reader can do about it. */
  readonly remedy: string;
  /** HTTP status of the page that reports it, where a request can meet it. */
  readonly status?: number;
}

export const errorTexts = {
  'kernel-booting': {
    sentence: 'The site is still starting.',
    remedy: 'Wait a moment; this page asks again by itself.',
    status: 503,
  },
  'kernel-unreachable': {
    sentence: 'No open tab is running this site.',
    remedy: 'Open the site in a tab of its own and keep that tab open.',
    status: 503,
  },
  'guest-not-listening': {
    sentence: 'Nothing inside the site is listening on the requested port.',
    remedy: 'Check that the server program started; its messages are in the console.',
    status: 502,
  },
  'guest-closed-early': {
    sentence: 'The server inside the site closed the connection before it had answered.',
    remedy: 'Look at the server messages in the console, then try again.',
    status: 502,
  },
  'guest-bad-response': {
    sentence: 'The server inside the site sent something that is not HTTP.',
    remedy: 'Check which program listens on this port.',
    status: 502,
  },
  'guest-truncated-response': {
    sentence: 'The server inside the site stopped in the middle of its answer.',
    remedy: 'Look at the server messages in the console, then try again.',
    status: 502,
  },
  'guest-timeout': {
    sentence: 'The server inside the site did not answer in time.',
    remedy: 'Try again, or raise the time limit for response headers.',
    status: 504,
  },
  'bad-request': {
    sentence: 'The request cannot be written as HTTP.',
    remedy: 'Check its method, address and headers.',
    status: 400,
  },
  'request-body-failed': {
    sentence: 'The body of the request could not be read to its end.',
    remedy: 'Send it again.',
    status: 400,
  },
  'protocol-mismatch': {
    sentence: 'Two parts of Portside in this browser are of different versions.',
    remedy: 'Close all tabs of this site and open it again.',
    status: 502,
  },
  'insecure-origin': {
    sentence: 'This address is not secure, and browsers let only secure pages host a site.',
    remedy: 'Open it by https, or from localhost.',
  },
  'service-worker-unsupported': {
    sentence: 'This browser window offers no service workers, which carry the requests of the site.',
    remedy: 'Use a current browser, outside of a private window.',
  },
  'service-worker-missing': {
    sentence: 'The service worker of this site could not be fetched.',
    remedy: 'Check that sw.js was uploaded beside index.html, and that the network is there.',
  },
  'service-worker-wrong-type': {
    sentence: 'The host serves the service worker as something other than JavaScript.',
    remedy: 'Have the host serve .js files as text/javascript, and not rewrite missing files to a page.',
  },
  'service-worker-scope': {
    sentence: 'The service worker may not control the path that this site was packed for.',
    remedy: 'Upload the folder to the path given by --base when it was packed, or pack it again for this one.',
  },
  'service-worker-failed': {
    sentence: 'The service worker of this site could not be installed.',
    remedy: 'The console says why. Try again with free disk space and a current browser.',
  },
  'service-worker-bypassed': {
    sentence: 'The browser loads this page past its service worker.',
    remedy: 'Reload in the usual way; if the developer tools are open, turn off "Bypass for network".',
  },
  'storage-blocked': {
    sentence: 'The browser blocks storage for this site.',
    remedy: 'Allow cookies and site data for this address, or open it in a tab of its own.',
  },
  'isolation-refused': {
    sentence: 'The browser did not isolate this page, so it has no shared memory.',
    remedy: 'Open the site in a tab of its own, in a current browser.',
  },
  'kernel-start-failed': {
    sentence: 'The kernel of this site could not be started.',
    remedy: 'Check that the whole folder .portside was uploaded; the console has the details.',
  },
  'asset-unreachable': {
    sentence: 'A part of this site could not be downloaded.',
    remedy: 'Check the network connection, then try again.',
  },
  'asset-damaged': {
    sentence: 'A part of this site arrived damaged, and was not used.',
    remedy: 'Try again; if it stays so, upload the whole folder anew, with files unchanged by the host.',
  },
  'guest-rejected': {
    sentence: 'The browser could not compile the program of this site.',
    remedy: 'Use a current browser; the console has the details.',
  },
  'unexpected-failure': {
    sentence: 'Something failed that should not have.',
    remedy: 'Try again; the console has the details.',
  },
} as const satisfies Record<string, ErrorText>;

export type ErrorCode = keyof typeof errorTexts;

/** An error from the table. `detail` says what was special about this case; it is shown behind the sentence. */
export class PortsideError extends Error {
  readonly code: ErrorCode;
  readonly detail: string | undefined;

  constructor(code: ErrorCode, detail?: string, options?: ErrorOptions) {
    super(detail ? `${errorTexts[code].sentence} ${detail}` : errorTexts[code].sentence, options);
    this.name = code;
    this.code = code;
    this.detail = detail;
  }

  get text(): ErrorText {
    return errorTexts[this.code];
  }
}
