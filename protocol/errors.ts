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
