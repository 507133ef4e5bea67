/**
 * Of an upload by `XMLHttpRequest` that a service worker answers, Chromium tells that it begins and nothing more (seen in Chromium 156):
 * whoever shows its progress or waits for its end would wait for ever. Once the answer has begun, all of it has been sent.
 */
export function serveUploadEvents(): void {
  const { open, send } = XMLHttpRequest.prototype;
  const sameOrigin = new WeakSet<XMLHttpRequest>();
  XMLHttpRequest.prototype.open = function (
    method: string,
    url: string | URL,
    async: boolean = true,
    username?: string | null,
    password?: string | null,
  ) {
    sameOrigin.delete(this);
    if (URL.parse(url, document.baseURI)?.origin === location.origin) sameOrigin.add(this);
    return open.call(this, method, url, async, username, password);
  };
  XMLHttpRequest.prototype.send = function (body) {
    // Listening to an upload makes the browser ask other origins for leave first (Fetch, "use-CORS-preflight flag").
    if (body && sameOrigin.has(this)) tellOfUpload(this, sizeOf(body));
    return send.call(this, body);
  };
}

function tellOfUpload(request: XMLHttpRequest, size: number): void {
  const { upload } = request;
  const done = new AbortController();
  const { signal } = done;
  upload.addEventListener('loadend', () => done.abort(), { signal });
  request.addEventListener('loadend', () => done.abort(), { signal });
  request.addEventListener(
    'readystatechange',
    () => {
      if (request.readyState !== XMLHttpRequest.HEADERS_RECEIVED) return;
      const progress = { lengthComputable: true, loaded: size, total: size };
      for (const type of ['progress', 'load', 'loadend']) upload.dispatchEvent(new ProgressEvent(type, progress));
    },
    { signal },
  );
}

/** Bytes, but for what a form's parts are wrapped in. */
function sizeOf(body: Document | XMLHttpRequestBodyInit): number {
  if (body instanceof Blob) return body.size;
  if (body instanceof ArrayBuffer || ArrayBuffer.isView(body)) return body.byteLength;
  if (body instanceof FormData) return [...body].reduce((size, parts) => size + parts.reduce(partSize, 0), 0);
  return new Blob([body instanceof Document ? body.documentElement.outerHTML : String(body)]).size;
}

const partSize = (size: number, part: FormDataEntryValue): number =>
  size + (part instanceof Blob ? part.size : part.length);
