/**
 * Takes the place of `tldts` in the bundles: tough-cookie asks it for the shortest domain under which a host's
 * cookies may be kept, and the public suffix list behind it weighs 47 KiB compressed. The jar is asked for one host, the
 * page's own, so the last two labels do: a domain that no cookie was kept under is looked up in vain, and that is all.
 */
export function getDomain(host: string): string | null {
  if (/^[\d.]+$|:/.test(host)) return null;
  const labels = host.split('.');
  return labels.length > 1 ? labels.slice(-2).join('.') : null;
}
