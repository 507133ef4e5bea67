/**
 * Lets one inline script through the Content-Security-Policy of a document, and its requests to one URL, and nothing else (CSP
 * level 3). Pure.
 *
 * Where a policy would block the script, it gets a nonce. A nonce can't be added just anywhere: in a list with 'unsafe-inline' it
 * turns that off, and `default-src` rules styles as well. So it goes to `script-src-elem`, which rules script elements alone; where
 * there is none, one is made from the list that ruled them until then, and that list stays for everything else.
 */

/** Both headers may hold several policies, and be repeated. */
const HEADERS = ['Content-Security-Policy', 'Content-Security-Policy-Report-Only'] as const;

/** In the order in which they are asked for a script element (section 6.8.3, "directive fallback list"). */
const GOVERNING = ['script-src-elem', 'script-src', 'default-src'] as const;

const NONCE = /^'nonce-([A-Za-z0-9+/_-]+={0,2})'$/i;
const HASH = /^'sha(?:256|384|512)-/i;

export type Admission =
  /** A nonce for the script's element; undefined where no policy asks for one. */
  | { readonly kind: 'admitted'; readonly nonce: string | undefined }
  /** The document is not to run scripts, or has an origin of its own. */
  | { readonly kind: 'refused' };

interface Policy {
  readonly text: string;
  readonly directives: ReadonlyMap<string, readonly string[]>;
}

/** Changes the policies of `headers` where it has to. `createNonce` is called when no nonce of theirs serves. */
export function admitInlineScript(headers: Headers, createNonce: () => string): Admission {
  const enforced = parsePolicies(headers.get('Content-Security-Policy'));
  if (enforced.some(isSandboxed)) return { kind: 'refused' };
  const blocking = HEADERS.flatMap((name) => parsePolicies(headers.get(name))).filter(blocksInline);
  if (blocking.length === 0) return { kind: 'admitted', nonce: undefined };

  const shared = sharedNonce(blocking);
  if (shared !== undefined) return { kind: 'admitted', nonce: shared };
  const nonce = createNonce();
  for (const name of HEADERS) {
    const value = headers.get(name);
    if (value === null) continue;
    const policies = parsePolicies(value).map((policy) =>
      blocksInline(policy) ? withNonce(policy, nonce) : policy.text,
    );
    headers.set(name, policies.join(','));
  }
  return { kind: 'admitted', nonce };
}

/** Section 2.2.2. Of directives of the same name the first counts. */
function parsePolicies(header: string | null): Policy[] {
  return (header ?? '').split(',').map((text) => {
    const directives = new Map<string, readonly string[]>();
    for (const directive of text.split(';')) {
      const [name = '', ...values] = directive.trim().split(/[\t\n\f\r ]+/);
      const lowerCased = name.toLowerCase();
      if (lowerCased !== '' && !directives.has(lowerCased)) directives.set(lowerCased, values);
    }
    return { text, directives };
  });
}

function isSandboxed({ directives }: Policy): boolean {
  const flags = directives.get('sandbox')?.map((flag) => flag.toLowerCase());
  return flags !== undefined && !(flags.includes('allow-scripts') && flags.includes('allow-same-origin'));
}

function governingSources({ directives }: Policy): readonly string[] | undefined {
  const name = GOVERNING.find((candidate) => directives.has(candidate));
  return name && directives.get(name);
}

/** Section 6.7.3.2, "does a source list allow all inline behavior for type?". */
function blocksInline(policy: Policy): boolean {
  const sources = governingSources(policy)?.map((source) => source.toLowerCase());
  if (sources === undefined) return false;
  if (sources.some((source) => NONCE.test(source) || HASH.test(source) || source === "'strict-dynamic'")) return true;
  return !sources.includes("'unsafe-inline'");
}

/**
 * A nonce that every policy takes already. One that only some take must not be given to the others: it would let scripts of the
 * document through that they block.
 */
function sharedNonce(policies: readonly Policy[]): string | undefined {
  const [first, ...others] = policies.map(noncesOf);
  return first?.find((nonce) => others.every((nonces) => nonces.includes(nonce)));
}

const noncesOf = (policy: Policy): string[] =>
  (governingSources(policy) ?? []).flatMap((source) => NONCE.exec(source)?.[1] ?? []);

const withNonce = (policy: Policy, nonce: string): string =>
  withSource(policy, 'script-src-elem', governingSources(policy) ?? [], `'nonce-${nonce}'`);

/**
 * Lets scripts of the document connect to `url`, a page of the bridge's own, where a policy would not. What `default-src` rules
 * apart from that goes on as it is.
 */
export function admitConnection(headers: Headers, url: string): void {
  for (const name of HEADERS) {
    const value = headers.get(name);
    if (value === null) continue;
    const policies = parsePolicies(value).map((policy) => {
      const sources = policy.directives.get('connect-src') ?? policy.directives.get('default-src');
      const admitted = sources === undefined || sources.some((source) => /^(?:'self'|\*)$/i.test(source));
      return admitted ? policy.text : withSource(policy, 'connect-src', sources, url);
    });
    headers.set(name, policies.join(','));
  }
}

/** `policy` with a directive `name` of `sources` and one more, in place of the one that it has. */
function withSource(policy: Policy, name: string, sources: readonly string[], added: string): string {
  // Section 6.7.2.4: 'none' counts only where it stands alone.
  const kept = sources.filter((source) => source.toLowerCase() !== "'none'");
  const others = policy.text.split(';').filter((text) => !new RegExp(`^\\s*${name}(?:\\s|$)`, 'i').test(text));
  return [[name, ...kept, added].join(' '), ...others].join(';');
}
