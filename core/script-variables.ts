import { createHash } from 'node:crypto'
import { variableOf } from './curl.ts'
import type { Exchange } from './exchange.ts'
import type { Personas } from './persona.ts'
import { slotsOf, type Slot, type Source } from './script-flow.ts'
import { isRemoved, isSecretName } from './secret-fields.ts'

/** What the values of a script's requests are called there. */
export interface Variables {
  /** Finds out what a value in the request `at` is to be called; what a shell puts in its place, once all requests were looked at. `undefined` where it stands there as it is. */
  forSlot(slot: Slot, at: number, sources: readonly Source[]): (() => string) | undefined
  /** Requests that use what an answer gave. */
  usesOf(source: Source): readonly number[]
  /** Its name, with the next number of its kind where it has none yet. */
  nameOf(source: Source): string
  /** Names that a text needs and nobody sets, each with what it stands for. */
  environment(text: string): { readonly name: string; readonly meaning: string }[]
  /** Commands that make what a text uses of the things that the suite made up. */
  made(text: string): string[]
}

interface Named {
  readonly name: () => string
  readonly encoding: 'form' | 'none'
}

const verifier = '"$(openssl rand -hex 32)"'

/** Names for the secrets of some requests; `personas` are in the environment, `redact` tells what else is secret. */
export function createVariables(exchanges: readonly Exchange[], personas: Personas, redact: (text: string) => string): Variables {
  const known = secretsOf(personas)
  const made = madeIn(exchanges)
  const removed = new Map<string, string>()
  const written = new Set<string>()
  const named = new Map<Source, string>()
  const uses = new Map<Source, number[]>()
  const meanings = new Map([...known.values()].map(({ name, meaning }) => [name, meaning]))
  const taken = new Set([...made.values()].map(({ name }) => name))
  const numbered = (name: string): string => {
    let count = 1
    while (taken.has(`${name}_${count}`)) count++
    taken.add(`${name}_${count}`)
    return `${name}_${count}`
  }
  // Short values are not looked for elsewhere, and words are no secrets.
  const isPlain = ({ name, value, isCookie }: Slot): boolean => !isCookie && redact(value) === value && (!isSecretName(name) || value.length >= 6)

  const nameOf = (source: Source): string => {
    if (!named.has(source)) named.set(source, numbered(`${source.isCookie ? 'COOKIE' : 'GIVEN'}_${variableOf(source.name)}`))
    return named.get(source)!
  }

  const nameFor = (slot: Slot, at: number, sources: readonly Source[]): Named | undefined => {
    const own = made.get(slot.value)
    if (own) return { name: () => own.name, encoding: 'none' }
    // What the suite sent before is its own, though the target may have repeated it.
    if (slot.value === '' || written.has(slot.value)) return undefined
    const source = sources.findLast(({ value, name, isCookie }) => value === slot.value && (slot.isCookie ?? false) === (isCookie ?? false) && (!isCookie || name === slot.name))
    if (source) {
      uses.set(source, [...(uses.get(source) ?? []), at])
      return { name: () => nameOf(source), encoding: source.encoding }
    }
    const secret = known.get(slot.value)
    if (secret) return { name: () => secret.name, encoding: 'none' }
    if (isPlain(slot)) {
      written.add(slot.value)
      return undefined
    }
    if (!removed.has(slot.value)) {
      const name = numbered(`${slot.isCookie ? 'SESSION_COOKIE' : 'REMOVED'}_${variableOf(slot.name)}`)
      removed.set(slot.value, name)
      meanings.set(name, slot.isCookie ? 'a cookie of a browser in which the user is logged in' : 'a value that is not in the record')
    }
    return { name: () => removed.get(slot.value)!, encoding: 'none' }
  }

  return {
    forSlot(slot, at, sources) {
      const found = nameFor(slot, at, sources)
      return found && (() => (slot.encoding === 'form' && found.encoding === 'none' ? `"$(encode "$${found.name()}")"` : `"$${found.name()}"`))
    },
    usesOf: (source) => uses.get(source) ?? [],
    nameOf,
    environment(text) {
      const set = new Set([...named.values(), ...[...made.values()].map(({ name }) => name), 'BASE_URL'])
      return [...new Set(variablesIn(text))].filter((name) => !set.has(name)).sort()
        .map((name) => ({ name, meaning: meanings.get(name) ?? 'a value that is not in the record' }))
    },
    made(text) {
      const used = new Set(variablesIn(text))
      const all = [...made.values()]
      return all.filter(({ name }) => used.has(name) || all.some((other) => used.has(other.name) && other.needs === name)).map(({ name, command }) => `${name}=${command}`)
    },
  }
}

/** Names behind a dollar sign outside of single quotes, where a shell looks. */
function variablesIn(text: string): string[] {
  return [...text.replace(/'[^']*'/g, '').matchAll(/\$([A-Z][A-Z0-9_]*)/g)].map(([, name]) => name!)
}

interface Made {
  readonly name: string
  readonly command: string
  /** Another one that it is made from. */
  readonly needs?: string
}

/** What the suite made up and would not make the same way again: verifiers with their challenges, and users who signed up. */
function madeIn(exchanges: readonly Exchange[]): Map<string, Made> {
  const slots = exchanges.flatMap((exchange) => slotsOf(exchange).map((slot) => ({ ...slot, isSignup: exchange.request.url.endsWith('/dbconnections/signup') })))
  const made = new Map<string, Made>()
  const add = (value: string, prefix: string, command: string, needs?: string): void => {
    if (made.has(value)) return
    const count = [...made.values()].filter(({ name }) => name.startsWith(`${prefix}_`)).length
    made.set(value, { name: `${prefix}_${count + 1}`, command, ...(needs === undefined ? {} : { needs }) })
  }
  const challenges = new Set(slots.filter(({ name }) => name === 'code_challenge').map(({ value }) => value))
  for (const { name, value, isSignup } of slots) {
    if (isSignup && name === 'email') add(value, 'NEW_EMAIL', '"conformance-$(openssl rand -hex 8)@example.com"')
    if (isSignup && name === 'password') add(value, 'NEW_PASSWORD', '"Strong-$(openssl rand -hex 12)-9!aZ"')
    if (name !== 'code_verifier' || value === '' || isRemoved(value)) continue
    add(value, 'VERIFIER', verifier)
    const challenge = createHash('sha256').update(value).digest('base64url')
    if (challenges.has(challenge)) add(challenge, 'CHALLENGE', `"$(challenge "$${made.get(value)!.name}")"`, made.get(value)!.name)
  }
  return made
}

/** Secrets of a configuration by the names that `.env.example` has for them, others after their pattern. */
function secretsOf({ clients, users, social }: Personas): Map<string, { readonly name: string; readonly meaning: string }> {
  const secrets = new Map<string, { readonly name: string; readonly meaning: string }>()
  for (const [role, client] of Object.entries(clients)) {
    const secret = client && 'clientSecret' in client ? client.clientSecret : undefined
    const infix = role === 'confidential' ? '' : `${variableOf(role.replace(/[A-Z]/g, '_$&'))}_`
    if (secret !== undefined && !secrets.has(secret)) secrets.set(secret, { name: `CONFORMANCE_${infix}CLIENT_SECRET`, meaning: `the secret of clients.${role}` })
  }
  if (users.main) secrets.set(users.main.password, { name: 'CONFORMANCE_USER_PASSWORD', meaning: 'the password of users.main' })
  if (social) secrets.set(social.accessToken, { name: 'CONFORMANCE_SOCIAL_ACCESS_TOKEN', meaning: 'the access token of social' })
  return secrets
}
