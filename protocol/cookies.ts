/** What guest documents and the service worker tell each other of the cookies that scripts may see. Types only. */

/** In the guest's URL space. Never one that is HttpOnly. */
export interface ScriptCookie {
  readonly name: string;
  readonly value: string;
  /** Null: of its own host alone. */
  readonly domain: string | null;
  readonly path: string;
  /** Milliseconds since 1970; null: for the session. */
  readonly expires: number | null;
  readonly secure: boolean;
  readonly sameSite: 'strict' | 'lax' | 'none';
}

export interface CookieSnapshot {
  /** Grows with each change, across lives of the worker as well: of two snapshots the greater is the newer. */
  readonly version: number;
  /** Of every path, in the order in which a Cookie header has them. */
  readonly cookies: readonly ScriptCookie[];
}

/** One that a script sets, as if by `document.cookie`. As JSON it is the query of a POST to `.portside/cookies`. */
export interface CookieWrite {
  /** It may come twice, and is taken once. */
  readonly id: string;
  /** Path of the document, in the guest's space. */
  readonly path: string;
  /** Folder that the guest takes for its root: a guest that knows it writes it in `Path`. */
  readonly routeBase: string;
  readonly cookie: string;
}
