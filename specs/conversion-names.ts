/** Gives every name once: a name that is taken gets a number, 2 for the second. */
export function uniqueNames(numbered = (name: string, number: number) => `${name}${number}`): (wanted: string) => string {
  const taken = new Set<string>()
  const last = new Map<string, number>()
  return (wanted) => {
    let name = wanted
    let number = last.get(wanted) ?? 1
    while (taken.has(name)) name = numbered(wanted, ++number)
    last.set(wanted, number)
    taken.add(name)
    return name
  }
}

/** `Authorization Code (PKCE)` → `AuthorizationCodePKCE`. Empty where the text has no letter or digit of the Latin alphabet. */
export function pascalCase(text: string): string {
  return wordsOf(text).map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('')
}

/** `get`, `/wsfed/{client_id}` → `getWsfedByClientId`: it stays the same while method and path do. */
export function operationIdOf(method: string, template: string): string {
  const segments = template.split('/').map((segment) => pascalCase(segment.replace(/\{/g, ' by ').replace(/\}/g, ' ')))
  const verb = pascalCase(method.toLowerCase()) || 'Call'
  return verb.charAt(0).toLowerCase() + verb.slice(1) + (segments.join('') || (template === '/' ? 'Root' : 'Path'))
}

/** Longer names help nobody. */
const longest = 80

function wordsOf(text: string): string[] {
  const short = text.slice(0, longest)
  const plain = /^[\x20-\x7e]*$/.test(short) ? short : short.normalize('NFKD').replace(/\p{M}/gu, '')
  return plain.replace(/['’]/g, '').split(/[^A-Za-z0-9]+/).filter((word) => word !== '')
}
