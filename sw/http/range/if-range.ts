/**
 * RFC 9110 section 13.1.5: a part is of use only to who holds other parts of the same version. Where the versions are not surely
 * the same, the whole is sent.
 */
export function holdsSameVersion(ifRange: string, headers: Headers): boolean {
  const validator = ifRange.trim();
  // An entity tag is quoted. Only strong ones tell of equal bytes: a weak one never matches (section 8.8.3.2).
  if (validator.endsWith('"')) return validator.startsWith('"') && validator === headers.get('ETag')?.trim();
  return validator === headers.get('Last-Modified')?.trim() && isStrongDate(validator, headers.get('Date'));
}

/** Section 8.8.2.2: a date says nothing of a second change within its own second. */
function isStrongDate(modified: string, sent: string | null): boolean {
  const at = Date.parse(modified);
  return !Number.isNaN(at) && (sent === null || Date.parse(sent) - at >= 1000);
}
