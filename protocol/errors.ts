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
  'kernel-lost': {
    sentence: 'The tab that runs this site went away while it was answering.',
    remedy: 'Try again; what was sent may have been done already.',
    status: 502,
  },
  'worker-stopped': {
    sentence: 'The browser stopped the service worker of this site while it was answering.',
    remedy: 'What was sent may have been done already: look before you send it again.',
    status: 502,
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
  'guest-coding-unsupported': {
    sentence: 'The server inside the site sent content in a coding that this browser cannot undo by script.',
    remedy: 'Let it send its content as it is, or compressed by gzip or deflate.',
    status: 502,
  },
  'guest-timeout': {
    sentence: 'The server inside the site did not answer in time.',
    remedy: 'Try again. In an app of your own, headTimeout of createBridge sets the limit.',
    status: 504,
  },
  'upgrade-refused': {
    sentence: 'The server inside the site did not accept the WebSocket.',
    remedy: 'Check its address, and that the program behind it speaks the WebSocket protocol.',
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
    remedy:
      'Upload the folder to the path given by --base when it was packed, or pack it again for this one. In an app of your own, have the host send the script of the service worker with the header Service-Worker-Allowed, which names the scope.',
  },
  'route-outside-scope': {
    sentence:
      'A folder of the bridge lies outside of the scope of its service worker, so that no frame or tab gets there.',
    remedy:
      'Register the worker with a scope that holds the folder. Where its script lies deeper, have the host send it with the header Service-Worker-Allowed: /',
  },
  'service-worker-failed': {
    sentence: 'The service worker of this site could not be installed.',
    remedy: 'The console says why. Try again with free disk space and a current browser.',
  },
  'service-worker-bypassed': {
    sentence: 'The browser loads this page past its service worker.',
    remedy: 'Reload in the usual way; if the developer tools are open, turn off "Bypass for network".',
  },
  'service-worker-unregistered': {
    sentence: 'This browser has no service worker of this site.',
    remedy: 'Open the site itself once; in an app of your own, call register before anything else.',
  },
  'storage-blocked': {
    sentence: 'The browser blocks storage for this site.',
    remedy: 'Allow cookies and site data for this address, or open it in a tab of its own.',
  },
  'storage-full': {
    sentence: 'The browser has hardly any room left for this site.',
    remedy: 'Free disk space, or clear what other sites have stored.',
    status: 507,
  },
  'store-taken-over': {
    sentence: 'Another tab has taken over what this site keeps.',
    remedy: 'Reload this page: it shows what the other tab has stored.',
    status: 503,
  },
  'store-evicted': {
    sentence: 'The browser has deleted what this site kept on this device.',
    remedy:
      'The site starts from the packed files again. Install it, or allow it to store data, so that the browser keeps it.',
    status: 507,
  },
  'store-newer': {
    sentence: 'What this site keeps on this device was written by a newer version of it.',
    remedy: 'Close all tabs of the site and open it again, so that the newer version is used. Nothing was changed.',
  },
  'store-damaged': {
    sentence: 'What this site keeps on this device cannot be read.',
    remedy: 'Nothing was changed. Delete the site data of this address to start from the packed files again.',
  },
  'store-failing': {
    sentence: 'The browser cannot store what this site writes.',
    remedy: 'Keep this tab open: it is tried again. If it stays so, export the site, then restart the browser.',
    status: 507,
  },
  'private-window': {
    sentence: 'This looks like a private window, where browsers hold back some storage and forget the rest.',
    remedy: 'Open the site in an ordinary window.',
  },
  'third-party-frame': {
    sentence: 'This page is in a frame of another site, where browsers keep its storage apart or block it.',
    remedy: 'Open the site in a tab of its own.',
  },
  'shared-memory-missing': {
    sentence: 'This browser has no shared memory, though the page is isolated.',
    remedy: 'Use another browser, or a current version of this one.',
  },
  'outgoing-malformed': {
    sentence: 'The program sent something to the proxy that is no HTTP request for a whole address.',
    remedy: 'Ask a proxy as HTTP/1.1 has it: `GET http://example.org/path HTTP/1.1`.',
    status: 400,
  },
  'outgoing-refused': {
    sentence: 'The proxy does not lead to this address.',
    remedy: 'It leads to other sites than that of the page, where the site was packed with `--outgoing`.',
    status: 403,
  },
  'outgoing-too-large': {
    sentence: 'The program sends more through the proxy than a page can keep.',
    remedy: 'Send it in parts of at most 64 MiB.',
    status: 413,
  },
  'outgoing-tunnel': {
    sentence: 'The proxy makes no tunnels: a page can send nothing but whole requests.',
    remedy: 'Ask it for the https address itself, or for the same by http, which a page of HTTPS asks by https.',
    status: 501,
  },
  'outgoing-failed': {
    sentence: 'The page could not have what the program asked for.',
    remedy: 'Check the address. A host that lets no other sites read it (CORS) cannot be asked from a page.',
    status: 502,
  },
  'kernel-not-initialised': {
    sentence: 'The kernel was used before it had started.',
    remedy: 'Wait for `init()` first.',
  },
  'isolation-refused': {
    sentence: 'The browser did not isolate this page, so it has no shared memory.',
    remedy: 'Open the site in a tab of its own, in a current browser.',
  },
  'kernel-start-failed': {
    sentence: 'The kernel of this site could not be started.',
    remedy: 'Check that the whole folder .portside was uploaded; the console has the details.',
  },
  'kernel-crashed': {
    sentence: 'The kernel of this site has stopped.',
    remedy: 'Try again; the console has the details.',
  },
  'asset-missing': {
    sentence: 'A part of this site is not on its host.',
    remedy: 'Upload the whole folder anew: some tools and hosts leave out .portside, whose name begins with a dot.',
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
  'image-damaged': {
    sentence: 'The file system image of this site is damaged.',
    remedy: 'Pack the site again, and check that the host serves its files unchanged.',
  },
  'image-version': {
    sentence: 'The file system image was written by a newer version of Portside.',
    remedy: 'Update Portside, or pack the site again with this version.',
  },
  'image-too-large': {
    sentence: 'The folder is larger than a file system image can be, which is 4 GiB.',
    remedy: 'Take large files out of the folder and serve them from elsewhere.',
  },
  'image-bad-name': {
    sentence: 'A file has a name that the file system of the guest cannot take.',
    remedy: 'Rename the file: at most 255 bytes for a name and 4,095 for a path, in UTF-8.',
  },
  'image-source-changed': {
    sentence: 'A file changed while it was being packed.',
    remedy: 'Stop what writes to the folder, then pack it again.',
  },
  'archive-path-missing': {
    sentence: 'The site has no such file or folder.',
    remedy: 'Check the path: it is the one that the programs of the site know, such as /var/www/html.',
    status: 404,
  },
  'archive-bad-name': {
    sentence: 'A file has a name that an archive cannot hold.',
    remedy: 'Rename the file: at most 255 bytes for a name and 4,095 for a path, in UTF-8.',
    status: 422,
  },
  'archive-file-changed': {
    sentence: 'A large file was written to while it was being exported.',
    remedy: 'Export again when the site has less to do.',
    status: 409,
  },
  'archive-damaged': {
    sentence: 'The archive is damaged, or it is no tar archive. Nothing was changed.',
    remedy: 'Make or download it again; .tar and .tar.gz are read.',
    status: 422,
  },
  'archive-unsafe-path': {
    sentence: 'The archive holds a name that leads out of the folder it is unpacked into. Nothing was changed.',
    remedy: 'Use archives from sources that you trust; make it again with names relative to one folder.',
    status: 422,
  },
  'archive-in-the-way': {
    sentence: 'The archive has a file where the site has a folder with content. Nothing was changed.',
    remedy: 'Move the folder away, or import with the choice to remove what is not in the archive.',
    status: 409,
  },
  'archive-no-room': {
    sentence: 'There is no room for the files of the archive.',
    remedy: 'Import less at a time, or close other tabs and try again.',
    status: 507,
  },
  'archive-disturbed': {
    sentence: 'The site changed the files of the import while it was under way.',
    remedy: 'Import again when the site has less to do.',
    status: 409,
  },
  'archive-empty': {
    sentence: 'The archive has no files for a site.',
    remedy: 'Give an archive that was exported from a site, or one of a document root.',
  },
  'archive-unreadable': {
    sentence: 'The archive cannot be read.',
    remedy: 'Check the path and the permissions of the file.',
  },
  'import-under-way': {
    sentence: 'Another import into this site is under way.',
    remedy: 'Wait until it is over.',
    status: 409,
  },
  'cross-site-refused': {
    sentence: 'A page of another site led here, and the files of this site are not handed out that way.',
    remedy: 'Open the page .portside/manage of the site itself, and export from there.',
    status: 403,
  },
  'site-in-use': {
    sentence: 'A tab still runs this site, and did not stop it.',
    remedy: 'Close the tabs of the site, then try again.',
  },
  'site-deleted': {
    sentence: 'This site was deleted from this device.',
    remedy: 'Try again to download it anew, as it was published. What was written here is gone.',
  },
  'folder-missing': {
    sentence: 'There is no such folder.',
    remedy: 'Check the spelling of the path.',
  },
  'folder-unreadable': {
    sentence: 'A file of the folder cannot be read.',
    remedy: 'Check its permissions.',
  },
  'out-is-docroot': {
    sentence: 'The output folder is the folder that is to be packed.',
    remedy: 'Name another folder with --out.',
  },
  'out-not-packed': {
    sentence: 'The output folder holds files, and none of them says that Portside packed a site there.',
    remedy: 'Name a new or an empty folder with --out, or one that was packed before.',
  },
  'out-unwritable': {
    sentence: 'The output folder cannot be written to.',
    remedy: 'Check its permissions and the free disk space, or name another folder with --out.',
  },
  'site-damaged': {
    sentence: 'The packed site has no description that can be read.',
    remedy: 'Pack the site again.',
  },
  'router-missing': {
    sentence: 'The router script does not exist.',
    remedy: 'Name a file with --router: relative to the current folder, or to the folder that is packed.',
  },
  'icon-unusable': {
    sentence: 'The icon cannot be used.',
    remedy: 'Name an SVG file with --icon, or a square PNG file of 144 pixels or more.',
  },
  'already-packed': {
    sentence: 'The folder is a packed site already.',
    remedy: 'Serve it without options for packing, or name the folder that it was packed from.',
  },
  'php-download-failed': {
    sentence: 'PHP could not be downloaded from npm.',
    remedy: 'Check the network and the registry settings of npm; once downloaded, PHP is kept.',
  },
  'php-damaged': {
    sentence: 'The downloaded PHP is not the file that this version of Portside expects.',
    remedy: 'Try again; if it stays, the registry in use serves altered packages.',
  },
  'php-cache-unwritable': {
    sentence: 'The folder in which downloaded PHP is kept cannot be written to.',
    remedy: 'Check its permissions and the free disk space, or set PORTSIDE_CACHE to another folder.',
  },
  'build-missing': {
    sentence: 'A part of Portside itself has not been built.',
    remedy: 'Run npm run build in the folder of Portside.',
  },
  'program-unreadable': {
    sentence: 'The program could not be read.',
    remedy: 'Check the path. What `portside run` takes is `php`, the name of a port or the path of a .wasm file.',
  },
  'program-unknown': {
    sentence: 'This is not a program that the kernel can run.',
    remedy:
      'Programs are WebAssembly from `portside cc` or for WASI preview 1, or PHP as built by the php-wasm packages.',
  },
  'tool-missing': {
    sentence: 'A tool that builds programs is missing.',
    remedy: 'Install it; on Debian: apt-get install clang-22 lld-22 llvm-22 libclang-rt-22-dev-wasm32.',
  },
  'path-unsupported': {
    sentence: 'A makefile cannot name a compiler whose path has quotes.',
    remedy: 'Move Portside, or Node, to a folder without quotes in its name.',
  },
  'sysroot-failed': {
    sentence: 'The library that programs are linked with could not be built.',
    remedy: 'Mend what the message says, and run the command again.',
  },
  'port-unknown': {
    sentence: 'There is no port of this name.',
    remedy: 'Name one of those listed, or the path of a .wasm file.',
  },
  'port-failed': {
    sentence: 'A port could not be built.',
    remedy: 'Mend what the message says, and run the command again.',
  },
  'link-unsupported': {
    sentence: 'Programs of this kind cannot be linked.',
    remedy: 'Link a program without shared libraries, with the memory settings of `portside cc`.',
  },
  'program-abi': {
    sentence: 'This program was built for another version of the kernel.',
    remedy: 'Build it again with the `portside cc` of this release.',
  },
  'mount-failed': {
    sentence: 'A folder could not be mounted.',
    remedy: 'Give --mount as HOSTDIR:GUESTDIR, with a folder or a file that exists.',
  },
  'port-in-use': {
    sentence: 'Another program listens on this port.',
    remedy: 'Choose another port with --port, or 0 for any free one.',
  },
  'listen-failed': {
    sentence: 'The server could not listen on this address.',
    remedy: 'Check --host and --port; ports below 1024 often need more rights.',
  },
} as const satisfies Record<string, ErrorText>;

export type ErrorCode = keyof typeof errorTexts;

const MARK: unique symbol = Symbol.for('portside.error');

/** An error from the table. `detail` says what was special about this case; it is shown behind the sentence. */
export class PortsideError extends Error {
  /** Each bundle holds this class for itself: an error from another bundle is told by its mark. */
  static override [Symbol.hasInstance](value: unknown): value is PortsideError {
    return typeof value === 'object' && value !== null && MARK in value;
  }

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

  get [MARK](): true {
    return true;
  }
}
