/**
 * Finds where a script goes that is to run before every other of an HTML document, byte by byte, as HTML's tokenizer (section
 * 13.2.5) would read them.
 *
 * Passed over is what can run no script and only tells of the document: a byte order mark, white space, comments, the doctype,
 * processing instructions, `<html>`, `<head>`, `<base>`, `<title>` with its text, and `<meta>`. The script goes before
 * the first thing that is none of these. It could go further to the front, but browsers look for `<meta charset>` in the first
 * 1024 bytes (section 13.2.3.2), and text before the doctype would change how the page is laid out. It can't go further to the
 * back: scripts wait for the style sheets before them, and a `<meta http-equiv>` may hold a Content-Security-Policy,
 * which governs what follows it. A tag with an event handler is not passed over either.
 *
 * Where it lands makes no difference to the document that comes of it: a script before `<html>`, `<head>`, `<body>`, `<frameset>` or
 * text opens the same head that these would have opened, and attributes of a later `<html>` are still taken.
 */

const PASSED_TAGS = new Set(['html', 'head', 'base', 'meta', 'title']);
/** Values of `<meta http-equiv>` that change nothing for scripts. */
const PASSED_PRAGMAS = new Set(['content-type', 'content-language', 'x-ua-compatible']);
/** A tag that goes on for longer than this is not waited for. */
const LONGEST_TAG = 8 * 1024;

const TITLE_END = '</title';
/** Bytes of a byte order mark in UTF-8, the longest that there is. */
const MARK_LENGTH = 3;
const LESS = 0x3c;
const GREATER = 0x3e;
const DASH = 0x2d;
const SLASH = 0x2f;
const EQUALS = 0x3d;
const BANG = 0x21;
const QUESTION = 0x3f;
const DOUBLE_QUOTE = 0x22;
const SINGLE_QUOTE = 0x27;

const isSpace = (byte: number): boolean =>
  byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09 || byte === 0x0c;
const isLetter = (byte: number): boolean => (byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x7a;
const lowerCased = (byte: number): string => String.fromCharCode(byte).toLowerCase();

/** States of the tokenizer, by the names that HTML gives them; those that differ in nothing here are one. */
type TagState =
  | 'tag-open'
  | 'tag-name'
  | 'before-attribute-name'
  | 'attribute-name'
  | 'after-attribute-name'
  | 'before-attribute-value'
  | 'double-quoted'
  | 'single-quoted'
  | 'unquoted';
type CommentState =
  | 'markup-declaration'
  | 'markup-dash'
  | 'bogus-comment'
  | 'comment-start'
  | 'comment-start-dash'
  | 'comment'
  | 'comment-end-dash'
  | 'comment-end'
  | 'comment-end-bang';
type State = 'data' | TagState | CommentState | 'title' | 'title-end';

const TAG_STATES: ReadonlySet<State> = new Set<TagState>([
  'tag-open',
  'tag-name',
  'before-attribute-name',
  'attribute-name',
  'after-attribute-name',
  'before-attribute-value',
  'double-quoted',
  'single-quoted',
  'unquoted',
]);

export type ScriptPlace =
  /** It is not known yet. */
  | { readonly kind: 'unknown' }
  | { readonly kind: 'found'; readonly offset: number }
  /** No script can be put into this: it is UTF-16, of which ASCII is no part. */
  | { readonly kind: 'none' };

const UNKNOWN: ScriptPlace = { kind: 'unknown' };
const NONE: ScriptPlace = { kind: 'none' };

export class HeadScanner {
  /** Offset in the document up to which everything may go on. */
  settled = 0;
  place: ScriptPlace = UNKNOWN;
  #offset = 0;
  #state: State = 'data';
  /** The first bytes, until there are enough to know a byte order mark; undefined from then on. */
  #opening: number[] | undefined = [];
  #tag = '';
  #attribute = '';
  #value = '';
  /** How much of `TITLE_END` the text ends with. */
  #matched = 0;

  /** Takes the next bytes of the document, until `place` is known. */
  scan(bytes: Uint8Array): void {
    for (let index = 0; index < bytes.length && this.place === UNKNOWN; index++) {
      const byte = bytes[index] ?? 0;
      if (this.#opening === undefined) this.#take(byte);
      else if (this.#opening.push(byte) === MARK_LENGTH) this.#open(this.#opening);
    }
  }

  /** The document has ended. One that ends within a comment or its title holds no place for a script. */
  end(): void {
    if (this.#opening !== undefined) this.#open(this.#opening);
    if (this.#state === 'data' || this.#isHeldBack()) this.#found();
  }

  /** U+FEFF in UTF-8 is EF BB BF, in UTF-16 FE FF or FF FE; UTF-16 without a mark has a NUL in its first two bytes. */
  #open(opening: readonly number[]): void {
    this.#opening = undefined;
    const [first, second, third] = opening;
    if (first === 0 || second === 0 || (first === 0xfe && second === 0xff) || (first === 0xff && second === 0xfe)) {
      this.place = NONE;
    } else if (first === 0xef && second === 0xbb && third === 0xbf) {
      this.#offset = this.settled = MARK_LENGTH;
    } else {
      for (const byte of opening) if (this.place === UNKNOWN) this.#take(byte);
    }
  }

  #take(byte: number): void {
    this.#step(byte);
    this.#offset++;
    if (this.place !== UNKNOWN) return;
    if (!this.#isHeldBack()) this.settled = this.#offset;
    else if (this.#offset - this.settled > LONGEST_TAG) this.#found();
  }

  /** The script goes before the tag, or the text, that is being read. */
  #found(): void {
    if (this.place === UNKNOWN) this.place = { kind: 'found', offset: this.settled };
  }

  /** A tag is held back until it has ended, since any attribute of it may decide. */
  #isHeldBack(): boolean {
    return TAG_STATES.has(this.#state);
  }

  #step(byte: number): void {
    switch (this.#state) {
      case 'data':
        if (byte === LESS) this.#state = 'tag-open';
        else if (!isSpace(byte)) this.#found();
        break;
      case 'tag-open':
        if (byte === BANG) this.#state = 'markup-declaration';
        else if (byte === QUESTION) this.#state = 'bogus-comment';
        else if (isLetter(byte)) this.#openTag(byte);
        else this.#found();
        break;
      case 'tag-name':
        if (byte === GREATER || isSpace(byte) || byte === SLASH) this.#nameEnds(byte);
        else this.#tag += lowerCased(byte);
        break;
      case 'before-attribute-name':
        if (byte === GREATER) this.#tagEnds();
        else if (!isSpace(byte) && byte !== SLASH) this.#openAttribute(byte);
        break;
      case 'attribute-name':
        if (byte === EQUALS) this.#state = 'before-attribute-value';
        else if (byte === GREATER) this.#tagEnds();
        else if (isSpace(byte) || byte === SLASH) this.#state = 'after-attribute-name';
        else this.#attribute += lowerCased(byte);
        break;
      case 'after-attribute-name':
        if (byte === EQUALS) this.#state = 'before-attribute-value';
        else if (byte === GREATER) this.#tagEnds();
        else if (!isSpace(byte) && byte !== SLASH) this.#openAttribute(byte);
        break;
      case 'before-attribute-value':
        if (byte === DOUBLE_QUOTE) this.#state = 'double-quoted';
        else if (byte === SINGLE_QUOTE) this.#state = 'single-quoted';
        else if (byte === GREATER) this.#tagEnds();
        else if (!isSpace(byte)) {
          this.#value = lowerCased(byte);
          this.#state = 'unquoted';
        }
        break;
      case 'double-quoted':
      case 'single-quoted':
        if (byte === (this.#state === 'double-quoted' ? DOUBLE_QUOTE : SINGLE_QUOTE)) this.#attributeEnds();
        else this.#value += lowerCased(byte);
        break;
      case 'unquoted':
        if (byte === GREATER) this.#tagEnds();
        else if (isSpace(byte)) this.#attributeEnds();
        else this.#value += lowerCased(byte);
        break;
      case 'title':
        this.#readTitle(byte);
        break;
      case 'title-end':
        if (byte === GREATER) this.#state = 'data';
        break;
      default:
        this.#state = nextInComment(this.#state, byte);
    }
  }

  #openTag(byte: number): void {
    this.#tag = lowerCased(byte);
    this.#state = 'tag-name';
  }

  #nameEnds(byte: number): void {
    if (!PASSED_TAGS.has(this.#tag)) this.#found();
    else if (byte === GREATER) this.#tagEnds();
    else this.#state = 'before-attribute-name';
  }

  #openAttribute(byte: number): void {
    this.#attributeEnds();
    this.#attribute = lowerCased(byte);
    this.#state = 'attribute-name';
  }

  #attributeEnds(): void {
    const forbidden =
      this.#attribute.startsWith('on') || (this.#attribute === 'http-equiv' && !PASSED_PRAGMAS.has(this.#value));
    if (forbidden) this.#found();
    this.#attribute = '';
    this.#value = '';
    this.#state = 'before-attribute-name';
  }

  #tagEnds(): void {
    this.#attributeEnds();
    this.#matched = 0;
    this.#state = this.#tag === 'title' ? 'title' : 'data';
  }

  /** A title's text ends with its end tag and nothing else (HTML, "RCDATA end tag name state"). */
  #readTitle(byte: number): void {
    if (this.#matched < TITLE_END.length) {
      if (lowerCased(byte) === TITLE_END[this.#matched]) this.#matched++;
      else this.#matched = byte === LESS ? 1 : 0;
    } else if (byte === GREATER) this.#state = 'data';
    else if (isSpace(byte) || byte === SLASH) this.#state = 'title-end';
    else this.#matched = byte === LESS ? 1 : 0;
  }
}

function nextInComment(state: CommentState, byte: number): State {
  switch (state) {
    case 'markup-declaration':
      if (byte === DASH) return 'markup-dash';
      return byte === GREATER ? 'data' : 'bogus-comment';
    case 'markup-dash':
      if (byte === DASH) return 'comment-start';
      return byte === GREATER ? 'data' : 'bogus-comment';
    case 'bogus-comment':
      // A doctype as well: even within its quotes this character ends it.
      return byte === GREATER ? 'data' : 'bogus-comment';
    case 'comment-start':
    case 'comment-start-dash':
      if (byte === GREATER) return 'data';
      if (byte !== DASH) return 'comment';
      return state === 'comment-start' ? 'comment-start-dash' : 'comment-end';
    case 'comment':
      return byte === DASH ? 'comment-end-dash' : 'comment';
    case 'comment-end-dash':
      return byte === DASH ? 'comment-end' : 'comment';
    case 'comment-end':
      if (byte === GREATER) return 'data';
      if (byte === BANG) return 'comment-end-bang';
      return byte === DASH ? 'comment-end' : 'comment';
    case 'comment-end-bang':
      if (byte === GREATER) return 'data';
      return byte === DASH ? 'comment-end-dash' : 'comment';
  }
}
