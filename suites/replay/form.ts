/**
 * Whether a value seems to have been taken out of a recording before it was given away: emptied, masked, named by a placeholder
 * or replaced by a digest. Such a value says nothing about a server.
 */
export function looksRemoved(value: string): boolean {
  return value === '' || /redact|removed|masked|hidden|scrubbed|filtered|sanitiz|anonymi|placeholder|dummy|secret|^(?:x+|\.+|-+|_+)$/i.test(value)
    || /\*{2,}|•|…|^[<[{$%].*[>\]}%]?$|^(?:your|my|test|fake|example|sample)[-_ ]/i.test(value) || /^(?:sha\d+[:-])?(?:[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{64})$/.test(value)
}

/** Whether two values can be held against one another: neither looks removed, and both are of one length and of like characters. */
export function isComparable(a: string, b: string): boolean {
  return !looksRemoved(a) && !looksRemoved(b) && a.length === b.length && alphabetOf(a) === alphabetOf(b)
}

function alphabetOf(value: string): string {
  return /^\d+$/.test(value) ? 'digits' : /^[\w.~-]+$/.test(value) ? 'token' : 'text'
}
