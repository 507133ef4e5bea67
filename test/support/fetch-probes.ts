/**
 * What a page may ask for and see, as Web Platform Tests ask it of service workers: each probe runs in a page at the root of the stub's
 * answers, and returns what it saw as JSON.
 */
export interface FetchProbe {
  readonly name: string;
  /** Runs in the page, and sees nothing from here but the tools that `installTools` has put there. */
  run(): unknown;
}

interface Recorded {
  readonly method: string;
  readonly headers: readonly (readonly [string, string])[];
  readonly body: string | null;
}

interface ProbeTools {
  describe(response: Response): Promise<unknown>;
  ask(url: string, init?: RequestInit): Promise<unknown>;
  loaded(element: HTMLElement): Promise<string>;
  recorded(path: string): Promise<unknown>;
  redirect(to: string, code?: number): string;
  /** What a module exports as `url`, or the name of its error. */
  imported(url: string): Promise<unknown>;
}

declare global {
  interface Window {
    tools: ProbeTools;
  }
}

/** To be run in the page first. */
export function installTools(): void {
  /** Of a request's headers: what says who asks and for what. */
  const TELLING = new Set([
    'accept',
    'content-type',
    'origin',
    'referer',
    'sec-fetch-dest',
    'sec-fetch-mode',
    'sec-fetch-site',
  ]);
  /** Of a connection, or of the worker's own doing: it adds ranges, and says how long each hop took. */
  const OF_THE_WAY = new Set(['accept-ranges', 'connection', 'keep-alive', 'server-timing', 'transfer-encoding']);
  const tools: ProbeTools = {
    async describe(response) {
      const { type, url, redirected, status, statusText, ok } = response;
      const headers = [...response.headers].filter(([name]) => !OF_THE_WAY.has(name));
      return { type, url, redirected, status, statusText, ok, headers, text: await response.text() };
    },
    async ask(url, init) {
      try {
        return await tools.describe(await fetch(url, init));
      } catch (error) {
        return error instanceof Error ? error.name : error;
      }
    },
    loaded: (element) =>
      new Promise((come) => {
        for (const name of ['load', 'error', 'loadedmetadata']) {
          element.addEventListener(name, () => come(name), { once: true });
        }
        document.body.append(element);
      }),
    async recorded(path) {
      for (;;) {
        const records: Recorded[] = await (await fetch(`/seen?path=${path}`)).json();
        if (records.length === 0) continue;
        return records.map(({ method, headers, body }) => ({
          method,
          headers: headers
            .map(([name, value]) => [name.toLowerCase(), value] as const)
            .filter(([name]) => TELLING.has(name))
            .sort(([a], [b]) => (a < b ? -1 : 1))
            .map(([name, value]) => `${name}: ${value.replace(/boundary=.*/, 'boundary')}`),
          body: body?.replace(/------?WebKitFormBoundary\w+/g, 'boundary'),
        }));
      }
    },
    redirect: (to, code = 302) => `/redirect?code=${code}&to=${encodeURIComponent(to)}`,
    imported: (url) =>
      new Promise((come) => {
        // In text, which the tests' own bundler leaves alone.
        addEventListener('imported', (event) => come(event instanceof CustomEvent && event.detail), { once: true });
        document.body.append(
          Object.assign(document.createElement('script'), {
            type: 'module',
            textContent: `import(${JSON.stringify(url)})
              .then(({ url }) => url, ({ name }) => name)
              .then((detail) => dispatchEvent(new CustomEvent('imported', { detail })));`,
          }),
        );
      }),
  };
  window.tools = tools;
}

const probe = (name: string, run: () => unknown): FetchProbe => ({ name, run });

export const fetchProbes: readonly FetchProbe[] = [
  probe('request modes', () =>
    Promise.all(
      (['same-origin', 'cors', 'no-cors'] as const).map((mode) => window.tools.ask('/headers?header=X-A: b', { mode })),
    ),
  ),
  probe('redirect modes', () =>
    Promise.all(
      (['follow', 'manual', 'error'] as const).map((redirect) =>
        window.tools.ask(window.tools.redirect('/headers?text=there#part'), { redirect }),
      ),
    ),
  ),
  probe('a redirect to a redirect', () => window.tools.ask(window.tools.redirect(window.tools.redirect('/headers')))),
  probe('a redirect without end', () => window.tools.ask(window.tools.redirect('?code=302&to=%3Fcode%3D302'))),
  probe('redirects and methods', () =>
    Promise.all(
      [301, 302, 303, 307, 308].flatMap((code) =>
        ['POST', 'PUT', 'DELETE'].map(async (method) => {
          const path = `/seen/txt/redirected-${code}-${method}`;
          await fetch(window.tools.redirect(path, code), { method, body: 'body' });
          return window.tools.recorded(path);
        }),
      ),
    ),
  ),
  probe('a redirect that names no place', () => window.tools.ask('/status?code=302')),
  probe('integrity', async () => {
    const sums: string[] = [];
    for (const algorithm of ['SHA-256', 'SHA-512']) {
      const bytes = new Uint8Array(await crypto.subtle.digest(algorithm, new TextEncoder().encode('text')));
      sums.push(`${algorithm.toLowerCase().replace('-', '')}-${btoa(String.fromCharCode(...bytes))}`);
    }
    return Promise.all(
      [...sums, `sha256-${'A'.repeat(43)}=`].map((integrity) => window.tools.ask('/headers', { integrity })),
    );
  }),
  probe('integrity of scripts and sheets', async () => {
    const integrity = `sha256-${'A'.repeat(43)}=`;
    const script = Object.assign(document.createElement('script'), { src: '/seen/js/damaged', integrity });
    const sheet = Object.assign(document.createElement('link'), {
      rel: 'stylesheet',
      href: '/seen/css/damaged',
      integrity,
    });
    return [await window.tools.loaded(script), await window.tools.loaded(sheet)];
  }),
  probe('cache modes', () =>
    Promise.all(
      (['default', 'no-store', 'reload', 'no-cache', 'force-cache'] as const).map(async (cache) => {
        const response = await fetch(`/echo?${cache}`, { cache });
        const { headers }: Recorded = await response.json();
        return headers
          .filter(([name]) => /^(?:cache-control|pragma)$/i.test(name))
          .map(([name, value]) => [name.toLowerCase(), value]);
      }),
    ),
  ),
  probe('referrer policies', () =>
    Promise.all(
      (
        [
          '',
          'no-referrer',
          'no-referrer-when-downgrade',
          'same-origin',
          'origin',
          'strict-origin',
          'origin-when-cross-origin',
          'strict-origin-when-cross-origin',
          'unsafe-url',
        ] as const
      ).flatMap((referrerPolicy) =>
        ['GET', 'POST'].map(async (method) => {
          const path = `/seen/txt/policy-${referrerPolicy}-${method}`;
          await fetch(path, { method, referrerPolicy, referrer: '/from/here?a=b#c' });
          return window.tools.recorded(path);
        }),
      ),
    ),
  ),
  probe('no referrer', async () => {
    await fetch('/seen/txt/no-referrer', { referrer: '' });
    return window.tools.recorded('/seen/txt/no-referrer');
  }),
  probe('bodies', () => {
    const form = new FormData();
    form.append('name', 'ü&=');
    form.append('file', new File(['content'], 'a "b".txt', { type: 'text/plain' }));
    const bodies: readonly (readonly [string, BodyInit])[] = [
      ['string', 'text ü'],
      [
        'parameters',
        new URLSearchParams([
          ['a', 'b c'],
          ['ü', '&'],
        ]),
      ],
      ['form', form],
      ['blob', new Blob(['blob'])],
      ['typed', new Blob(['{}'], { type: 'application/json' })],
      ['bytes', new TextEncoder().encode('bytes')],
      ['empty', ''],
    ];
    return Promise.all(
      bodies.map(async ([name, body]) => {
        await fetch(`/seen/txt/body-${name}`, { method: 'POST', body });
        return window.tools.recorded(`/seen/txt/body-${name}`);
      }),
    );
  }),
  probe('methods', () =>
    Promise.all(
      ['HEAD', 'OPTIONS', 'PATCH', 'delete'].map(async (method) => {
        await fetch(`/seen/txt/method-${method}`, { method });
        return window.tools.recorded(`/seen/txt/method-${method}`);
      }),
    ),
  ),
  probe('what a page sends as it goes', async () => {
    const form = new FormData();
    form.append('a', 'b');
    navigator.sendBeacon('/seen/txt/beacon-string', 'text');
    navigator.sendBeacon('/seen/txt/beacon-blob', new Blob(['{}'], { type: 'application/json' }));
    navigator.sendBeacon('/seen/txt/beacon-form', form);
    navigator.sendBeacon('/seen/txt/beacon-parameters', new URLSearchParams('a=b'));
    void fetch('/seen/txt/kept-alive', { method: 'POST', body: 'kept', keepalive: true });
    return Promise.all(
      ['beacon-string', 'beacon-blob', 'beacon-form', 'beacon-parameters', 'kept-alive'].map((name) =>
        window.tools.recorded(`/seen/txt/${name}`),
      ),
    );
  }),
  probe('XMLHttpRequest', async () => {
    const request = new XMLHttpRequest();
    const events: unknown[] = [];
    request.open('GET', window.tools.redirect('/headers?header=Content-Type: text/plain&header=X-A: b&text=four'));
    request.onprogress = ({ lengthComputable, loaded, total }) => void events.push({ lengthComputable, loaded, total });
    await new Promise((come) => {
      request.onloadend = come;
      request.send();
    });
    const { responseURL, status, statusText, responseText } = request;
    return {
      events: events.at(-1),
      responseURL,
      status,
      statusText,
      responseText,
      a: request.getResponseHeader('x-a'),
    };
  }),
  probe('XMLHttpRequest of a document', async () => {
    const request = new XMLHttpRequest();
    request.open('GET', '/echo-page');
    request.responseType = 'document';
    await new Promise((come) => {
      request.onload = come;
      request.send();
    });
    return [request.responseXML?.title, request.responseXML?.URL];
  }),
  probe('XMLHttpRequest upload', async () => {
    const request = new XMLHttpRequest();
    request.open('POST', '/hash');
    const events: string[] = [];
    for (const name of ['loadstart', 'load', 'loadend'] as const)
      request.upload.addEventListener(name, () => events.push(name));
    await new Promise((come) => {
      request.onload = come;
      request.send(new Blob([new Uint8Array(100_000)]));
    });
    return { events, length: JSON.parse(request.responseText).length };
  }),
  probe('repeated headers', () =>
    window.tools.ask(
      `/headers?${[
        'Link: </a.css>; rel=prefetch',
        'Vary: Accept',
        'X-A: 1',
        'Link: </b.css>; rel=prefetch',
        'Vary: Cookie, Origin',
        'WWW-Authenticate: Basic realm="a"',
        'X-A: 2, 3',
        'WWW-Authenticate: Bearer',
        'X-Empty:',
      ]
        .map((field) => `header=${encodeURIComponent(field)}`)
        .join('&')}`,
    ),
  ),
  probe('statuses', () =>
    Promise.all(
      [200, 201, 203, 204, 205, 206, 300, 304, 400, 404, 410, 418, 429, 500, 503, 599].map((code) =>
        window.tools.ask(`/status?code=${code}`),
      ),
    ),
  ),
  probe('content codings', () =>
    Promise.all(
      [
        ['gzip', 'gzip'],
        ['x-gzip', 'gzip'],
        ['deflate', 'deflate'],
        ['deflate', 'deflate-raw'],
        ['identity', ''],
      ].map(async ([coding, format]) => {
        const response = await fetch(`/coded?coding=${coding}&format=${format}&text=${'decoded '.repeat(100)}`);
        return [response.status, await response.text()];
      }),
    ),
  ),
  probe('entity tags', async () => {
    const first = await window.tools.ask('/tagged');
    return [first, await window.tools.ask('/tagged', { headers: { 'If-None-Match': '"tag"' } })];
  }),
  probe('a module, and what it imports', async () => {
    const inner = encodeURIComponent('export const url = import.meta.url;');
    const outer = encodeURIComponent(`export { url } from './inner?text=${inner}';`);
    return [
      await window.tools.imported(`/seen/js/outer?text=${outer}`),
      await window.tools.imported(window.tools.redirect(`/seen/js/moved?text=${inner}`)),
      await window.tools.imported('/echo-page'),
      await window.tools.recorded('/seen/js/outer'),
      await window.tools.recorded('/seen/js/inner'),
    ];
  }),
  probe('a style sheet, and what it imports', async () => {
    const text = encodeURIComponent(
      '@import "imported"; @font-face { font-family: F; src: url(font) } body { background: url(background); font-family: F }',
    );
    const link = Object.assign(document.createElement('link'), {
      rel: 'stylesheet',
      href: `/seen/css/outer?text=${text}`,
    });
    await window.tools.loaded(link);
    return Promise.all(
      ['outer', 'imported', 'background', 'font'].map((name) => window.tools.recorded(`/seen/css/${name}`)),
    );
  }),
  probe('what elements ask for', async () => {
    const make = <Name extends keyof HTMLElementTagNameMap>(name: Name, more: Partial<HTMLElementTagNameMap[Name]>) =>
      Object.assign(document.createElement(name), more);
    const elements: readonly (readonly [string, HTMLElement])[] = [
      ['svg/image', make('img', { src: '/seen/svg/image' })],
      ['svg/cors', make('img', { src: '/seen/svg/cors', crossOrigin: 'anonymous' })],
      ['js/script', make('script', { src: '/seen/js/script' })],
      ['js/unseen', make('script', { src: '/seen/js/unseen', referrerPolicy: 'no-referrer' })],
      ['js/module', make('script', { src: '/seen/js/module', type: 'module' })],
      ['css/sheet', make('link', { href: '/seen/css/sheet', rel: 'stylesheet' })],
      ['js/preload', make('link', { href: '/seen/js/preload', rel: 'preload', as: 'script' })],
      ['js/modulepreload', make('link', { href: '/seen/js/modulepreload', rel: 'modulepreload' })],
      ['txt/audio', make('audio', { src: '/seen/txt/audio', preload: 'auto' })],
    ];
    const outcomes = await Promise.all(elements.map(([, element]) => window.tools.loaded(element)));
    return Promise.all(
      elements.map(async ([path], index) => [path, outcomes[index], await window.tools.recorded(`/seen/${path}`)]),
    );
  }),
  probe('what a worker asks for', async () => {
    const source = encodeURIComponent("fetch('/seen/txt/from-worker').then(() => postMessage(location.href))");
    const worker = new Worker(`/seen/js/worker?text=${source}`);
    const href = await new Promise((come) => (worker.onmessage = ({ data }) => come(data)));
    worker.terminate();
    return [href, await window.tools.recorded('/seen/js/worker'), await window.tools.recorded('/seen/txt/from-worker')];
  }),
  probe('a preload is taken by who wants it', async () => {
    await window.tools.loaded(
      Object.assign(document.createElement('link'), {
        rel: 'preload',
        as: 'fetch',
        href: '/seen/txt/once',
        crossOrigin: 'anonymous',
      }),
    );
    await fetch('/seen/txt/once');
    return window.tools.recorded('/seen/txt/once');
  }),
  probe('a frame, and where its forms and redirects lead', async () => {
    const seen: unknown[] = [];
    for (const code of [301, 302, 303, 307, 308]) {
      const path = `/seen/html/posted-${code}`;
      const frame = Object.assign(document.createElement('iframe'), { name: `frame${code}` });
      document.body.append(frame);
      const form = Object.assign(document.createElement('form'), {
        method: 'post',
        action: window.tools.redirect(path, code),
        target: frame.name,
      });
      form.append(Object.assign(document.createElement('input'), { name: 'a', value: 'b c' }));
      document.body.append(form);
      await new Promise((come) => {
        frame.addEventListener('load', come, { once: true });
        form.submit();
      });
      seen.push(code, frame.contentWindow?.location.pathname, frame.contentDocument?.title);
      const records: Recorded[] = await (await fetch(`/seen?path=${path}`)).json();
      seen.push(records.map(({ method, body }) => [method, body]));
    }
    return seen;
  }),
];
