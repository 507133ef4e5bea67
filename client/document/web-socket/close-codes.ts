/** Close codes: RFC 6455 section 7.4, and the registry that it founded. */
export const CLOSE = {
  normal: 1000,
  goingAway: 1001,
  protocolError: 1002,
  noStatus: 1005,
  abnormal: 1006,
  invalidPayload: 1007,
  tooBig: 1009,
  noTls: 1015,
} as const;

/** Codes that say what no Close frame can say of itself: RFC 6455 section 7.4.1 forbids them there, and no others, as Chromium does. */
export const isForbidden = (code: number): boolean =>
  code === CLOSE.noStatus || code === CLOSE.abnormal || code === CLOSE.noTls;
